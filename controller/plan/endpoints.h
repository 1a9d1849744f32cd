// Attaches, detaches and re-attaches endpoints of existing containers, without a restart.
//
// In this order: what is missing is connected; what has wrong values, or the ID of a network that
// is gone, is disconnected and connected with full settings; what the manifest does not name is
// left last, so that no container is ever without a network that it need not be without. A connect
// after a disconnect of a running container has a roll-back: the endpoint as it was. The process
// keeps its PID in all of it.
//
// Why disconnect and connect, and not a new container? The process keeps running: a changed alias
// is no reason to drop its connections on other networks. Each change costs an interruption on that
// one network.
//
// What can't be repaired is not tried: a phantom that a failed connect left behind counts as not
// there (diff/endpoints.h), and a container whose network mode names nothing any more has to be
// replaced (dead_mode in find.cpp).
//
//   a changed alias   disconnect and connect, with a roll-back
//   a new network     connect, after the step that makes it
//   a network less    disconnect, after all connects
//   a stale network   disconnect by name and by force, connect (F009)
//
// Fixed addresses are looked at before anything is taken away (execute/last_look.h); who gives up
// an address that another asks for comes first (obstacles.h).
#pragma once

#include <vector>

#include "controller/diff/endpoints.h"
#include "controller/objects/drift.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// The differences that are no readings (readings.h). `readings`, if given, gets those that are.
// Fields name networks by their key, as the manifest does. Adds nothing to the plan. The result has
// pointers into `spec` and `container`.
std::vector<EndpointChange> endpoint_repairs(const Planner& p, const docker::ContainerSpec& spec,
                                             const docker::Container& container,
                                             std::vector<Drift>* readings);

// Adds the steps for the endpoints of an existing container, and their drift; the result is what
// has to be done before it may be started. Nothing for a container with a `network_mode` of its
// own, nor for values that the oscillation breaker holds.
Steps repair_endpoints(Planner& p, const model::Service& service, const docker::ContainerSpec& spec,
                       const docker::Container& container);

}  // namespace fairlead::controller
