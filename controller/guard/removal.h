// May this be removed from the engine? Every condition, in one file.
//
// An object that left the manifests goes only if all of these hold; the first that does not says
// why it stays. In parentheses: who knows it.
//
//   1. it is no volume: they hold data, and stay
//   2. labels, instance and App are ours (objects/owned.h), and the inventory has it
//      (pass/visible.h)
//   3. its name is one that a manifest would have given it (plan/leftovers.cpp)
//   4. its App does not say `prune: false` (the manifest)
//   5. complete scans without errors have shown it gone, three times and for 30 s (prune.h for
//      Apps, part_absence.h for parts of one)
//   6. not too many Apps go at once, or somebody confirmed it (prune.h)
//   7. no file that can't be read may still hold it (why_app_stays())
//   8. nobody makes it again and again (contention.h)
//   9. it could be inspected, and is not being removed already (observed/observed.h)
//  10. a network: no container stays on it (both sides of it)
//
// What was replaced, is double or stands in the way of its own App needs no absence, for what takes
// its place is there or planned; all the rest holds for it too. And whatever the plan says, nothing
// is sent that removes_one_of_ours() does not let through.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "controller/guard/prune.h"
#include "controller/objects/drift.h"

namespace fairlead::controller {

// What is known of one object, asked for in this order. The planner fills it in
// (plan/leftovers.cpp); the defaults are those that let nothing go.
struct Removal {
  Kind kind = Kind::kContainer;
  bool ours = false;       // labels and instance, and the inventory
  bool named = false;      // as a manifest would have named it, or lone of its kind
  bool prune = true;       // the manifest's word
  bool absent = false;     // long enough, within the budget; or its successor is there
  bool contended = false;  // somebody else makes it again and again
  bool readable = false;   // the engine could be asked about it
  bool going = false;      // is being removed already
  bool used = false;       // a network: containers stay on it
};

// Why it stays; kGoes: it does not. What each means to people (a line that waits, a refusal,
// nothing) is for the planner to say.
// To be asked with facts of now: nothing is remembered here, and the answer of the last pass is
// worth nothing in this one.
enum class Stays {
  kGoes,
  kVolume,
  kForeign,
  kStranger,
  kKept,
  kTooEarly,
  kContended,
  kUnreadable,
  kGoing,
  kUsed,
};
Stays why_it_stays(const Removal& removal);

// An App that left the manifests, as those look now.
// For the App as a whole, asked once for each pass before any of its objects is looked at.
struct Departure {
  std::string key;
  PruneDecision decision;   // of the guard, for all Apps
  std::string broken_file;  // one that is no valid manifest and may hold it; empty if there is none
  bool mentioned = false;   // some manifest speaks of it, in a form that is not in force
};
// Why its objects stay, with the next step; nullopt: nothing stands against it, though it may be
// too early (`decision.allowed` tells).
std::optional<Error> why_app_stays(const Departure& departure);

// The last gate, right before the call: a full ID, which no name and no prefix can be taken for
// (F048), that the inventory has. `recorded`: Inventory::knows(). Else Blocked, NotOwner, and
// nothing is sent. The executor asks it before each removal of a plan.
Status removes_one_of_ours(Kind kind, std::string_view id, bool recorded);

}  // namespace fairlead::controller
