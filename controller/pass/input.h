// All that one pass over one key is decided from, as one value: what should be, what is, what may
// be done, and what is remembered. The planner sees nothing else, so the same input gives the same
// plan, on any machine and at any time: `fairlead replay` rests on that.
//
// Anything that would make a plan differ belongs in here: a clock (Observed::now), the engine's
// version, the policy file's content. What is not in here can't have been the reason for anything
// that Fairlead did. A member that is added must be described in values.h, or nothing compiles; a
// member whose meaning changes raises the form of recordings (recording.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "controller/record/hooks.h"
#include "controller/record/runs.h"
#include "model/app.h"
#include "model/host_access.h"

namespace fairlead::controller {

// What the registry last said of an image that is asked for every so often (execute/images.h).
struct KnownImage {
  std::string id;    // "" if it was not asked yet
  bool due = false;  // to be asked again
};

// What the controller remembers of an App between passes. All of it may be lost at any time without
// doing harm: then something is asked, counted or said once more. What must not be lost is in the
// inventory, and copied in here for the pass (gather.h).
struct Memory {
  std::set<std::string> contended;  // contention_key()s that the oscillation breaker holds
  std::map<std::string, ContainerHooks> hooks;  // by container ID
  std::map<std::string, KnownImage> images;     // by key_of(); pull policies with a period only
  std::set<std::string> volumes;                // Docker names of those that were there once
  // By container ID: what it was last restarted because of. A clock that was set back must not make
  // it stale again and again.
  std::map<std::string, std::string> restarted;
  std::set<std::string> missing_volumes;  // Docker names of external ones
  // By container ID:
  std::map<std::string, Runs> runs;
  std::map<std::string, LastEnd> ends;
  std::map<std::string, Readings> readings;  // of networks too; volumes by Docker name
  std::set<std::string> unread;              // made by us, and not compared since; likewise
  std::set<std::string> fresh;   // part_of()s of containers that we changed, not compared since
  std::uint64_t generation = 0;  // of the manifest; goes into labels of new containers
};

// What may be done, and whose name is on it. "May remove" and its like are conditions that others
// have judged already; the planner adds the rest of guard/removal.h.
struct Policy {
  std::string instance;     // own instance ID
  bool may_remove = false;  // this App's leftovers may go: three complete scans have agreed …
  std::set<std::string>
      recently_left{};    // parts of it (guard/part_absence.h) for which that is too early
  bool app_gone = false;  // the App left the directory (plan everything's removal)
  // Docker names of the shared networks that the directory declares: one that is external here and
  // missing is on its way.
  std::set<std::string> declared_networks;
  // What manifests may demand of the host; null: nothing.
  std::shared_ptr<const model::HostAccess> access{};
};

// Something the plan may not do, and why. Becomes a condition on the App; the first one is the
// App's error. The class says what would change it (base/result.h).
struct Refusal {
  Error error;
  Kind kind = Kind::kNetwork;
  std::string component;
  std::string object;
  model::Position position;
};

// Copied and shared freely; holds no reference to anything. It is as secret as the inventory, for
// it has the environments of the App's containers.
struct PassInput {
  std::string key;  // as in the app label (key.h)
  // A Network is planned as an App with that network (as_app). Never null: of an App that left the
  // directory name and prefix stand here.
  std::shared_ptr<const model::App> app;
  // Some manifest speaks of it, but what it says is not in force: nothing is changed.
  bool refused = false;
  Observed observed;  // what this App may see of the engine (visible.h)
  Policy policy;
  Memory memory;
  std::vector<Refusal> refusals;  // known before anything is planned
};

// The App that stands for a shared network; its name is the network's key. So shared networks need
// no planner of their own.
model::App as_app(const model::SharedNetwork& network);

}  // namespace fairlead::controller
