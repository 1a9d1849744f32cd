#include "controller/diff/endpoints.h"

#include <algorithm>

#include "model/cidr.h"

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
  // By name for a container that was never started: the engine has looked up no ID for it yet.
  return actual.network_name == wanted.network_name;
}

// What the engine adds by itself: short ID, container name, hostname.
bool engine_alias(const std::string& alias, const docker::Container& container) {
  return alias == container.id.substr(0, 12) || alias == container.name ||
         alias == container.hostname;
}

bool aliases_differ(const docker::EndpointSpec& wanted, const docker::Endpoint& actual,
                    const docker::Container& container) {
  // Both ways: a missing alias breaks somebody's name, and one too many is somebody else's.
  for (const auto& alias : wanted.aliases)
    if (!contains(actual.aliases, alias)) return true;
  for (const auto& alias : actual.aliases)
    if (!contains(wanted.aliases, alias) && !engine_alias(alias, container)) return true;
  return false;
}

// A value that differs: suffix of the field, desired, actual.
struct Difference {
  std::string field, desired, actual;
};

std::vector<Difference> compare(const docker::EndpointSpec& wanted, const docker::Endpoint& actual,
                                const docker::Container& container) {
  if (!wanted.network_id.empty() && !actual.network_id.empty() &&
      // Another network of the same name: nothing else of the endpoint is worth comparing.
      wanted.network_id != actual.network_id)
    return {{"network_id", wanted.network_id, actual.network_id}};
  std::vector<Difference> found;
  if (aliases_differ(wanted, actual, container))
    found.push_back({"aliases", joined(wanted.aliases), joined(actual.aliases)});
  const auto address = [&found](const char* field, const std::string& want, const std::string& is) {
    if (model::canonical_address(want) != model::canonical_address(is))
      found.push_back({field, want, is});
  };
  // As it was asked for, on both sides: "" there is "any", and what was given is no difference.
  address("ipv4_address", wanted.ipv4_address, actual.ipv4_configured);
  address("ipv6_address", wanted.ipv6_address, actual.ipv6_configured);
  return found;
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
                       {},
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
    auto differences = compare(wanted, *is, actual);
    // Its network was made anew, or only removed: in either case what it has is attached to
    // nothing.
    if (gone(*is, observed)) differences = {{"network_id", wanted.network_id, is->network_id}};
    if (differences.empty()) continue;
    const auto where = [&field](const Difference& each) { return field + "." + each.field; };
    const auto& first = differences.front();
    auto* found = change(Drift::Type::kChanged, where(first), first.desired, first.actual);
    for (std::size_t i = 1; i < differences.size(); ++i) {
      found->also.push_back(found->drift);
      found->also.back().field = where(differences[i]);
      found->also.back().desired = differences[i].desired;
      found->also.back().actual = differences[i].actual;
    }
    found->actual = &*is;
    found->wanted = &wanted;
    found->stale = gone(*is, observed);
  }
  for (const auto& endpoint : actual.endpoints) {
    const bool wanted = std::any_of(spec.endpoints.begin(), spec.endpoints.end(),
                                    [&](const auto& each) { return same_network(each, endpoint); });
    // A phantom can't be taken off while the container runs; it does no harm.
    if (wanted || phantom(endpoint, actual)) continue;
    auto* found = change(Drift::Type::kExtra, "networks." + endpoint.network_name, "", "attached");
    found->actual = &endpoint;
    found->stale = gone(endpoint, observed);
  }
  return changes;
}

}  // namespace fairlead::controller
