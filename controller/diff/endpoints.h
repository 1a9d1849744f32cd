// Endpoints of an existing container, running or stopped, against its spec. Aliases, static
// addresses and stale network IDs are corrected without a restart (F009, F011).
#pragma once

#include <string_view>
#include <vector>

#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "docker/types.h"

namespace fairlead::controller {

inline constexpr std::string_view kNetworkFields = "networks.";

struct EndpointChange {
  Drift drift;
  std::vector<Drift> also{};                     // the values that differ besides
  const docker::Endpoint* actual = nullptr;      // to disconnect, if any
  const docker::EndpointSpec* wanted = nullptr;  // to connect, if any
  bool stale = false;                            // its network ID does not exist any more (F009)
};

// What to connect comes first. Pointers into the arguments.
std::vector<EndpointChange> diff_endpoints(const docker::ContainerSpec& spec,
                                           const docker::Container& actual,
                                           const Observed& observed);

}  // namespace fairlead::controller
