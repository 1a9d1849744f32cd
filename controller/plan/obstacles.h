// Names, host ports, addresses and subnets that the App needs and itself still holds: renamed
// services and networks, values that two services swap, an address that a sibling was given.
//
// Without it the engine would refuse the second of two changes that are fine together, and the App
// would wait out a back-off for its own doing. Nothing is ever made to wait in a circle: what can't
// be ordered is left for the engine's refusal to name. Another App's objects are not moved.
//
//   held by                               gives way by
//   a service that left, or was renamed   stop and rename, undone if it comes back
//   a service that is replaced as well    its stop or removal comes first
//   a sibling's given address             disconnect, and connect again with another
//   a network that left                   its members leave, it is removed
//
// Example: `web` is renamed to `front` and keeps `ports: ["80:80"]`. The new container is made;
// when it is about to start, shop-web-1 is stopped, and removed with its grace later. Should `web`
// come back within that time, its container is started again, for a stop of this kind counts as
// unfinished (StopContainer::unfinished).
//
// What is not seen here: what another App or a stranger holds (PortConflict, AddressInUse from the
// engine), and ports that the engine chose by itself.
#pragma once

#include <cstddef>
#include <string>

#include "controller/plan/planner.h"

namespace fairlead::controller {

// A network that left the manifest and has the subnet of one that is to be created: its members
// leave it, it is removed, and then operation `creation` runs. At once, without the wait that
// others have: it holds no data, and no stranger is on it (can_go() in networks.cpp).
void clear_subnet(Planner& p, const docker::Network& network, std::size_t creation);

// A container that left the manifest and has the name, a host port or an address of one that is to
// be created or started by this plan: it is stopped or renamed to `aside`, at the last moment, and
// not removed, so that it can be undone.
void set_aside(Planner& p, const docker::Container& container, const std::string& aside);

// Orders what takes a name, port or address after what gives it up, and starts with a fixed address
// before those that take what there is. A running sibling that was given an address which another
// asks for is moved off for that moment. Last of all, when every operation is in the plan.
void order_obstacles(Planner& p);

}  // namespace fairlead::controller
