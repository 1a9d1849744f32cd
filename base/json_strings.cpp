#include "base/json_strings.h"

#include <utility>

#include "base/printable.h"

namespace fairlead {

void change_strings(boost::json::value& value,
                    const std::function<std::string(std::string_view)>& change) {
  if (auto* text = value.if_string(); text != nullptr) {
    *text = change(*text);
  } else if (auto* list = value.if_array(); list != nullptr) {
    for (auto& each : *list)
      change_strings(each, change);
  } else if (auto* object = value.if_object(); object != nullptr) {
    for (auto& member : *object)
      change_strings(member.value(), change);
  }
}

boost::json::value without_passwords(boost::json::value value) {
  change_strings(value, [](std::string_view text) { return without_passwords(text); });
  return value;
}

}  // namespace fairlead
