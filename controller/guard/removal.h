// May this be removed from the engine? Every condition, in one file.
//
// An object that left the manifests goes only if all of these hold; the first that does not says
// why it stays:
//
//   condition                                                        known from
//   it is no volume: they hold data, and stay                        its kind
//   labels, instance and App are ours, and the inventory has it      objects/owned.h,
//   pass/visible.h its name is one that a manifest would have given it plan/leftovers.cpp its App
//   does not say `prune: false`                              the manifest complete, error-free
//   scans have shown it gone, three times       prune.h for Apps,
//     and for 30 s                                                   part_absence.h for parts
//   not too many Apps at once, or somebody confirmed                 prune.h
//   no file that can't be read may still hold it                     why_app_stays()
//   nobody puts it back again and again                              contention.h
//   it could be inspected, and is not being removed already          observed/observed.h
//   a network: no container stays on it                              both sides of it
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

// What is known of one object, asked for in this order.
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

// Why it stays; kGoes: it does not.
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
// (F048), that the inventory has.
Status removes_one_of_ours(Kind kind, std::string_view id, bool recorded);

}  // namespace fairlead::controller
