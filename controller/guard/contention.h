// The oscillation breaker: a field that Fairlead corrects again and again has another writer. It
// stops being corrected, and says so, until it has been quiet or the manifest changes (F079).
// Pure: time is an argument.
//
// Five corrections of one value within ten minutes make it contended; ten minutes after the last of
// them it is tried again. Other values of the same object go on being corrected. Not counted: ends
// of containers (plan/ends.h counts those), and what a changed manifest asks for. Kept in memory
// only: a restart of Fairlead begins to count anew.
//
// Who else writes? Another operator on the same engine, a cron job with `docker update`, a person.
// Without the breaker both sides would change one value for ever, and each change of an endpoint or
// limit is a jolt for the process. With it the value stays as the other one wants it, the App is
// Stalled with reason Contended and says which value, and all the rest of the App is kept in order.
//
// The planner asks by Memory::contended through held() (plan/planner.h); the loop counts when it
// reports a drift (Controller::report_drift), so what is planned and not reported as drift, such as
// a roll-out, does not count.
//
// `fairlead reconcile NAME` begins to count anew. What leads here is fairlead_drift_detected_total
// that grows without end.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "controller/objects/drift.h"

namespace fairlead::controller {

// What the oscillation breaker counts by, a value of one object: `container/shop-web-1/cpus`. A
// renamed object counts under the name that it should have. Without a field: that it is there. Not
// by ID: the container that takes its place is the same to whoever fights for it.
std::string contention_key(const Drift& drift);

// The counts of all Apps. Grows with values that drifted since the start, each with five times at
// most; an App's are dropped by reset().
class Contention {
 public:
  static constexpr std::size_t kCorrections = 5;
  static constexpr Duration kWindow = std::chrono::minutes(10);

  // `field` is a contention_key(): a value of one object. A correction was due to drift, not to a
  // manifest change.
  void note_correction(const std::string& app, const std::string& field, SteadyTime now);
  // Fields of `app` that are held now.
  std::set<std::string> contended(const std::string& app, SteadyTime now) const;
  // When the first of them ends to be held; nullopt if none is. Nothing else would wake the App
  // then.
  std::optional<SteadyTime> ends_at(const std::string& app, SteadyTime now) const;
  // A new manifest, or a reconcile asked for by hand.
  void reset(const std::string& app);

 private:
  std::map<std::string, std::map<std::string, std::deque<SteadyTime>>> corrections_;
};

}  // namespace fairlead::controller
