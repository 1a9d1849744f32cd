// Private to the planner: the state of one pass over one App, and the pieces that plan_*.cpp share.
//
// Everything here is derived anew in each pass; nothing outlives plan_app().
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/plan/plan.h"

namespace fairlead::controller {

using Steps = std::vector<std::size_t>;  // indices into Plan::operations

// What a network of the App is good for in this pass.
enum class NetworkUse {
  kUsable,  // exists or is created by this plan
  kFrozen,  // exists, but differs in a way that may not be corrected: its members stay as they are
  kUnusable,  // does not exist and may not be created
};

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

std::size_t add(Planner& p, Operation operation);
void refuse(Planner& p, Kind kind, const std::string& component, const std::string& object,
            Error error, const model::Position& position = {});
void wait_for(Planner& p, std::string line);
void append(Steps& steps, const Steps& more);

// "FIELD is A, wanted B", as it may be shown.
std::string difference(const Planner& p, const Drift& drift);

// True if the oscillation breaker holds this field; says so once in the refusals.
bool held(Planner& p, Kind kind, const std::string& component, const std::string& object,
          const std::string& field);

// True if the engine showed exactly this difference when it had just been given the value. `id`: of
// the container or network; of a volume its name. `fresh`: the value was given to a living one, and
// this is the first look since.
bool is_reading(const Planner& p, const std::string& id, const Drift& drift, bool fresh);
// If it is one: it is said and left alone. Notes what is to be remembered.
bool not_applied(Planner& p, const std::string& id, const Drift& drift, bool fresh = false);
// What was not compared in this pass keeps the readings that are known of it. `start`: of fields.
void keep_readings(Planner& p, const std::string& id, std::string_view start);

std::string label(const docker::StringMap& labels, std::string_view key);

// ---- Networks (plan/networks.cpp, plan/leftovers.cpp) ----

// The engine's network for a declared one: own (of duplicates the one to keep, F001) or, if
// external, the only one of that exact name. Null: none, or ambiguous.
const docker::Network* live_network(const model::App& app, const model::Network& network,
                                    const Observed& observed, const std::string& instance);
bool own_network(const docker::Network& network, const Planner& p);
// Containers seen on a network from either side: container ID → name.
std::map<std::string, std::string> members_of(const docker::Network& network,
                                              const Observed& observed);
// The observed networks, except its namesakes, that share addresses with the wanted pools (F004).
std::vector<const docker::Network*> overlapping(const model::Network& wanted,
                                                const Observed& observed);
bool subnets_overlap(const std::string& a, const std::string& b);
void plan_networks(Planner& p);
void plan_volumes(Planner& p);

// Own objects that the App does not declare any more; with app_gone all of them.
void plan_leftover_containers(Planner& p);
void plan_leftover_networks(Planner& p);
// True if the manifest has no use for this network of the App any more.
bool left_over(const docker::Network& network, const Planner& p);

// ---- Obstacles of the App's own making (plan/obstacles.cpp) ----

// A network that left the manifest and has the subnet of one that is to be created.
void clear_subnet(Planner& p, const docker::Network& network, std::size_t creation);
// A container that left the manifest and has the name, a host port or an address of one that is to
// be created or started by this plan.
void set_aside(Planner& p, const docker::Container& container, const std::string& aside);
// Orders what takes a name, port or address after what gives it up. Last of all.
void order_obstacles(Planner& p);

// ---- Containers ----

std::string next_name(const std::string& name);  // of a replacement before the switch
std::string prev_name(const std::string& name);  // of the replaced container after the switch

bool up(const docker::Container& container);  // has processes: running, paused, restarting
// A one-shot that ended well: nothing to start again.
bool completed(const ObservedContainer& container);
// ---- Ends (plan/ends.cpp) ----

// True if it ended because somebody stopped it, as far as one can tell.
bool was_stopped(const ObservedContainer& container);
// What follows the end of a container that nobody stopped: the runs to note with its next start, or
// nullopt if it is not started now. Says why, and when.
std::optional<Runs> next_run(Planner& p, const model::Service& service,
                             const ObservedContainer& container);
// A container that was started again, by us or by the engine, and has not been up for long: it may
// end at once. Waits for it.
void watch_young(Planner& p, const model::Service& service, const docker::Container& container);
void note_restarting(Planner& p, const model::Service& service, const docker::Container& container);

// Recorded hash equals the manifest's. A hash of another version can't be compared: true (F092).
bool hash_matches(const model::App& app, const model::Service& service,
                  const docker::Container& container);
// Newest generation, then newest, then ID.
bool newer(const docker::Container& a, const docker::Container& b);
// ID of the container that `network_mode: service:X` joins; empty while X is missing or outdated.
std::string peer_id(const model::App& app, const std::string& service, const Observed& observed,
                    const Policy& policy);

// ---- Settings (request/settings.cpp) ----

using PeerId = std::function<std::string(const std::string& service)>;
docker::Settings engine_settings(const model::Service& service, const PeerId& peer_of);
// "KEY needs API 1.N" for the first setting that the engine would silently ignore; else "".
std::string too_new_setting(const model::Service& service, const std::string& api_version);

// Compose's key of an engine path; "" if it can't be compared.
std::string setting_key(const std::string& path);

struct SettingDrift {
  std::string key;   // Compose's
  std::string path;  // the Engine API's
  std::string desired, actual;
  bool in_place = false;  // the engine changes it on the living container
};
std::vector<SettingDrift> diff_settings(const docker::Settings& desired,
                                        const docker::Settings& actual);

// Differences that only a replacement corrects.
std::vector<Drift> diff_container(const model::Service& service, const docker::ContainerSpec& spec,
                                  const docker::Container& actual);
// Differences that the engine corrects in place.
std::vector<Drift> diff_limits(const model::Service& service, const docker::ContainerSpec& spec,
                               const docker::Container& actual, docker::ContainerUpdate& update);

inline constexpr std::string_view kNetworkFields = "networks.";

struct EndpointChange {
  Drift drift;
  std::vector<Drift> also{};                     // the values that differ besides
  const docker::Endpoint* actual = nullptr;      // to disconnect, if any
  const docker::EndpointSpec* wanted = nullptr;  // to connect, if any
  bool stale = false;                            // its network ID does not exist any more (F009)
};
// Differences between the endpoints of a container and those of its spec, what to connect first.
// Pointers into arguments.
std::vector<EndpointChange> diff_endpoints(const docker::ContainerSpec& spec,
                                           const docker::Container& actual,
                                           const Observed& observed);

// One service's containers, told apart by labels and name.
struct ServiceContainers {
  docker::ContainerSpec spec;  // what the service would be created with
  const ObservedContainer* current = nullptr;
  std::vector<const ObservedContainer*> outdated;
  std::vector<const ObservedContainer*> dead;
  bool untouchable = false;  // uncertain, being removed, or not to be told apart
};
ServiceContainers find_containers(Planner& p, const model::Service& service,
                                  docker::ContainerSpec spec);
// Refuses what the policy does not allow; true if there was anything.
bool denied(Planner& p, const model::Service& service, const docker::ContainerSpec& spec);
bool denied(Planner& p, const model::Volume& volume);
bool denied(Planner& p, const model::Network& network);

// A service's replicas are planned one by one, see replica().
std::string instance_key(const model::Service& service);  // "web", then "web#2", …
std::string instance_key(const std::string& service, int number);
void plan_service(Planner& p, const model::Service& service);
// The differences that are no readings. `readings`, if given, gets those that are.
std::vector<EndpointChange> endpoint_repairs(const Planner& p, const docker::ContainerSpec& spec,
                                             const docker::Container& container,
                                             std::vector<Drift>* readings);
// Steps for the endpoints of an existing container.
Steps repair_endpoints(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                       const docker::Container& container);
// Images, networks, volumes and the container itself, under `name`. `replaced` may be null: else
// labels say what it replaces, and its anonymous volumes go over to the new one.
std::size_t create_container(Planner& p, const model::Service& service, docker::ContainerSpec spec,
                             const std::string& name, const docker::Container* replaced,
                             Steps after, const std::string& reason);
// What a replacement is created with (plan/inherit.cpp).
CreateContainer inheriting(const Planner& p, const model::Service& service,
                           docker::ContainerSpec spec, const docker::Container& replaced);
// The step that pulls an image, once per plan.
std::size_t ensure_image(Planner& p, const model::Service& service, const EnsureImage& wanted);
// What is known of an image that is asked for every so often; null for all others.
const KnownImage* known_image(const Planner& p, const model::Service& service);
std::size_t remove_container(Planner& p, const docker::Container& container,
                             const std::string& component, Steps after, const std::string& reason,
                             int grace_seconds);
// Operations that must have run before the service may start; nullopt: not now (adds a waiting
// line).
std::optional<Steps> start_gate(Planner& p, const model::Service& service);
void replace_outdated(Planner& p, const model::Service& service, const ServiceContainers& found,
                      Steps after);
// Endpoints, limits, name and state of a container that is up to date.
void maintain(Planner& p, const model::Service& service, const ServiceContainers& found,
              Steps after);
int grace_seconds(const model::Service& service);

// ---- What was made anew under a running container (plan/followers.cpp) ----

// Plans a restart if the container shares a namespace with one that was started after it, or
// `depends_on` one with `restart: true` that was replaced after it was started. True if it is
// planned, or waits.
bool restart_stale(Planner& p, const model::Service& service, const docker::Container& container,
                   const Steps& after);
// True if the container was stale when it ended: its end says nothing.
bool ended_stale(const Planner& p, const model::Service& service,
                 const docker::Container& container);
// True if a service that it links to on the default bridge was made anew after it.
bool links_are_stale(const Planner& p, const model::Service& service,
                     const docker::Container& container);
// Steps before which a container that links on the default bridge can't be created; nullopt: not
// in this plan.
std::optional<Steps> link_gate(Planner& p, const model::Service& service);

// ---- Hooks (plan/hooks.cpp) ----

// Starts it, then runs its `post_start`; the last step.
std::size_t start_container(Planner& p, const model::Service& service, const Ref& container,
                            Steps after, const std::string& reason,
                            const std::vector<Action>& rollback = {},
                            const std::optional<Runs>& runs = {});
// Stops it, starts it, and runs its `post_start`; the last step.
std::size_t restart_container(Planner& p, const model::Service& service,
                              const docker::Container& container, Steps after,
                              const std::string& reason, const std::string& because_of);
// Starts again what a roll-back puts back.
std::vector<Action> restart_actions(const Planner& p, const docker::Container& container);
StopContainer stop_action(const Planner& p, const docker::Container& container, int grace_seconds);
// The `post_start` of a running container that has not succeeded yet.
Steps run_due_hooks(Planner& p, const model::Service& service, const docker::Container& container,
                    const Steps& after);
// True if all steps of `pre_start` have succeeded for `container`, which was never started. Else
// plans the next one, or says what is being waited for.
bool pre_started(Planner& p, const model::Service& service, const docker::Container& container,
                 const Steps& after);
// Removes containers of steps that nothing waits for any more. `current` may be null.
void remove_hook_containers(Planner& p, const model::Service& service,
                            const docker::Container* current);
bool is_hook(const docker::Container& container);

}  // namespace fairlead::controller
