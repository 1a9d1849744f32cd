// Names, host ports, addresses and subnets that the App needs and itself still holds: renamed
// services and networks, values that two services swap, an address that a sibling was given.
#pragma once

#include <cstddef>
#include <string>

#include "controller/plan/planner.h"

namespace fairlead::controller {

// A network that left the manifest and has the subnet of one that is to be created.
void clear_subnet(Planner& p, const docker::Network& network, std::size_t creation);

// A container that left the manifest and has the name, a host port or an address of one that is to
// be created or started by this plan.
void set_aside(Planner& p, const docker::Container& container, const std::string& aside);

// Orders what takes a name, port or address after what gives it up. Last of all.
void order_obstacles(Planner& p);

}  // namespace fairlead::controller
