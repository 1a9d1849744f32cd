#include "controller/guard/prune.h"

#include <algorithm>
#include <cmath>

namespace fairlead::controller {

void PruneGuard::seen(const std::set<std::string>& present, const std::set<std::string>& owned) {
  // Whoever is mentioned again begins anew, with its consent used up.
  std::erase_if(absent_, [&present](const auto& item) { return present.contains(item.first); });
  std::erase_if(in_progress_,
                [&](const auto& name) { return present.contains(name) || !owned.contains(name); });
}

void PruneGuard::scanned(bool complete, const std::set<std::string>& present,
                         const std::set<std::string>& owned, SteadyTime now) {
  seen(present, owned);
  if (!complete) {
    // Silence is not consent: what was counted so far counts no more.
    for (auto& [name, absence] : absent_)
      absence = Absence{0, now, absence.confirmed};
    return;
  }
  std::set<std::string> known = present;
  known.insert(owned.begin(), owned.end());
  // Of complete scans only: an incomplete one has seen too few.
  known_ = known.size();
  // Nothing is left of it: done.
  std::erase_if(absent_, [&owned](const auto& item) { return !owned.contains(item.first); });
  for (const auto& name : owned) {
    if (present.contains(name)) continue;
    auto& absence = absent_[name];
    if (absence.scans++ == 0) absence.since = now;
  }
  const auto decision = decide(now);
  // A removal that was begun goes on: half an App is worse than either.
  in_progress_.insert(decision.allowed.begin(), decision.allowed.end());
}

void PruneGuard::confirm(const std::set<std::string>& names) {
  for (const auto& name : names)
    absent_[name].confirmed = true;
}

PruneDecision PruneGuard::decide(SteadyTime now) const {
  PruneDecision decision;
  std::set<std::string> ripe;
  std::size_t going = 0;  // within the budget, and not gone yet: they count against it
  for (const auto& [name, absence] : absent_) {
    const bool long_enough = absence.scans >= rules_.scans && now - absence.since >= rules_.grace;
    if (!long_enough) {
      decision.pending.insert(name);
    } else if (absence.confirmed || in_progress_.contains(name)) {
      decision.allowed.insert(name);
      if (!absence.confirmed) ++going;
    } else {
      ripe.insert(name);
    }
  }
  const auto share =
      static_cast<std::size_t>(std::floor(rules_.share * static_cast<double>(known_)));
  // Never all, even where the share would allow it: one App of one is the likeliest accident.
  const bool all = absent_.size() >= known_;
  const bool over = going + ripe.size() > std::max<std::size_t>(1, share) || all;
  (over ? decision.withheld : decision.allowed).insert(ripe.begin(), ripe.end());
  return decision;
}

}  // namespace fairlead::controller
