#include "controller/report/status.h"

#include <algorithm>
#include <utility>

#include "base/enum_text.h"

namespace fairlead::controller {

namespace {

constexpr EnumText<Truth> kTruths[] = {
    {Truth::kTrue, "True"}, {Truth::kFalse, "False"}, {Truth::kUnknown, "Unknown"}};
static_assert(covers(kTruths));

}  // namespace

std::string_view to_string(Truth truth) {
  return text_of(kTruths, truth);
}

void set_condition(std::vector<Condition>& conditions, Condition condition) {
  const auto same = std::ranges::find(conditions, condition.type, &Condition::type);
  if (same == conditions.end()) {
    conditions.push_back(std::move(condition));
    return;
  }
  // As Kubernetes does: the time is that of the status, and not of its words.
  if (same->status == condition.status) condition.last_transition = same->last_transition;
  *same = std::move(condition);
}

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto it = std::ranges::find(conditions, type, &Condition::type);
  return it == conditions.end() ? nullptr : &*it;
}

}  // namespace fairlead::controller
