// Endpoints of an existing container, running or stopped, against its spec. Aliases, static
// addresses and stale network IDs are corrected without a restart (F009, F011).
#include <algorithm>

#include "controller/normalise.h"
#include "controller/plan_parts.h"

namespace fairlead::controller {
namespace {

std::string joined(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : ",") + word;
  return text;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Created containers may know a network by name only, or by the ID in place of the name.
bool same_network(const docker::EndpointSpec& wanted, const docker::Endpoint& actual) {
  if (!wanted.network_id.empty() &&
      (actual.network_id == wanted.network_id || actual.network_name == wanted.network_id))
    return true;
  return actual.network_name == wanted.network_name;
}

// What the engine adds by itself: short ID, container name, hostname.
bool engine_alias(const std::string& alias, const docker::Container& container) {
  return alias == container.id.substr(0, 12) || alias == container.name ||
         alias == container.hostname;
}

bool aliases_differ(const docker::EndpointSpec& wanted, const docker::Endpoint& actual,
                    const docker::Container& container) {
  for (const auto& alias : wanted.aliases)
    if (!contains(actual.aliases, alias)) return true;
  for (const auto& alias : actual.aliases)
    if (!contains(wanted.aliases, alias) && !engine_alias(alias, container)) return true;
  return false;
}

// The first field that differs, as (suffix, desired, actual); empty suffix: none.
struct Difference {
  std::string field, desired, actual;
};

Difference compare(const docker::EndpointSpec& wanted, const docker::Endpoint& actual,
                   const docker::Container& container) {
  if (!wanted.network_id.empty() && !actual.network_id.empty() &&
      wanted.network_id != actual.network_id)
    return {"network_id", wanted.network_id, actual.network_id};
  if (aliases_differ(wanted, actual, container))
    return {"aliases", joined(wanted.aliases), joined(actual.aliases)};
  if (canonical_address(wanted.ipv4_address) != canonical_address(actual.ipv4_configured))
    return {"ipv4_address", wanted.ipv4_address, actual.ipv4_configured};
  if (canonical_address(wanted.ipv6_address) != canonical_address(actual.ipv6_configured))
    return {"ipv6_address", wanted.ipv6_address, actual.ipv6_configured};
  return {};
}

// A connect that failed leaves it behind on a running container, with the network's ID if that was
// sent; it is attached to nothing, and no disconnect takes it off while the container runs.
bool phantom(const docker::Endpoint& endpoint, const docker::Container& container) {
  return endpoint.endpoint_id.empty() &&
         (container.state == "running" || container.state == "paused");
}

bool gone(const docker::Endpoint& endpoint, const Observed& observed) {
  return !endpoint.network_id.empty() && !observed.networks.contains(endpoint.network_id);
}

}  // namespace

std::vector<EndpointChange> diff_endpoints(const docker::ContainerSpec& spec,
                                           const docker::Container& actual,
                                           const Observed& observed) {
  std::vector<EndpointChange> changes;
  auto change = [&](Drift::Type type, std::string field, std::string desired, std::string is) {
    changes.push_back({{Kind::kContainer, type, "", spec.name, std::move(field), std::move(desired),
                        std::move(is), false},
                       nullptr,
                       nullptr,
                       false});
    return &changes.back();
  };
  for (const auto& wanted : spec.endpoints) {
    const std::string field = "networks." + wanted.network_name;
    auto is = std::find_if(actual.endpoints.begin(), actual.endpoints.end(),
                           [&](const auto& each) { return same_network(wanted, each); });
    if (is == actual.endpoints.end() || phantom(*is, actual)) {
      change(Drift::Type::kMissing, field, "attached", "")->wanted = &wanted;
      continue;
    }
    const Difference difference = compare(wanted, *is, actual);
    if (difference.field.empty() && !gone(*is, observed)) continue;
    std::string where = field;
    where.append(".").append(difference.field.empty() ? "network_id" : difference.field);
    auto* found = change(Drift::Type::kChanged, where, difference.desired,
                         difference.field.empty() ? is->network_id : difference.actual);
    found->actual = &*is;
    found->wanted = &wanted;
    found->stale = gone(*is, observed);
  }
  for (const auto& endpoint : actual.endpoints) {
    const bool wanted = std::any_of(spec.endpoints.begin(), spec.endpoints.end(),
                                    [&](const auto& each) { return same_network(each, endpoint); });
    if (wanted || phantom(endpoint, actual)) continue;
    auto* found = change(Drift::Type::kExtra, "networks." + endpoint.network_name, "", "attached");
    found->actual = &endpoint;
    found->stale = gone(endpoint, observed);
  }
  return changes;
}

}  // namespace fairlead::controller
