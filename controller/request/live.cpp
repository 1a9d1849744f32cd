#include "controller/request/live.h"

#include <algorithm>
#include <tuple>

#include "controller/objects/labels.h"
#include "controller/objects/owned.h"

namespace fairlead::controller {

std::string peer_id(const model::App& app, const std::string& service, const Observed& observed,
                    const Policy& policy) {
  auto peer = std::find_if(app.services.begin(), app.services.end(),
                           [&](const auto& each) { return each.name == service; });
  if (peer == app.services.end()) return "";
  const docker::Container* best = nullptr;
  for (const auto& [id, container] : observed.containers) {
    const auto& details = container.details;
    // A container that is out of date is none: whoever joined it would have to be made anew at
    // once.
    if (is_hook(details) || !owned(details.labels, policy.instance, app.name) ||
        label(details.labels, kLabelComponent) != service || number_of(details) != 1 ||
        details.state == "dead" || details.state == "removing" ||
        !hash_matches(app, *peer, details))
      continue;
    if (best == nullptr || newer(details, *best)) best = &details;
  }
  return best == nullptr ? "" : best->id;
}

std::vector<const docker::Network*> namesakes(const std::string& name, const Observed& observed) {
  std::vector<const docker::Network*> found;
  for (const auto& [id, network] : observed.networks)
    if (network.name == name) found.push_back(&network);
  return found;
}

const docker::Network* live_network(const model::App& app, const model::Network& network,
                                    const Observed& observed, const std::string& instance) {
  auto found = namesakes(network.docker_name, observed);
  // Of several nobody can tell which is meant.
  if (network.external) return found.size() == 1 ? found.front() : nullptr;
  std::erase_if(found, [&](const auto* each) {
    return !owned(each->labels, instance, app.name) ||
           label(each->labels, kLabelComponent) != network.key;
  });
  if (found.empty()) return nullptr;
  return *std::min_element(found.begin(), found.end(), [&](const auto* a, const auto* b) {
    // The one that is in use stays, whichever came first: nothing has to be moved.
    const bool a_empty = members_of(*a, observed).empty();
    const bool b_empty = members_of(*b, observed).empty();
    return std::tie(a_empty, a->created, a->id) < std::tie(b_empty, b->created, b->id);
  });
}

}  // namespace fairlead::controller
