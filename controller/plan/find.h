// Which containers are a service's, and which of them is up to date: from labels and names alone,
// so that every state a crash may leave is recognised (F116, F117).
#pragma once

#include <vector>

#include "controller/observed/observed.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// One service's containers, told apart by labels and name.
struct ServiceContainers {
  docker::ContainerSpec spec;  // what the service would be created with
  const ObservedContainer* current = nullptr;
  std::vector<const ObservedContainer*> outdated;
  std::vector<const ObservedContainer*> dead;
  bool untouchable = false;  // uncertain, being removed, or not to be told apart
};

// Notes the drift that it finds on the way.
ServiceContainers find_containers(Planner& p, const model::Service& service,
                                  docker::ContainerSpec spec);

}  // namespace fairlead::controller
