// The policy's verdict (access/check.h) as refusals of the plan: Invalid, PolicyDenied, one for
// each demand, with the rule that would allow it. An Invalid error is not tried again before the
// manifest changes; a changed policy is read at the next start of Fairlead.
//
// Asked first of all, before the engine's version and before any look at what exists: a newer
// engine would not help. So `fairlead validate --policy` says the same, planned on an empty engine
// (policy_refusals() in plan.h).
//
//   PolicyDenied (Invalid): services.web.privileged asks for all of the host, which the policy does
//   not allow; remove it, or allow it with `privileged` in the policy file
//
// A replacement whose new request is denied is not begun: the old container goes on, as the
// manifest of before wanted it.
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Each refuses what the policy does not allow; true if there was anything: then the caller plans
// nothing for it. What exists already is left alone, running or not. Of a service `spec` is judged,
// the request that would be sent, and not its keys.
bool denied(Planner& p, const model::Service& service, const docker::ContainerSpec& spec);
bool denied(Planner& p, const model::Volume& volume);
bool denied(Planner& p, const model::Network& network);

}  // namespace fairlead::controller
