// Attaches, detaches and re-attaches endpoints of existing containers, without a restart.
#pragma once

#include <vector>

#include "controller/diff/endpoints.h"
#include "controller/objects/drift.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// The differences that are no readings. `readings`, if given, gets those that are.
std::vector<EndpointChange> endpoint_repairs(const Planner& p, const docker::ContainerSpec& spec,
                                             const docker::Container& container,
                                             std::vector<Drift>* readings);

// Steps for the endpoints of an existing container.
Steps repair_endpoints(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                       const docker::Container& container);

}  // namespace fairlead::controller
