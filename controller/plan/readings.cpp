
#include "controller/plan/readings.h"

namespace fairlead::controller {

bool is_reading(const Planner& p, const std::string& id, const Drift& drift, bool fresh) {
  const auto known = p.memory.readings.find(id);
  const bool read = known != p.memory.readings.end() &&
                    known->second.contains({drift.field, drift.desired, drift.actual});
  // Known as one, or seen for the first time since the value was given: either way not somebody's
  // doing.
  return read || fresh || p.memory.unread.contains(id);
}

bool not_applied(Planner& p, const std::string& id, const Drift& drift, bool fresh) {
  if (!is_reading(p, id, drift, fresh)) return false;
  p.plan.compared[id].insert({drift.field, drift.desired, drift.actual});
  p.plan.not_applied.push_back(drift);
  return true;
}

void keep_readings(Planner& p, const std::string& id, std::string_view start) {
  const auto known = p.memory.readings.find(id);
  if (known == p.memory.readings.end()) return;
  for (const auto& each : known->second)
    if (each.field.starts_with(start)) p.plan.compared[id].insert(each);
}

}  // namespace fairlead::controller
