// The vocabulary of a plan: each action is one engine call, or a few that nobody else's may come
// between. Plain values; execute/act.h carries them out.
//
// A new action needs: its struct and a place in Action, a verb (action.cpp), a perform()
// (execute/act.cpp), what it locks (execute.cpp) and holds (execute/unit.h), and what it gives up
// (report.cpp). The compiler asks for the first three.
//
// What an action needs to be safe is in it as a fact and not asked again: grace, hooks, files. What
// may have changed since is looked at right before the call (execute/last_look.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "controller/objects/drift.h"
#include "controller/record/hooks.h"
#include "controller/record/runs.h"
#include "controller/request/specs.h"
#include "docker/types.h"

namespace fairlead::controller {

// An object by ID; or by Docker name when an earlier operation of the same plan creates it.
struct Ref {
  std::string id;    // empty until it exists
  std::string name;  // Docker name, also for messages
};

struct CreateNetwork {
  docker::NetworkSpec spec;
};
// An own one that nobody is on; the engine refuses otherwise (F008).
struct RemoveNetwork {
  Ref network;
};
struct CreateVolume {
  docker::VolumeSpec spec;
  bool lost = false;  // there was one, with data
};
// `spec` whole; network_id of an endpoint is empty when the network is created in this plan:
// resolve by name. With API < 1.44 the executor connects endpoints[1…] after the create (F014).
// `inherited`: anonymous volumes of the replaced container that the manifest does not ask for; they
// are mounted where the image, which is here by then, declares a VOLUME.
struct CreateContainer {
  docker::ContainerSpec spec;
  std::vector<docker::MountSpec> inherited{};
  std::vector<docker::VolumeSpec> volumes{};  // the App's own in it that say what they mount
};
struct StartContainer {
  Ref container;
  // Written before every start: a crash between create and start must not leave one without.
  std::vector<docker::FileContent> files{};
  ContainerHooks hooks{};      // remembered; RunHooks follows if there are any for the start
  std::optional<Runs> runs{};  // remembered, if this is not the first start
};
// The container's `post_start`, in order; until all have succeeded they remain due.
struct RunHooks {
  Ref container;
  ContainerHooks hooks;
};
struct StopContainer {
  Ref container;
  int grace_seconds = 10;
  std::vector<docker::ExecSpec> pre_stop{};  // one that fails keeps the container running
  bool unfinished = false;  // as if a user had stopped it: its work is not done, whatever it says
};
// A step of `pre_start` that failed: an error with what it wrote. It stays, under another name,
// until the next try.
struct FailHook {
  Ref container;
  int exit_code = 0;
  std::string new_name;
};
// One operation: nobody else's stands between stop and start.
struct RestartContainer {
  StopContainer stop;
  StartContainer start;
  std::string because_of;  // "ID@time" of the start that the container's own is older than
};
// Somebody paused it: a container that is to run is let run.
struct UnpauseContainer {
  Ref container;
};
// By full ID, through the last gate (guard/removal.h). Never with its volumes (F049).
struct RemoveContainer {
  Ref container;
  bool force = false;
};
// POST /containers/ID/rename. The name must be free by then: plan/obstacles.h orders that.
struct RenameContainer {
  Ref container;
  std::string new_name;
};
// POST /containers/ID/update: limits and restart policy of a living container.
struct UpdateContainer {
  Ref container;
  docker::ContainerUpdate update;
};
// POST /networks/ID/connect, with all settings of the endpoint (F011).
struct ConnectEndpoint {
  Ref container;
  docker::EndpointSpec endpoint;
};
struct DisconnectEndpoint {
  Ref container;
  Ref network;  // without an ID: by name, which is all that finds a dead or half-made endpoint
  bool force = false;
  // What is connected next: first it is made sure that its address can be had.
  std::optional<docker::EndpointSpec> next{};
};

using Action = std::variant<CreateNetwork, RemoveNetwork, CreateVolume, EnsureImage,
                            CreateContainer, StartContainer, StopContainer, UnpauseContainer,
                            RemoveContainer, RenameContainer, UpdateContainer, ConnectEndpoint,
                            DisconnectEndpoint, RunHooks, FailHook, RestartContainer>;

// create, remove, start, connect, pull, …: for plans, events and the label of a metric.
std::string_view verb(const Action& action);  // create, remove, start, connect, pull, …

// One action of the plan, with its reason. Operations whose `after` are all done may run in
// parallel, with others of the same plan and of other Apps. When one fails, those after it are
// skipped.
struct Operation {
  Kind kind = Kind::kContainer;
  std::string component;
  std::string object;  // Docker name
  Action action{};
  std::vector<std::size_t> after{};
  std::string reason{};  // one line: why; names the field, desired and actual value
  // Run, in order, only if this operation fails with a definite error (not Unknown): puts the
  // previous container back (stop-first replacement with roll-back).
  std::vector<Action> rollback{};
  // Waited for as `after` is, but whether they succeeded does not matter.
  std::vector<std::size_t> behind{};
};

}  // namespace fairlead::controller
