
#include "controller/plan/endpoints.h"

#include "controller/objects/owned.h"
#include "controller/plan/readings.h"

namespace fairlead::controller {
namespace {

// Drift names networks by their key, as the manifest does.
std::string field_with_key(const Planner& p, const std::string& field) {
  for (const auto& network : p.app.networks) {
    const std::string start = "networks." + network.docker_name;
    if (field == start || field.starts_with(start + "."))
      return "networks." + network.key + field.substr(start.size());
  }
  return field;
}

std::string reason(const Planner& p, const Drift& drift) {
  if (drift.type == Drift::Type::kMissing) return drift.field + " is not attached";
  if (drift.type == Drift::Type::kExtra) return drift.field + " is not in the manifest";
  return difference(p, drift);
}

Steps steps_to_network(const Planner& p, const std::string& docker_name) {
  for (const auto& network : p.app.networks)
    if (network.docker_name == docker_name) return p.networks.at(network.key).created;
  return {};
}

// The endpoint as it is now, to be connected again.
docker::EndpointSpec as_it_was(const docker::Endpoint& actual, const docker::EndpointSpec& wanted,
                               const docker::Container& container) {
  docker::EndpointSpec spec = wanted;  // what inspect does not show is of the manifest
  spec.network_id = actual.network_id;
  spec.network_name = actual.network_name;
  spec.aliases = actual.aliases;
  // The engine adds it by itself, and would keep it as one that was asked for.
  std::erase(spec.aliases, container.id.substr(0, 12));
  spec.ipv4_address = actual.ipv4_configured;
  spec.ipv6_address = actual.ipv6_configured;
  spec.link_local_ips = actual.link_local_ips;
  return spec;
}

// `connected`: the container's connects of this plan. It leaves nothing before it is where it
// should be: a connect that fails must not leave it without any network.
Steps apply(Planner& p, const model::Service& service, const docker::Container& container,
            const EndpointChange& change, const Steps& connected) {
  const Ref ref{container.id, container.name};
  auto operation = on_container(service, container.name, {}, {}, reason(p, change.drift));
  Steps steps;
  if (change.actual != nullptr) {
    // By name and by force where the network is gone: the engine finds it no other way.
    DisconnectEndpoint leave{ref, {"", change.actual->network_name}, change.stale};
    if (!change.stale) leave.network.id = change.actual->network_id;
    operation.after = connected;
    // Not off the old one before the new one is there.
    if (change.wanted != nullptr) {
      operation.after = steps_to_network(p, change.wanted->network_name);
      leave.next = *change.wanted;
    }
    operation.action = std::move(leave);
    steps.push_back(add(p, operation));
    // Who removes that network, or takes an address on it, comes after this.
    p.detaches[change.actual->network_id][container.id] = steps.back();
  }
  if (change.wanted != nullptr) {
    operation.action = ConnectEndpoint{ref, *change.wanted};
    operation.after = steps;
    append(operation.after, steps_to_network(p, change.wanted->network_name));
    // Only what was on a network can be put back; a stopped container loses nothing meanwhile.
    if (change.actual != nullptr && !change.stale && up(container)) {
      operation.rollback = {
          ConnectEndpoint{ref, as_it_was(*change.actual, *change.wanted, container)}};
    }
    steps.push_back(add(p, operation));
  }
  return steps;
}

}  // namespace

std::vector<EndpointChange> endpoint_repairs(const Planner& p, const docker::ContainerSpec& spec,
                                             const docker::Container& container,
                                             std::vector<Drift>* readings) {
  std::vector<EndpointChange> out;
  for (auto& change : diff_endpoints(spec, container, p.observed)) {
    std::vector<Drift> values = std::move(change.also);
    values.insert(values.begin(), change.drift);
    const bool fresh =
        change.wanted != nullptr &&
        p.memory.fresh.contains(
            part_of(container.id, std::string(kNetworkFields) + change.wanted->network_name));
    std::erase_if(values, [&](Drift& each) {
      each.object = container.name;
      each.field = field_with_key(p, each.field);
      // Whether it is on the network, and on which, is no value.
      const bool value = each.type == Drift::Type::kChanged && !each.field.ends_with(".network_id");
      if (!value || !is_reading(p, container.id, each, fresh)) return false;
      if (readings != nullptr) readings->push_back(each);
      return true;
    });
    if (values.empty()) continue;
    change.drift = values.front();
    out.push_back(std::move(change));
  }
  return out;
}

Steps repair_endpoints(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                       const docker::Container& container) {
  // It shares somebody's network, or has none: its endpoints are not ours to keep.
  if (!service.network_mode.empty()) return {};
  Steps connects;
  std::vector<Drift> readings;
  auto changes = endpoint_repairs(p, spec, container, &readings);
  for (auto& each : readings) {
    each.component = service.name;
    // They were found to be readings above.
    not_applied(p, container.id, each, true);
  }
  for (auto& change : changes) {
    // Below API 1.44, or with no network declared, the engine's own placeholder is not ours.
    if (change.actual != nullptr && change.wanted == nullptr &&
        change.actual->network_name == "none")
      continue;
    change.drift.component = service.name;
    // A replacement that was cut short between create and connect is our own business (F014).
    change.drift.from_manifest = container.state == "created";
    p.plan.drift.push_back(change.drift);
    if (held(p, Kind::kContainer, service.name, container.name, change.drift.field)) continue;
    append(connects, apply(p, service, container, change, connects));
  }
  return connects;
}

}  // namespace fairlead::controller
