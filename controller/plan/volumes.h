// A volume is missing or different. Volumes hold data: nothing here removes one (F049).
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Fills Planner::volumes and unusable_volumes.
void plan_volumes(Planner& p);

}  // namespace fairlead::controller
