// Gathers the input of one pass (input.h) from the stores: the one place that decides what a plan
// gets to see. Reads only; what it takes is copied, so the plan can't be changed under its feet.
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

// All borrowed, for the call.
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
