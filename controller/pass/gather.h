// Gathers the input of one pass (input.h) from the stores: the one place that decides what a plan
// gets to see. Reads only; what it takes is copied, or shared and never changed again, so
// that the plan can't be changed under its feet.
//
// The order of a pass (Controller::reconcile): observe, visible_to(), adopt(), gather(), plan_of().
// Gathering is pure: it asks no clock but `now`, and no engine.
//
//   what                       from                   for an App that left the manifests
//   input.app                  desired store          name and prefix only
//   policy.may_remove          the parts' absence     the prune guard's word for it
//   refusals                   visible.h              and why it stays (guard/removal.h)
//   memory                     loop, inventory        alike
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "controller/desired/store.h"
#include "controller/guard/prune.h"
#include "controller/pass/input.h"
#include "controller/pass/visible.h"
#include "controller/record/inventory.h"
#include "model/host_access.h"

namespace fairlead::controller {

// All borrowed, for the call. Between two suspensions of the loop they are of one moment.
struct PassSources {
  const DesiredStore& desired;
  const Inventory& inventory;
  const PruneGuard& prune;
  const PruneRules& rules;
  std::shared_ptr<const model::HostAccess> access;  // null: nothing is allowed
  SteadyTime now{};
};

// `memory`: what the loop itself remembers of the key; what the inventory knows is added.
PassInput gather(const PassSources& sources, const std::string& key, Visible visible,
                 Memory memory);

}  // namespace fairlead::controller
