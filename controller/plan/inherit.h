// What a new container takes over from the one that it replaces: the content of anonymous volumes,
// as Compose does. They are mounted by name at the same place; the spec hash knows nothing of it.
#pragma once

#include "controller/plan/action.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// What a replacement is created with.
CreateContainer inheriting(const Planner& p, const model::Service& service,
                           docker::ContainerSpec spec, const docker::Container& replaced);

}  // namespace fairlead::controller
