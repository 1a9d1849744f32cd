// Replacement as a level-triggered sequence: create under a temporary name, stop the old
// one, put it aside, rename, start, remove the old one. Each pass emits the steps that remain, so a
// crash between any two is just another input.
#pragma once

#include "controller/plan/find.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

void replace_outdated(Planner& p, const model::Service& service, const ServiceContainers& found,
                      Steps after);

}  // namespace fairlead::controller
