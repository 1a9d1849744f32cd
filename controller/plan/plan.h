// The heart of the product: (desired, observed, policy, memory) → drift, plan. Pure functions of
// values: no clock, no I/O, no globals.
//
// The plan is level-triggered: it is derived from what exists, whatever step a previous pass or a
// crashed process had reached. So every intermediate state of a replacement is just another input.
//
//   what happens when …                                     is in
//   a network is missing, extra, changed (subnet, driver)   plan/networks.cpp
//   an endpoint is missing, extra, changed (alias, IP)      plan/endpoints.cpp
//   a container is missing, stopped, renamed, out of date   plan/containers.cpp
//   a container ended by itself                             plan/ends.cpp
//   a volume is missing or different                        plan/volumes.cpp
//   what a container shares or depends on was made anew     plan/followers.cpp
//   a name, port, address or subnet is held by the App      plan/obstacles.cpp
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "controller/record/hooks.h"
#include "controller/record/runs.h"
#include "docker/types.h"
#include "model/app.h"
#include "model/host_access.h"

namespace fairlead::controller {

// An object by ID; or by Docker name when an earlier operation of the same plan creates it.
struct Ref {
  std::string id;    // empty until it exists
  std::string name;  // Docker name, also for messages
};

struct CreateNetwork {
  docker::NetworkSpec spec;
};
struct RemoveNetwork {
  Ref network;
};
struct CreateVolume {
  docker::VolumeSpec spec;
  bool lost = false;  // there was one, with data
};
struct EnsureImage {
  std::string reference;
  std::string platform;
  model::PullPolicy pull;
};
std::string key_of(const EnsureImage& wanted);  // equal for requests that one look-up answers
EnsureImage image_of(const model::Service& service);
// network_id of an endpoint is empty when the network is created in this plan: resolve by name.
// With API < 1.44 the executor connects endpoints[1…] after create and verifies all.
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
struct UnpauseContainer {
  Ref container;
};
struct RemoveContainer {
  Ref container;
  bool force = false;
};
struct RenameContainer {
  Ref container;
  std::string new_name;
};
struct UpdateContainer {
  Ref container;
  docker::ContainerUpdate update;
};
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

std::string_view verb(const Action& action);  // create, remove, start, connect, pull, …

// One engine call of the plan, with its reason. Operations whose `after` are all done may run in
// parallel. When one fails, those after it are skipped.
struct Operation {
  Kind kind = Kind::kContainer;
  std::string component;
  std::string object;  // Docker name
  Action action;
  std::vector<std::size_t> after;
  std::string reason;  // one line: why; names the field, desired and actual value
  // Run, in order, only if this operation fails with a definite error (not Unknown): puts the
  // previous container back (stop-first replacement with roll-back).
  std::vector<Action> rollback;
  // Waited for as `after` is, but whether they succeeded does not matter.
  std::vector<std::size_t> behind{};
};

// Something the plan may not do, and why. Becomes a condition on the App.
struct Refusal {
  Error error;
  Kind kind = Kind::kNetwork;
  std::string component;
  std::string object;
  model::Position position;
};

// A container that is to run and ended by itself, or is about to show whether it stays up.
struct Crash {
  std::string component;
  std::string object;  // Docker name
  int failures = 0;    // in a row, this one included
  std::string message;
};

struct Plan {
  std::vector<Operation> operations;
  std::vector<Drift> drift;
  // What the engine does not take as it is wanted: neither drift nor a reason to do anything.
  std::vector<Drift> not_applied;
  std::vector<Refusal> refusals;
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

// What the registry last said of an image that is asked for every so often.
struct KnownImage {
  std::string id;    // "" if it was not asked yet
  bool due = false;  // to be asked again
};

// What the controller remembers of an App between passes. All of it may be lost at any time
// without doing harm.
struct Memory {
  std::set<std::string> contended;  // contention_key()s that the oscillation breaker holds
  // Network components whose last member left; see Prune rules of DESIGN.
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

// Plans one App. `app` is the desired state; with policy.app_gone only its name and prefix matter.
Plan plan_app(const model::App& app, const Observed& observed, const Policy& policy,
              const Memory& memory);

// Plans one `kind: Network`. Its label app is "network/<name>", its component the name.
Plan plan_shared_network(const model::SharedNetwork& network, const Observed& observed,
                         const Policy& policy, const Memory& memory);

// What the policy has against an App, in the words of a pass that would refuse it, whatever the
// engine holds.
std::vector<Refusal> policy_refusals(const model::App& app,
                                     std::shared_ptr<const model::HostAccess> access);
std::vector<Refusal> policy_refusals(const model::SharedNetwork& network,
                                     std::shared_ptr<const model::HostAccess> access);

// The value of the app label for a shared network.
std::string shared_network_owner(const std::string& name);

// What the oscillation breaker counts by: a value of one object.
std::string contention_key(const Drift& drift);

// How long after its n-th end in a row a container is started again: 1 s, three times as long each
// time, at most 5 min.
Duration restart_delay(int failures);

// ---- Pieces, public for tests and for each other ----

// True if labels and name say that the object is this installation's, of this App (F117).
bool owned(const docker::StringMap& labels, const std::string& instance, const std::string& app);

// A copy of the service with its own number and container name; Docker sees replicas as containers
// of their own.
model::Service replica(const model::App& app, const model::Service& service, int number);
int number_of(const docker::Container& container);  // from its label; 1 if that says nothing

// The container spec that would be sent for a service, endpoint network IDs resolved from
// `observed` where they exist. Built from the manifest only, never from inspect (F019).
docker::ContainerSpec container_spec(const model::App& app, const model::Service& service,
                                     const Observed& observed, const Policy& policy,
                                     const Memory& memory);
// Configs and secrets of a service, for its container.
std::vector<docker::FileContent> files_of(const model::App& app, const model::Service& service);
docker::NetworkSpec network_spec(const std::string& app_name, const model::Network& network,
                                 const Policy& policy);
docker::VolumeSpec volume_spec(const std::string& app_name, const model::Volume& volume,
                               const Policy& policy);

// Differences of one declared network against an observed one: only what the user declared.
std::vector<Drift> diff_network(const model::Network& desired, const docker::Network& actual);

}  // namespace fairlead::controller
