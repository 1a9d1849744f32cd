// A container is missing, stopped, renamed, or differs in what the engine can change in place.
#include <algorithm>
#include <charconv>
#include <chrono>

#include "controller/objects/labels.h"
#include "controller/plan/planner.h"
#include "model/form/canonical.h"

namespace fairlead::controller {
namespace {

std::uint64_t generation(const docker::Container& container) {
  const std::string text = label(container.labels, kLabelGeneration);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

NetworkUse use_of(const Planner& p, const model::Service& service) {
  NetworkUse worst = NetworkUse::kUsable;
  for (const auto& mount : service.mounts)
    if (mount.type == model::Mount::Type::kVolume && p.unusable_volumes.contains(mount.source))
      return NetworkUse::kUnusable;
  if (!service.network_mode.empty()) return worst;
  for (const auto& endpoint : service.endpoints) {
    auto found = p.networks.find(endpoint.network);
    if (found != p.networks.end()) worst = std::max(worst, found->second.use);
  }
  return worst;
}

// The engine mounts what they name at each start, not when they are made.
std::vector<docker::VolumeSpec> demanding_volumes(const Planner& p, const model::Service& service) {
  std::vector<docker::VolumeSpec> out;
  for (const auto& volume : p.app.volumes) {
    const bool mounted = std::ranges::any_of(service.mounts, [&volume](const model::Mount& mount) {
      return mount.type == model::Mount::Type::kVolume && mount.source == volume.key;
    });
    if (mounted && !volume.external && !volume.driver_opts.empty())
      out.push_back(volume_spec(p.app.name, volume, p.policy));
  }
  return out;
}

// True if the service shares something with a service that has no container yet.
bool waits_for_peer(Planner& p, const model::Service& service) {
  for (const auto& peer : model::peers_of(service)) {
    if (!peer_id(p.app, peer, p.observed, p.policy).empty()) continue;
    wait_for(p, "service " + service.name + " waits for the container of " + peer +
                    ", with which it shares a namespace or volumes");
    return true;
  }
  return false;
}

void drift_of(Planner& p, const model::Service& service, const docker::Container& container,
              const std::string& field, const std::string& desired, const std::string& actual,
              bool from_manifest) {
  p.plan.drift.push_back({Kind::kContainer, Drift::Type::kChanged, service.name, container.name,
                          field, desired, actual, from_manifest});
}

Operation operation_on(const model::Service& service, const docker::Container& container,
                       Action action, Steps after, std::string reason) {
  return {.kind = Kind::kContainer,
          .component = service.name,
          .object = container.name,
          .action = std::move(action),
          .after = std::move(after),
          .reason = std::move(reason),
          .rollback = {}};
}

// `dead`: what is left of it, if anything.
void create_missing(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                    const ObservedContainer* dead, const Steps& after) {
  p.plan.drift.push_back({Kind::kContainer, Drift::Type::kMissing, service.name,
                          service.container_name, "", "", "", false});
  if (held(p, Kind::kContainer, service.name, service.container_name, "") ||
      waits_for_peer(p, service))
    return;
  if (!link_gate(p, service)) return;
  const std::string reason = "container " + service.container_name + " is missing";
  const auto created = create_container(p, service, spec, service.container_name,
                                        dead == nullptr ? nullptr : &dead->details, after, reason);
  auto& state = p.services[instance_key(service)];
  if (!service.pre_start.empty()) {  // its steps name the container: the next pass knows it
    state.prepared = false;
    return;
  }
  auto gate = start_gate(p, service);
  if (!gate) return;
  gate->push_back(created);
  state.runs = true;
  state.started = {start_container(p, service, {"", service.container_name}, *gate, reason)};
}

void start_stopped(Planner& p, const model::Service& service, const ObservedContainer& container,
                   Steps after) {
  const auto& details = container.details;
  auto& state = p.services[instance_key(service)];
  if (completed(container) && !ended_stale(p, service, details)) {
    state.completed = true;
    return;
  }
  // Never started is our own unfinished work, and an end by itself nobody's; a stop is somebody's.
  const bool never_ran = details.state == "created";
  const bool stopped = !never_ran && was_stopped(container);
  drift_of(p, service, details, "state", "running", details.state, !stopped);
  if (stopped && held(p, Kind::kContainer, service.name, details.name, "state")) return;
  const auto runs = never_ran ? std::nullopt : next_run(p, service, container);
  if (!never_ran && !runs) return;
  auto gate = start_gate(p, service);
  if (!gate) return;
  append(after, *gate);
  if (!pre_started(p, service, details, after)) return;
  state.runs = true;
  state.started = {start_container(p, service, {details.id, details.name}, after,
                                   "state is " + details.state + ", wanted running", {}, runs)};
}

void correct_state(Planner& p, const model::Service& service, const ObservedContainer& container,
                   const Steps& after) {
  const auto& details = container.details;
  auto& state = p.services[instance_key(service)];
  if (details.state == "restarting") {
    state.runs = true;
    note_restarting(p, service, details);
  } else if (details.state == "paused") {
    drift_of(p, service, details, "state", "running", "paused", false);
    if (held(p, Kind::kContainer, service.name, details.name, "state")) return;
    state.runs = true;
    state.started = {
        add(p, operation_on(service, details, UnpauseContainer{{details.id, details.name}}, after,
                            "state is paused, wanted running"))};
  } else if (details.state == "running") {
    state.runs = true;
    if (restart_stale(p, service, details, after)) return;
    watch_young(p, service, details);
    state.started = run_due_hooks(p, service, details, after);
  } else {
    start_stopped(p, service, container, after);
  }
}

Steps update_limits(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                    const docker::Container& container) {
  docker::ContainerUpdate update;
  std::string reason;
  bool wanted = false;
  const auto spare = [&update](const std::string& field) {
    if (field == "restart") update.restart.reset();
    if (field == "mem_limit") update.memory.reset();
    if (field == "cpus") update.nano_cpus.reset();
    if (field == "pids_limit") update.pids_limit.reset();
    std::erase_if(update.settings,
                  [&field](const auto& setting) { return setting_key(setting.first) == field; });
  };
  const bool fresh = p.memory.fresh.contains(part_of(container.id, kLimitsPart));
  for (auto& drift : diff_limits(service, spec, container, update)) {
    drift.object = container.name;
    if (not_applied(p, container.id, drift, fresh)) {
      spare(drift.field);
      continue;
    }
    drift_of(p, service, container, drift.field, drift.desired, drift.actual, false);
    if (held(p, Kind::kContainer, service.name, container.name, drift.field)) {
      spare(drift.field);
      continue;
    }
    wanted = true;
    reason += (reason.empty() ? "" : "; ") + difference(p, drift);
  }
  if (!wanted) return {};
  return {
      add(p, operation_on(service, container,
                          UpdateContainer{{container.id, container.name}, update}, {}, reason))};
}

Steps rename_back(Planner& p, const model::Service& service, const docker::Container& container) {
  const std::string& name = service.container_name;
  if (container.name == name) return {};
  const bool ours = container.name == next_name(name) || container.name == prev_name(name);
  drift_of(p, service, container, "name", name, container.name, ours);
  if (held(p, Kind::kContainer, service.name, name, "name")) return {};
  const auto rename = [&](const std::string& to, Steps after) {
    return add(p,
               operation_on(service, container, RenameContainer{{container.id, container.name}, to},
                            std::move(after), "name is " + container.name + ", wanted " + name));
  };
  // Two that swap their names would wait for each other, were it not for a third name.
  const bool taken = std::ranges::any_of(p.observed.containers, [&name](const auto& each) {
    return each.second.details.name == name;
  });
  Steps first;
  if (taken && container.name != next_name(name)) first = {rename(next_name(name), {})};
  return {rename(name, first)};
}

// The networks may not be corrected, or what the service shares is being replaced: what exists
// stays as it is, and is kept running.
void keep_frozen(Planner& p, const model::Service& service, const ServiceContainers& found) {
  const ObservedContainer* kept = found.current;
  for (const auto* each : found.outdated)
    if (kept == nullptr || up(each->details)) kept = each;
  keep_readings(p, kept->details.id, "");
  correct_state(p, service, *kept, {});
}

}  // namespace

std::string next_name(const std::string& name) {
  return name + ".next";
}
std::string prev_name(const std::string& name) {
  return name + ".prev";
}

bool up(const docker::Container& container) {
  return container.state == "running" || container.state == "paused" ||
         container.state == "restarting";
}

bool completed(const ObservedContainer& container) {
  const auto& details = container.details;
  const std::string& restart = details.restart.name;
  return details.state == "exited" && details.exit_code == 0 && !container.stopped_by_hand &&
         (restart.empty() || restart == "no" || restart == "on-failure");
}

bool newer(const docker::Container& a, const docker::Container& b) {
  return std::tuple(generation(a), a.created, a.id) > std::tuple(generation(b), b.created, b.id);
}

int grace_seconds(const model::Service& service) {
  if (!service.stop_grace_period) return 10;  // the engine's default
  return static_cast<int>(
      std::chrono::ceil<std::chrono::seconds>(*service.stop_grace_period).count());
}

std::size_t ensure_image(Planner& p, const model::Service& service, const EnsureImage& wanted) {
  const std::string key = key_of(wanted);
  auto image = p.images.find(key);
  if (image == p.images.end()) {
    const auto step =
        add(p, {.kind = Kind::kContainer,
                .component = service.name,
                .object = service.container_name,
                .action = wanted,
                .after = {},
                .reason = wanted.pull.when == model::PullPolicy::When::kMissing
                              ? "pull " + wanted.reference + " if the engine does not have it"
                              : "pull_policy of " + wanted.reference + " is " + wanted.pull.text,
                .rollback = {}});
    image = p.images.emplace(key, step).first;
  }
  return image->second;
}

const KnownImage* known_image(const Planner& p, const model::Service& service) {
  if (service.pull.when != model::PullPolicy::When::kEvery) return nullptr;
  const auto found = p.memory.images.find(key_of(image_of(service)));
  return found == p.memory.images.end() ? nullptr : &found->second;
}

std::size_t create_container(Planner& p, const model::Service& service, docker::ContainerSpec spec,
                             const std::string& name, const docker::Container* replaced,
                             Steps after, const std::string& reason) {
  after.push_back(ensure_image(p, service, image_of(service)));
  if (service.network_mode.empty())
    for (const auto& endpoint : service.endpoints)
      append(after, p.networks[endpoint.network].created);
  for (const auto& mount : service.mounts)
    if (mount.type == model::Mount::Type::kVolume) append(after, p.volumes[mount.source]);
  append(after, link_gate(p, service).value_or(Steps{}));
  spec.name = name;
  CreateContainer create{std::move(spec)};
  if (replaced != nullptr) create = inheriting(p, service, std::move(create.spec), *replaced);
  create.volumes = demanding_volumes(p, service);
  return add(p, {.kind = Kind::kContainer,
                 .component = service.name,
                 .object = name,
                 .action = std::move(create),
                 .after = std::move(after),
                 .reason = reason,
                 .rollback = {}});
}

std::size_t remove_container(Planner& p, const docker::Container& container,
                             const std::string& component, Steps after, const std::string& reason,
                             int grace) {
  const Ref ref{container.id, container.name};
  Operation operation{.kind = Kind::kContainer,
                      .component = component,
                      .object = container.name,
                      .action = stop_action(p, container, grace),
                      .after = std::move(after),
                      .reason = reason,
                      .rollback = {}};
  if (up(container)) operation.after = {add(p, operation)};
  operation.action = RemoveContainer{ref, container.state == "dead"};
  const auto step = add(p, operation);
  for (const auto& endpoint : container.endpoints)
    p.detaches[endpoint.network_id][container.id] = step;
  p.removals[container.id] = step;
  return step;
}

void maintain(Planner& p, const model::Service& service, const ServiceContainers& found,
              Steps after) {
  const ObservedContainer& current = *found.current;
  const auto& details = current.details;
  p.services[instance_key(service)].current = &details;
  if (details.health == "starting") ++p.replacing[service.name];
  append(after, rename_back(p, service, details));
  append(after, update_limits(p, service, found.spec, details));
  // A one-shot that is done needs no network any more; an attach would only wake the loop again.
  if (completed(current)) {
    keep_readings(p, details.id, kNetworkFields);
  } else {
    append(after, repair_endpoints(p, service, found.spec, details));
  }
  if (const auto* known = known_image(p, service); known != nullptr && known->due)
    ensure_image(p, service, image_of(service));
  correct_state(p, service, current, after);
}

void plan_service(Planner& p, const model::Service& service) {
  p.services[instance_key(service)];
  auto spec = container_spec(p.app, service, p.observed, p.policy, p.memory);
  if (denied(p, service, spec)) return;  // first: a newer engine would not help
  if (const auto problem = too_new_setting(service, p.observed.engine.api_version);
      !problem.empty()) {
    refuse(p, Kind::kContainer, service.name, service.container_name,
           {ErrorClass::kBlocked, Reason::kEngineTooOld, problem,
            "remove the key, or upgrade the engine"},
           service.position);
    return;
  }
  const ServiceContainers found = find_containers(p, service, std::move(spec));
  if (found.untouchable) return;
  const bool missing = found.current == nullptr && found.outdated.empty();
  const NetworkUse use = use_of(p, service);
  if (use == NetworkUse::kUnusable) {
    wait_for(p, "service " + service.name + " needs a network or volume that is refused");
    return;
  }
  remove_hook_containers(p, service, found.current == nullptr ? nullptr : &found.current->details);
  Steps freed;  // F032: a dead container keeps its name until it is removed
  for (const auto* dead : found.dead)
    freed.push_back(remove_container(p, dead->details, service.name, {}, "state is dead", 0));
  if (missing) {
    create_missing(p, service, found.spec, found.dead.empty() ? nullptr : found.dead.front(),
                   freed);
  } else if (use == NetworkUse::kFrozen ||
             (!found.outdated.empty() && waits_for_peer(p, service))) {
    keep_frozen(p, service, found);
  } else if (!found.outdated.empty()) {
    replace_outdated(p, service, found, freed);
  } else {
    maintain(p, service, found, freed);
  }
}

}  // namespace fairlead::controller
