// Own objects that left the manifest: services, replicas and networks that it does not name any
// more, or all of them if the App is gone. guard/removal.h decides whether one goes; what this adds
// is what people are told when it does not, and the order: what depends on another goes before it,
// and a network after the last own container has left it. Volumes stay.
//
// What has to stay a while longer must not be in the way of its own App: obstacles.h.
//
//   why it stays (Stays)       what people see
//   too early                  waiting: "… left the manifest; its removal is withheld"
//   made again and again       Contended
//   can't be inspected, going  waiting
//   a network in use           InUse, with the names of the containers
//   `prune: false`             a drift, and nothing else
//
// A container of a component that the manifest does not name is expected to be called as Compose
// would call it. `container_name:` is not known any more, so a lone one of the component passes
// under any name; of several the others are refused as strangers (NotOwner).
//
// Facts for the guard come from three sides: labels and names from the engine's view, absence and
// budget from the pass's policy (may_remove, recently_left), `prune` from the manifest. Of an App
// that left the manifest is not there: what depends on what is read from Compose's label on the
// containers, and the grace of a stop is ten seconds.
//
// A removal is stop (with `pre_stop`, from the inventory), then remove. A failure skips what stands
// after it, so a network is not removed under a container that could not be.
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// After all services and networks have been planned, and in this order: what is removed by the
// first is off the networks for the second.
void plan_leftover_containers(Planner& p);
void plan_leftover_networks(Planner& p);

// True if the manifest has no use for this network of the App any more: its key is not declared, is
// external now, or has another Docker name and this one the derived name.
bool left_over(const docker::Network& network, const Planner& p);

}  // namespace fairlead::controller
