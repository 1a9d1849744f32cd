// Own objects that left the manifest. They go only with the prune guard's consent; volumes never.
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Own objects that the App does not declare any more; if the App is gone all of them.
void plan_leftover_containers(Planner& p);
void plan_leftover_networks(Planner& p);

// True if the manifest has no use for this network of the App any more.
bool left_over(const docker::Network& network, const Planner& p);

}  // namespace fairlead::controller
