#include "controller/report/status.h"

#include <algorithm>
#include <utility>

namespace fairlead::controller {

std::string_view to_string(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return "True";
    case Truth::kFalse:
      return "False";
    case Truth::kUnknown:
      break;
  }
  return "Unknown";
}

void set_condition(std::vector<Condition>& conditions, Condition condition) {
  const auto same = std::ranges::find(conditions, condition.type, &Condition::type);
  if (same == conditions.end()) {
    conditions.push_back(std::move(condition));
    return;
  }
  if (same->status == condition.status) condition.last_transition = same->last_transition;
  *same = std::move(condition);
}

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto it = std::ranges::find(conditions, type, &Condition::type);
  return it == conditions.end() ? nullptr : &*it;
}

}  // namespace fairlead::controller
