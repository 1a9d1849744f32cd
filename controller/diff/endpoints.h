// Endpoints of an existing container, running or stopped, against its spec. Aliases, static
// addresses and stale network IDs are corrected without a restart (F009, F011). Pure.
//
// An endpoint is told by the ID of its network, by its name where the engine keeps no ID yet.
// Aliases are compared without those that the engine adds by itself (short ID, container name,
// hostname), and addresses as they were asked for, not as they were given. What a failed connect
// left behind on a running container, attached to nothing, counts as not there.
//
//   the spec     the container                       change
//   wants it     is not on it, or a phantom of it    kMissing: connect
//   wants it     is on it, with other values         kChanged: disconnect, connect in full (F011)
//   wants it     is on one that is gone              kChanged of network_id: likewise, by force
//   not          is on it                            kExtra: disconnect
//
// Not compared: MAC addresses (the engine chooses one where none was given, F019), link-local
// addresses, driver options, gateway priority and the interface's name. They are sent with each
// connect, so a change of them alone reaches a container only when it is connected anew for another
// reason. The order of aliases does not matter.
//
// Nothing is decided here about when: plan/endpoints.h orders the steps, and leaves alone what is a
// reading or contended.
#pragma once

#include <string_view>
#include <vector>

#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "docker/types.h"

namespace fairlead::controller {

// The beginning of all fields named here: networks.NAME, networks.NAME.aliases.
inline constexpr std::string_view kNetworkFields = "networks.";

// `drift` is the first value that differs; all that do are corrected by the one change.
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
