// One service's container: created where it is missing, started where it is not running, renamed
// back, and corrected in what the engine can change in place.
//
//   what there is of the replica          what is planned
//   nothing, or only a dead one           create and start; the dead one is removed first
//   one that is out of date               replacement.h
//   one that is up to date                maintain()
//   one that can't be inspected, or goes  nothing: it is waited for
//
// Before any of that come the policy (denied.h), the engine's version, and the networks and volumes
// that it needs: where one of these is refused, nothing is made. Where a network differs in a way
// that can't be corrected, what exists is kept running as it is.
//
// "Out of date" and "up to date" are find.h's words. What is up to date is brought from mild to
// harsh: name, limits, endpoints, image, state; nothing of that stops a process that runs, but for
// a restart that follows another's (followers.h). A one-shot that is done keeps its networks as
// they are.
//
// A replica that is replaced, started or waited for says so in Planner::services: those that depend
// on it are planned after it, and take its steps for theirs (depends_on.h).
//
//   refusal or line                          from
//   PolicyDenied                             denied.h
//   EngineTooOld: "KEY needs API 1.N"        request/settings.h
//   "… can't be inspected; it is left alone" find.h
//   "… needs a network or volume that is     a network or volume of it is refused or not there
//   refused"
//   "… waits for the container of PEER"      a namespace or volumes that are shared with it
//   Contended                                it is removed, stopped, paused or renamed by somebody
#pragma once

#include "controller/plan/find.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// One replica, see replica(). Services that it depends on have been planned before. Fills
// Planner::services for those that come after. Whatever stands in the way becomes a refusal or a
// line that waits; it never fails.
void plan_service(Planner& p, const model::Service& service);

// Endpoints, limits, name and state of a container that is up to date (`found.current`, not null).
// `after`: steps that must be done first.
void maintain(Planner& p, const model::Service& service, const ServiceContainers& found,
              Steps after);

}  // namespace fairlead::controller
