#include "controller/plan/find.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "controller/diff/container.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/plan/endpoints.h"
#include "controller/plan/followers.h"
#include "controller/plan/readings.h"
#include "controller/plan/steps.h"
#include "docker/api_features.h"
#include "model/form/canonical.h"

namespace fairlead::controller {
namespace {

using Containers = std::vector<const ObservedContainer*>;

Containers of_service(const Planner& p, const model::Service& service) {
  Containers found;
  for (const auto& [id, container] : p.observed.containers)
    if (!is_hook(container.details) &&
        owned(container.details.labels, p.policy.instance, p.app.name) &&
        label(container.details.labels, kLabelComponent) == service.name &&
        number_of(container.details) == service.number)
      found.push_back(&container);
  return found;
}

// Our names, or named by the `replaces` label of another: a renamed old container in a replacement.
bool recognised(const ObservedContainer& container, const Containers& all,
                const std::string& name) {
  const std::string& is = container.details.name;
  if (is == name || is == next_name(name) || is == prev_name(name)) return true;
  return std::any_of(all.begin(), all.end(), [&](const auto* other) {
    return label(other->details.labels, kLabelReplaces) == container.details.id;
  });
}

// A lone container under another name was renamed (F048). One of several is a copy of our labels
// (F117), or can't be told from one: left alone.
bool refuse_strangers(Planner& p, const model::Service& service, Containers& all) {
  if (all.size() < 2) return false;
  // Judged against all of them, whichever has been taken out by then.
  const Containers whole = all;
  std::erase_if(all, [&](const auto* each) {
    if (recognised(*each, whole, service.container_name)) return false;
    refuse(p, Kind::kContainer, service.name, each->details.name,
           {ErrorClass::kBlocked, Reason::kNotOwner,
            "container " + each->details.name + " carries the labels of " + service.container_name +
                " under another name",
            "remove it, or rename it to " + service.container_name},
           service.position);
    return true;
  });
  return all.empty();
}

bool untouchable(Planner& p, const Containers& all) {
  bool found = false;
  for (const auto* each : all) {
    const std::string& name = each->details.name;
    if (each->uncertain) {
      wait_for(p, "container " + name + " can't be inspected; it is left alone");
      // One that can't be read stops the whole replica: it may be the very one that is up to date.
      found = true;
    } else if (each->details.state == "removing") {
      wait_for(p, "container " + name + " is being removed (RemovalStuck if it stays)");
      found = true;
    }
  }
  return found;
}

bool names_a_network(const Planner& p, const std::string& mode) {
  // One that another's subnet is waiting for goes before anything is connected.
  for (const auto& [id, network] : p.observed.networks)
    if ((id == mode || network.name == mode) && !p.blocking.contains(id)) return true;
  return std::ranges::any_of(p.app.networks, [&](const auto& network) {
    const auto state = p.networks.find(network.key);
    return network.docker_name == mode && state != p.networks.end() &&
           !state->second.created.empty();
  });
}

// The engine refuses every connect and start of a container whose mode names no network any more
// (ApiFeature::kModeMustExist). As long as it needs neither, it is left alone.
bool dead_mode(const Planner& p, const docker::ContainerSpec& spec,
               const ObservedContainer& observed) {
  static constexpr std::string_view kAlways[] = {"", "default", "bridge", "host", "none"};
  const auto& container = observed.details;
  const std::string& mode = container.network_mode;
  if (spec.endpoints.empty() || completed(observed) || mode.starts_with("container:") ||
      std::ranges::find(kAlways, mode) != std::end(kAlways) ||
      !docker::has(p.observed.engine.api_version, docker::ApiFeature::kModeMustExist) ||
      names_a_network(p, mode))
    return false;
  // It has to be started, or connected to something.
  return !up(container) ||
         std::ranges::any_of(endpoint_repairs(p, spec, container, nullptr),
                             [](const auto& change) { return change.wanted != nullptr; });
}

// A network that a container, which does not run, was created with and that is gone: the engine
// keeps its ID in place of a name, and nothing takes it off again. "" if there is none.
std::string lost_network(const Planner& p, const docker::Container& container) {
  if (up(container)) return "";
  for (const auto& endpoint : container.endpoints) {
    const std::string& name = endpoint.network_name;
    // A name of 64 digits is an ID that the engine put in a name's place.
    const bool by_id = name.size() == 64 && endpoint.network_id.empty();
    if (by_id && !p.observed.networks.contains(name)) return name;
  }
  return "";
}

// Reports what differs; true if nothing does that would need a replacement.
// With another hash the container goes anyway, whether a field shows it or not, and its readings
// with it. With the same one it counts as compared, if only to find nothing, so that readings that
// hold no more are forgotten. What is contended makes nobody out of date: a replacement would be
// changed back as well.
bool up_to_date(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                const ObservedContainer& observed) {
  const auto& container = observed.details;
  const bool same_hash = hash_matches(p.app, service, container);
  auto drift = diff_container(service, spec, container);
  if (!same_hash && drift.empty())
    drift.push_back({Kind::kContainer, Drift::Type::kChanged, service.name, container.name, "spec",
                     model::container_spec_hash(p.app, service).substr(0, 12),
                     label(container.labels, kLabelSpecHash).substr(0, 12), false});
  const auto also = [&](const std::string& field, const std::string& desired,
                        const std::string& actual) {
    drift.push_back({Kind::kContainer, Drift::Type::kChanged, service.name, container.name, field,
                     desired, actual, false});
  };
  if (links_are_stale(p, service, container))
    also("links", "to the containers of now", "to one that is gone");
  if (const auto lost = lost_network(p, container); !lost.empty())
    also("networks", "those of the manifest", lost.substr(0, 12) + ", which is gone");
  if (dead_mode(p, spec, observed)) also("network_mode", spec.network_mode, container.network_mode);
  const auto* known = known_image(p, service);
  const bool newer_image =
      known != nullptr && !known->id.empty() && known->id != container.image_id;
  if (newer_image)
    drift.push_back({Kind::kContainer, Drift::Type::kChanged, service.name, container.name, "image",
                     service.image + " " + known->id, container.image_id, false});
  bool current = true;
  if (same_hash) p.plan.compared[container.id];
  for (auto& each : drift) {
    each.object = container.name;
    if (same_hash && not_applied(p, container.id, each)) continue;
    each.from_manifest = !same_hash || newer_image;
    p.plan.drift.push_back(each);
    if (!held(p, Kind::kContainer, service.name, container.name, each.field)) current = false;
  }
  return current;
}

}  // namespace

ServiceContainers find_containers(Planner& p, const model::Service& service,
                                  docker::ContainerSpec spec) {
  ServiceContainers found{.spec = std::move(spec)};
  Containers all = of_service(p, service);
  found.untouchable = untouchable(p, all) || refuse_strangers(p, service, all);
  if (found.untouchable) return found;
  for (const auto* each : all) {
    if (each->details.state == "dead") {
      found.dead.push_back(each);
      continue;
    }
    // Of several that are up to date the newest stays.
    // Whichever of two loses is double, and goes after the one that stays runs.
    const auto* other = each;
    if (up_to_date(p, service, found.spec, *each) &&
        (found.current == nullptr || newer(each->details, found.current->details))) {
      other = std::exchange(found.current, each);
    }
    if (other != nullptr) found.outdated.push_back(other);
  }
  return found;
}

}  // namespace fairlead::controller
