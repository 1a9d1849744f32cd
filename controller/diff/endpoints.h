// Endpoints of an existing container, running or stopped, against its spec. Aliases, static
// addresses and stale network IDs are corrected without a restart (F009, F011). Pure.
//
// An endpoint is told by the ID of its network, by its name where the engine keeps no ID yet.
// Aliases are compared without those that the engine adds by itself (short ID, container name,
// hostname), and addresses as they were asked for, not as they were given. What a failed connect
// left behind on a running container, attached to nothing, counts as not there.
#pragma once

#include <string_view>
#include <vector>

#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "docker/types.h"

namespace fairlead::controller {

// The beginning of all fields named here: networks.NAME, networks.NAME.aliases.
inline constexpr std::string_view kNetworkFields = "networks.";

struct EndpointChange {
  Drift drift;
  std::vector<Drift> also{};                     // the values that differ besides
  const docker::Endpoint* actual = nullptr;      // to disconnect, if any
  const docker::EndpointSpec* wanted = nullptr;  // to connect, if any
  bool stale = false;                            // its network ID does not exist any more (F009)
};

// At most one change for each network. What to connect comes first, in the order of the spec; then
// what to leave. Pointers into the arguments, which must outlive the result. Networks have their
// Docker names in the fields.
std::vector<EndpointChange> diff_endpoints(const docker::ContainerSpec& spec,
                                           const docker::Container& actual,
                                           const Observed& observed);

}  // namespace fairlead::controller
