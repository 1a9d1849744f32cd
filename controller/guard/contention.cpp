#include "controller/guard/contention.h"

#include <algorithm>

namespace fairlead::controller {

void Contention::note_correction(const std::string& app, const std::string& field, SteadyTime now) {
  auto& times = corrections_[app][field];
  times.push_back(now);
  // The last five are enough to tell: five within the window, and when the last was.
  if (times.size() > kCorrections) times.pop_front();
}

std::set<std::string> Contention::contended(const std::string& app, SteadyTime now) const {
  std::set<std::string> held;
  const auto fields = corrections_.find(app);
  if (fields == corrections_.end()) return held;
  for (const auto& [field, times] : fields->second) {
    const bool often = times.size() == kCorrections && times.back() - times.front() <= kWindow;
    if (often && now - times.back() <= kWindow) held.insert(field);
  }
  return held;
}

std::optional<SteadyTime> Contention::ends_at(const std::string& app, SteadyTime now) const {
  std::optional<SteadyTime> first;
  const auto fields = corrections_.find(app);
  if (fields == corrections_.end()) return first;
  for (const auto& field : contended(app, now)) {
    // Just after it: at the very end it is held still.
    const auto end = fields->second.at(field).back() + kWindow + std::chrono::milliseconds(1);
    first = std::min(first.value_or(end), end);
  }
  return first;
}

void Contention::reset(const std::string& app) {
  corrections_.erase(app);
}

std::string contention_key(const Drift& drift) {
  const auto& object = drift.field == "name" ? drift.desired : drift.object;
  return std::string(to_string(drift.kind)) + "/" + object + "/" + drift.field;
}

}  // namespace fairlead::controller
