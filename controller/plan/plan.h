// The heart of the product: (desired, observed, policy, memory) → drift, plan. Pure functions of
// values: no clock, no I/O, no globals.
//
// The plan is level-triggered: it is derived from what exists, whatever step a previous pass or a
// crashed process had reached. So every intermediate state of a replacement is just another input.
//
//   what happens when …                                         is in
//   a network is missing, double, taken, changed (subnet)       networks.h
//   an endpoint is missing, extra, changed (alias, IP)          endpoints.h
//   a container is missing, stopped, renamed                    containers.h
//   a container is out of date                                  find.h, replacement.h
//   a container ended by itself                                 ends.h
//   a volume is missing or different                            volumes.h
//   something left the manifest                                 leftovers.h
//   what a container shares or depends on was made anew         followers.h
//   a name, port, address or subnet is held by the App itself   obstacles.h
//   a service must wait for another, or has hooks               depends_on.h, hooks.h
//   the policy denies what a manifest demands                   denied.h
//
//   const Plan plan = plan_of(input);
//   for (const auto& each : plan.refusals) …   // what may not be done; the rest of the plan stands
//   if (plan.in_sync()) …                      // nothing to do, to refuse or to wait for
//
// Nothing fails: what can't be done is a refusal in the plan, and other services go on. The order
// in which parts plan is that of plan_app(); later ones see what earlier ones noted in Planner.
//
// A plan is as good as its input is new. It is executed at once or thrown away: kept for later it
// would act on a world that has moved (execute/unit.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/plan/action.h"
#include "controller/record/runs.h"
#include "model/app.h"
#include "model/host_access.h"

namespace fairlead::controller {

// A container that is to run and ended by itself, or is about to show whether it stays up. Makes
// the App not Ready (CrashLooping), and an event at its 1st, 2nd, 4th, 8th … end.
struct Crash {
  std::string component;
  std::string object;  // Docker name
  int failures = 0;    // in a row, this one included
  std::string message;
};

struct Plan {
  std::vector<Operation> operations;  // in no order but that of `after` and `behind`
  std::vector<Drift> drift;           // what differs, whether something can be done or not
  // What the engine does not take as it is wanted: neither drift nor a reason to do anything.
  std::vector<Drift> not_applied;
  std::vector<Refusal> refusals;  // what may not be done; the first becomes the App's error
  std::vector<Crash> crashes;
  // Containers, networks and volumes that were compared, with the readings that hold: to be
  // remembered.
  std::map<std::string, Readings> compared;
  // Time alone will change the plan then.
  std::optional<WallTime> wake_at;
  // Not operations, yet not settled: dependencies, health or a crash loop are being waited for.
  std::vector<std::string> waiting;  // one line each
  bool in_sync() const { return operations.empty() && refusals.empty() && waiting.empty(); }
};

// The plan for one key: what the loop executes, `fairlead plan` prints and `fairlead replay` prints
// again. Texts in it are fit to be shown: values from outside are masked.
Plan plan_of(const PassInput& input);

// Plans one App. `app` is the desired state; with policy.app_gone only its name and prefix matter.
// A suspended App gets its drift and refusals, and no operations. For tests and for plan_of(),
// which adds what is refused before.
Plan plan_app(const model::App& app, const Observed& observed, const Policy& policy,
              const Memory& memory);

// What the policy has against an App, in the words of a pass that would refuse it, whatever the
// engine holds: planned on an engine that holds nothing and knows every setting. For `fairlead
// validate` and `config`. Each said once, however many replicas there are.
std::vector<Refusal> policy_refusals(const model::App& app,
                                     std::shared_ptr<const model::HostAccess> access);
std::vector<Refusal> policy_refusals(const model::SharedNetwork& network,
                                     std::shared_ptr<const model::HostAccess> access);

}  // namespace fairlead::controller
