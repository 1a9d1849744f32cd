// The policy's verdict (access/check.h) as refusals of the plan.
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Each refuses what the policy does not allow; true if there was anything.
bool denied(Planner& p, const model::Service& service, const docker::ContainerSpec& spec);
bool denied(Planner& p, const model::Volume& volume);
bool denied(Planner& p, const model::Network& network);

}  // namespace fairlead::controller
