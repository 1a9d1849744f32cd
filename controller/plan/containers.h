// One service's container: created where it is missing, started where it is not running, renamed
// back, and corrected in what the engine can change in place.
#pragma once

#include "controller/plan/find.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// One replica, see replica(). Services that it depends on have been planned before.
void plan_service(Planner& p, const model::Service& service);

// Endpoints, limits, name and state of a container that is up to date.
void maintain(Planner& p, const model::Service& service, const ServiceContainers& found,
              Steps after);

}  // namespace fairlead::controller
