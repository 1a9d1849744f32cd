// Which containers are a service's, and which of them is up to date: from labels and names alone,
// so that every state a crash may leave is recognised (F116, F117).
//
// A container is up to date if its spec hash is that of the manifest and none of its fields says
// otherwise; a hash of another version is not compared. Of several the newest stays. Names that are
// ours are NAME, NAME.next and NAME.prev. A lone container under another name was renamed by
// somebody, and is renamed back; one of several may be a copy of our labels, and is refused.
//
//   found.untouchable            nothing is planned for the replica; it was said why
//   current, no outdated         maintain() (containers.h)
//   current and outdated         a replacement is under way, or one is double (replacement.h)
//   only outdated                a replacement begins
//   nothing, or only dead        it is missing
//
// What counts against "up to date": a spec hash of another manifest, a field that differs and is no
// reading (readings.h) nor contended, a newer image of a pull policy with a period, a link to a
// container that is gone, a network mode that names nothing any more, a lost network that keeps a
// stopped container from starting.
//
// Refused here: NotOwner (Blocked), for one of several containers with this service's labels that
// has none of its names: "remove it, or rename it to NAME". It happens when somebody copies a
// container with its labels.
#pragma once

#include <vector>

#include "controller/observed/observed.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// One replica's containers, told apart by labels and name. Pointers into Planner::observed.
struct ServiceContainers {
  docker::ContainerSpec spec;                      // what the service would be created with
  const ObservedContainer* current = nullptr;      // up to date; null if there is none
  std::vector<const ObservedContainer*> outdated;  // to be replaced, or double
  std::vector<const ObservedContainer*> dead;      // to be removed: an engine died removing them
  bool untouchable = false;  // uncertain, being removed, or not to be told apart
};

// Notes the drift that it finds on the way, and refuses strangers. `spec`: of the same replica. Of
// containers that are not ours by the inventory nothing is seen here at all (pass/visible.h).
ServiceContainers find_containers(Planner& p, const model::Service& service,
                                  docker::ContainerSpec spec);

}  // namespace fairlead::controller
