// A network is missing, double, taken, or changed. A changed network is never touched here.
//
//   what has its Docker name             what follows
//   nothing                              create; refused where a known subnet overlaps (F004)
//   one, ours, as the manifest says      nothing
//   one, ours, and different             refused: ResourceRecreationAttempt; members stay
//   a second of ours                     removed by ID once it is empty (F001)
//   a second, of somebody else           refused: NetworkAmbiguous; members stay
//   only somebody else's                 refused: NameTaken; its services wait
//   external, and there is one           used
//   external, and there is none          refused: NotFound; waited for if some manifest declares it
//   external, and there are several      refused: NetworkAmbiguous
//
//   usable    created by this plan, or as it should be: services go on it
//   frozen    different or ambiguous: containers that exist are left as they are, and kept running
//   unusable  refused, or not there: services wait
//
// Why is a changed subnet not applied? No engine does it in place, and to make the network anew
// takes every member off it, those of other Apps too. That is for a person, or for a
// `networkRecreate` that says how (docs/manifest.md).
//
//   refusal                    class    what helps, as its hint says
//   SubnetOverlap              Blocked  another subnet, or the other network has to go
//   NameTaken                  Blocked  `external: true` with that name, or another `name:`
//   NetworkAmbiguous           Blocked  all but one removed, by ID
//   NotFound (external)        Blocked  made by hand, or declared as a `kind: Network`
//   ResourceRecreationAttempt  Invalid  the old value, or remove it and its containers by hand
//   Contended                  Blocked  somebody removes it again and again (guard/contention.h)
//
// Blocked is tried again with back-off, since the engine may change; Invalid waits for the
// manifest. Overlaps with routes of the host are not seen here: the engine refuses the create (also
// SubnetOverlap, docker/classify.h).
//
// The order within a plan: what has a declared subnet first, then what the engine chooses one for,
// then containers. An own duplicate goes in a pass in which nobody is on it.
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Plans all networks of the App, those with a declared subnet first: a pool that the engine chooses
// must not take what they need. Fills Planner::networks, for the services that are on them, and
// Planner::blocking.
void plan_networks(Planner& p);

// True if the labels say that the network is the App's own. Not enough to remove it
// (guard/removal.h).
bool own_network(const docker::Network& network, const Planner& p);

}  // namespace fairlead::controller
