// The state of one pass over one App, which the parts of the planner share, and the words in which
// they add to the plan. Everything here is derived anew in each pass; nothing outlives plan_app().
//
// Parts are free functions that take the Planner first. Each adds operations with its own reasons,
// and leaves for later parts what they need: the steps that make a network, the state of a service,
// who leaves what. There is no undo: what was added stays.
//
//   const auto created = add(p, on_container(service, name, CreateContainer{spec}, after, reason));
//   add(p, on_container(service, name, StartContainer{{"", name}}, {created}, reason));
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"

namespace fairlead::controller {

using Steps = std::vector<std::size_t>;  // indices into Plan::operations

// What a network of the App is good for in this pass. In order of harm: the worst of a service's
// networks decides.
enum class NetworkUse {
  kUsable,  // exists or is created by this plan
  kFrozen,  // exists, but differs in a way that may not be corrected: its members stay as they are
  kUnusable,  // does not exist and may not be created
};

// `live`: the engine's, if there is one. `created`: the step that makes it, if this plan does.
struct NetworkState {
  const docker::Network* live = nullptr;
  Steps created;
  NetworkUse use = NetworkUse::kUsable;
};

// What later services may count on.
struct ServiceState {
  const docker::Container* current = nullptr;  // up to date; null while it is being replaced
  bool runs = false;                           // now, or after `started`
  bool completed = false;                      // a one-shot that ended well
  std::string ended;                           // how it ended otherwise: "exited with code 1"
  bool prepared = true;                        // `pre_start` has succeeded, where there is one
  Steps started;
};

// The first four are the input and never changed; all else is what parts tell each other.
struct Planner {
  const model::App& app;
  const Observed& observed;
  const Policy& policy;
  const Memory& memory;
  Plan plan{};
  std::map<std::string, NetworkState> networks{};  // by key
  std::map<std::string, Steps> volumes{};          // by key: operations that create it
  std::set<std::string> unusable_volumes{};
  std::map<std::string, std::size_t> images{};     // EnsureImage by what it asks for
  std::map<std::string, ServiceState> services{};  // by instance_key()
  std::map<std::string, int> replacing{};          // by service: replicas that are being replaced
  // Network ID → container ID → the operation that takes the container off the network.
  std::map<std::string, std::map<std::string, std::size_t>> detaches{};
  std::map<std::string, std::size_t> removals{};  // by container ID
  std::set<std::string> restarts{};               // IDs of containers that this plan restarts
  // Own networks that nothing declares any more, in the way of one that is: by ID, the creation.
  std::map<std::string, std::size_t> blocking{};
};

// Returns its index, by which others come after it. Duplicates in `after` are taken out.
std::size_t add(Planner& p, Operation operation);
// One on a container of the service, called `object` by then.
Operation on_container(const model::Service& service, const std::string& object, Action action,
                       Steps after, std::string reason);
// Something that may not be done. The first refusal of a plan is the App's error; all are in its
// log.
void refuse(Planner& p, Kind kind, const std::string& component, const std::string& object,
            Error error, const model::Position& position = {});
// The App is not settled, and an event or Plan::wake_at will bring it back; `line` says for what.
void wait_for(Planner& p, std::string line);
// Duplicates are no harm: add() takes them out.
void append(Steps& steps, const Steps& more);

// Values that came into the manifest from outside: no line of the plan may repeat them.
const model::Masks& masks_of(const model::App& app);

// "FIELD is A, wanted B", as it may be shown.
std::string difference(const Planner& p, const Drift& drift);

// True if the oscillation breaker holds this field (guard/contention.h); says so once in the
// refusals. The caller then leaves the value as it is. `field` is empty where an object is made
// again and again.
bool held(Planner& p, Kind kind, const std::string& component, const std::string& object,
          const std::string& field);

// "web", then "web#2", …: a service's replicas are planned one by one, see replica().
std::string instance_key(const model::Service& service);
std::string instance_key(const std::string& service, int number);

}  // namespace fairlead::controller
