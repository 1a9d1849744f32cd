#include "controller/plan/followers.h"

#include <algorithm>

#include "base/time_text.h"
#include "controller/objects/owned.h"
#include "controller/plan/depends_on.h"
#include "controller/plan/hooks.h"

namespace fairlead::controller {
namespace {

// The start, or the creation, that is later than the container's own start.
struct Stale {
  std::string field;
  std::string other;  // the container: its ID and name
  std::string name;
  std::string at;
  std::string why;
};

// A container that was started before it was created, or before the epoch: the clock was set back,
// and its times say nothing.
bool sane(const docker::Container& container) {
  const auto started = from_rfc3339(container.started_at);
  return started > WallTime{} && started >= from_rfc3339(container.created);
}

std::string text_of(const docker::Settings& settings, const char* path) {
  const auto found = settings.find(path);
  const auto* text = found == settings.end() ? nullptr : found->second.if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::optional<Stale> by_namespace(const Planner& p, const docker::Container& container) {
  const std::pair<const char*, std::string> modes[] = {
      {"network_mode", container.network_mode},
      {"pid", text_of(container.settings, "HostConfig.PidMode")},
      {"ipc", text_of(container.settings, "HostConfig.IpcMode")},
  };
  for (const auto& [field, mode] : modes) {
    // As the engine shows it: with the ID of the container that was joined.
    if (!mode.starts_with("container:")) continue;
    const auto found = p.observed.containers.find(mode.substr(10));
    // Somebody else's, or gone: then the mode itself is judged (diff/container.h).
    if (found == p.observed.containers.end()) continue;
    const auto& leader = found->second.details;
    if (!up(leader) || !sane(leader) ||
        from_rfc3339(leader.started_at) <= from_rfc3339(container.started_at))
      continue;
    return Stale{field, leader.id, leader.name, leader.started_at,
                 leader.name + ", whose namespace it shares, was started after it"};
  }
  return std::nullopt;
}

const model::Service* service_of(const Planner& p, const std::string& name) {
  const auto found = std::ranges::find(p.app.services, name, &model::Service::name);
  return found == p.app.services.end() ? nullptr : &*found;
}

// The container of a service that is up to date and has taken its name; null if there is none yet.
const docker::Container* in_place(const Planner& p, const model::Service& service, int number) {
  const auto state = p.services.find(instance_key(service.name, number));
  if (state == p.services.end() || state->second.current == nullptr) return nullptr;
  const auto* current = state->second.current;
  return current->name == replica(p.app, service, number).container_name ? current : nullptr;
}

// Only what Fairlead replaced counts, told by the time of creation: Compose restarts nothing
// because of what the engine or a user restarted.
std::optional<Stale> by_dependency(const Planner& p, const model::Service& service,
                                   const docker::Container& container) {
  for (const auto& dependency : service.depends_on) {
    const auto* wanted = dependency.restart ? service_of(p, dependency.service) : nullptr;
    if (wanted == nullptr) continue;
    for (int number = 1; number <= model::replicas_of(*wanted); ++number) {
      const auto* other = in_place(p, *wanted, number);
      if (other == nullptr || !up(*other) ||
          from_rfc3339(other->created) <= from_rfc3339(container.started_at))
        continue;
      return Stale{"depends_on." + dependency.service, other->id, other->name, other->created,
                   other->name + ", on which it depends with `restart: true`, is newer"};
    }
  }
  return std::nullopt;
}

std::optional<Stale> stale(const Planner& p, const model::Service& service,
                           const docker::Container& container) {
  if (!sane(container)) return std::nullopt;
  auto found = by_namespace(p, container);
  if (!found) found = by_dependency(p, service, container);
  if (!found) return std::nullopt;
  const auto known = p.memory.restarted.find(container.id);
  // Each start of the other is followed once, also where clocks are such that it would stay newer.
  const bool told = known != p.memory.restarted.end() && known->second == found->other + found->at;
  return told ? std::nullopt : found;
}

// Services that it names under `links`, if the engine is to link them itself.
std::vector<const model::Service*> linked(const Planner& p, const model::Service& service) {
  std::vector<const model::Service*> out;
  const auto links = service.settings.find("links");
  if (service.network_mode != "bridge" || links == service.settings.end()) return out;
  for (const auto& each : links->second.as_array()) {
    const std::string_view text = each.as_string();
    if (const auto* other = service_of(p, std::string(text.substr(0, text.find(':')))))
      out.push_back(other);
  }
  return out;
}

}  // namespace

bool restart_stale(Planner& p, const model::Service& service, const docker::Container& container,
                   const Steps& after) {
  const auto found = stale(p, service, container);
  // What restarts in this plan makes the next one look again.
  if (!found || p.restarts.contains(found->other)) return false;
  p.plan.drift.push_back({Kind::kContainer, Drift::Type::kChanged, service.name, container.name,
                          found->field, "started after " + found->name, "started before it", true});
  if (held(p, Kind::kContainer, service.name, container.name, found->field)) return false;
  auto gate = start_gate(p, service);
  // What it depends on may not be ready again: it waits, running with what it has.
  if (!gate) return true;
  append(*gate, after);
  p.services[instance_key(service)].started = {restart_container(
      p, service, container, std::move(*gate), found->why, found->other + found->at)};
  return true;
}

bool ended_stale(const Planner& p, const model::Service& service,
                 const docker::Container& container) {
  const auto found = stale(p, service, container);
  return found && from_rfc3339(container.finished_at) > from_rfc3339(found->at);
}

bool links_are_stale(const Planner& p, const model::Service& service,
                     const docker::Container& container) {
  return std::ranges::any_of(linked(p, service), [&](const auto* other) {
    const auto* current = in_place(p, *other, 1);
    return current != nullptr && from_rfc3339(current->created) > from_rfc3339(container.created);
  });
}

std::optional<Steps> link_gate(Planner& p, const model::Service& service) {
  Steps steps;
  for (const auto* other : linked(p, service)) {
    // The first replica is the one that links name.
    const auto& started = p.services[instance_key(other->name, 1)].started;
    append(steps, started);
    const bool there = std::ranges::any_of(p.observed.containers, [other](const auto& each) {
      return each.second.details.name == other->container_name;
    });
    if (there || !started.empty()) continue;
    wait_for(p, "service " + service.name + " waits for the container of " + other->name +
                    ", to which it links");
    return std::nullopt;
  }
  return steps;
}

}  // namespace fairlead::controller
