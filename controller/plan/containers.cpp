#include "controller/plan/containers.h"

#include <algorithm>

#include <chrono>

#include "controller/diff/container.h"
#include "controller/diff/endpoints.h"
#include "controller/objects/owned.h"
#include "controller/plan/denied.h"
#include "controller/plan/depends_on.h"
#include "controller/plan/endpoints.h"
#include "controller/plan/ends.h"
#include "controller/plan/followers.h"
#include "controller/plan/hooks.h"
#include "controller/plan/readings.h"
#include "controller/plan/replacement.h"
#include "controller/plan/steps.h"
#include "controller/request/live.h"
#include "controller/request/settings.h"

namespace fairlead::controller {
namespace {

NetworkUse use_of(const Planner& p, const model::Service& service) {
  NetworkUse worst = NetworkUse::kUsable;
  for (const auto& mount : service.mounts)
    if (mount.type == model::Mount::Type::kVolume && p.unusable_volumes.contains(mount.source))
      return NetworkUse::kUnusable;
  // It is on none of the App's networks.
  if (!service.network_mode.empty()) return worst;
  for (const auto& endpoint : service.endpoints) {
    auto found = p.networks.find(endpoint.network);
    if (found != p.networks.end()) worst = std::max(worst, found->second.use);
  }
  return worst;
}

// True if the service shares something with a service that has no container yet.
bool waits_for_peer(Planner& p, const model::Service& service) {
  for (const auto& peer : model::peers_of(service)) {
    // By ID in the request, so it must exist; it need not run.
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

// `dead`: what is left of it, if anything.
void create_missing(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                    const ObservedContainer* dead, const Steps& after) {
  p.plan.drift.push_back({Kind::kContainer, Drift::Type::kMissing, service.name,
                          service.container_name, "", "", "", false});
  // Somebody removes it again and again: not made, and said.
  if (held(p, Kind::kContainer, service.name, service.container_name, "") ||
      waits_for_peer(p, service))
    return;
  // Before the create and not the start: on the default bridge a link is made with the container.
  if (!link_gate(p, service)) return;
  const std::string reason = "container " + service.container_name + " is missing";
  const auto created = create_container(p, service, spec, service.container_name,
                                        dead == nullptr ? nullptr : &dead->details, after, reason);
  auto& state = p.services[instance_key(service)];
  if (!service.pre_start.empty()) {  // its steps name the container: the next pass knows it
    state.prepared = false;
    return;
  }
  // It is created all the same: image, networks and mounts are ready when what it waits for is.
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
    // Whoever waits for its success may start.
    state.completed = true;
    return;
  }
  // Never started is our own unfinished work, and an end by itself nobody's; a stop is somebody's.
  const bool never_ran = details.state == "created";
  const bool stopped = !never_ran && was_stopped(container);
  drift_of(p, service, details, "state", "running", details.state, !stopped);
  // Only a stop is somebody's doing: ends have a count of their own (ends.h).
  if (stopped && held(p, Kind::kContainer, service.name, details.name, "state")) return;
  const auto runs = never_ran ? std::nullopt : next_run(p, service, container);
  // It is not its time yet, or it has failed for good; next_run() has said which.
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
        add(p, on_container(service, details.name, UnpauseContainer{{details.id, details.name}},
                            after, "state is paused, wanted running"))};
  } else if (details.state == "running") {
    state.runs = true;
    // First: what is restarted needs no look at its hooks, they follow the start.
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
  // Right after an update of ours what differs is the engine's reading of it.
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
  // What is left in `update` corrects nothing by itself: a swap limit that only goes with a memory
  // limit.
  if (!wanted) return {};
  return {
      add(p, on_container(service, container.name,
                          UpdateContainer{{container.id, container.name}, update}, {}, reason))};
}

Steps rename_back(Planner& p, const model::Service& service, const docker::Container& container) {
  const std::string& name = service.container_name;
  if (container.name == name) return {};
  // Left by a replacement of ours, and no drift.
  const bool ours = container.name == next_name(name) || container.name == prev_name(name);
  drift_of(p, service, container, "name", name, container.name, ours);
  if (held(p, Kind::kContainer, service.name, name, "name")) return {};
  const auto rename = [&](const std::string& to, Steps after) {
    return add(p, on_container(service, container.name,
                               RenameContainer{{container.id, container.name}, to},
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
  // It is not compared now: what is known of it stays known.
  keep_readings(p, kept->details.id, "");
  correct_state(p, service, *kept, {});
}

}  // namespace

void maintain(Planner& p, const model::Service& service, const ServiceContainers& found,
              Steps after) {
  const ObservedContainer& current = *found.current;
  const auto& details = current.details;
  p.services[instance_key(service)].current = &details;
  // Counts against `parallelism` until it is healthy: the next replica waits for it.
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
  // There from now on, in whatever state: who depends on it finds an entry.
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
  // Its containers, if there are any, are left as they are: nothing is stopped for a refusal.
  if (use == NetworkUse::kUnusable) {
    wait_for(p, "service " + service.name + " needs a network or volume that is refused");
    return;
  }
  // Those of a container that is not the current one, or was started by now.
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
