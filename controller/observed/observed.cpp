
#include "controller/observed/observed.h"

#include <map>

namespace fairlead::controller {

std::map<std::string, std::string> members_of(const docker::Network& network,
                                              const Observed& observed) {
  std::map<std::string, std::string> members;
  for (const auto& member : network.members)
    members[member.container_id] = member.name;
  for (const auto& [id, container] : observed.containers)
    for (const auto& endpoint : container.details.endpoints)
      if (endpoint.network_id == network.id) members[id] = container.details.name;
  return members;
}

bool completed(const ObservedContainer& container) {
  const auto& details = container.details;
  const std::string& restart = details.restart.name;
  return details.state == "exited" && details.exit_code == 0 && !container.stopped_by_hand &&
         (restart.empty() || restart == "no" || restart == "on-failure");
}

// What its policy starts again without end has been stopped, or the engine was.
bool was_stopped(const ObservedContainer& container) {
  const std::string& policy = container.details.restart.name;
  return container.stopped_by_hand || policy == "always" || policy == "unless-stopped";
}

}  // namespace fairlead::controller
