// The oscillation breaker: a field that Fairlead corrects again and again has another writer. It
// stops being corrected, and says so, until it has been quiet or the manifest changes (F079).
// Pure: time is an argument.
//
// Five corrections of one value within ten minutes make it contended; ten minutes after the last of
// them it is tried again. Other values of the same object go on being corrected. Not counted: ends
// of containers (plan/ends.h counts those), and what a changed manifest asks for. Kept in memory
// only: a restart of Fairlead begins to count anew.
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
// renamed object counts under the name that it should have. Without a field: that it is there.
std::string contention_key(const Drift& drift);

class Contention {
 public:
  static constexpr std::size_t kCorrections = 5;
  static constexpr Duration kWindow = std::chrono::minutes(10);

  // `field` is a contention_key(): a value of one object. A correction was due to drift, not to a
  // manifest change.
  void note_correction(const std::string& app, const std::string& field, SteadyTime now);
  // Fields of `app` that are held now.
  std::set<std::string> contended(const std::string& app, SteadyTime now) const;
  // When the first of them ends to be held.
  std::optional<SteadyTime> ends_at(const std::string& app, SteadyTime now) const;
  // A new manifest, or a reconcile asked for by hand.
  void reset(const std::string& app);

 private:
  std::map<std::string, std::map<std::string, std::deque<SteadyTime>>> corrections_;
};

}  // namespace fairlead::controller
