// A network is missing, double, taken, or changed. A changed network is never touched here.
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Plans all networks of the App, those with a declared subnet first: a pool that the engine chooses
// must not take what they need. Fills Planner::networks.
void plan_networks(Planner& p);

// True if the labels say that the network is the App's own.
bool own_network(const docker::Network& network, const Planner& p);

}  // namespace fairlead::controller
