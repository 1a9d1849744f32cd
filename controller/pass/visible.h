// Which of the engine's objects one App's plan may see. Ownership needs more than labels, which are
// easily copied (F117): an object must be in the inventory, if only as an intent under its exact
// name, or carry exactly the name that its manifest expects.
#pragma once

#include <string>
#include <vector>

#include "controller/desired/store.h"
#include "controller/observed/index.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/record/inventory.h"

namespace fairlead::controller {

struct Visible {
  // The App's own containers and volumes, with what it uses of others'. Of networks those that
  // carry its label, that have a name which it says, that its containers know, and that have a
  // subnet which overlaps with one that it wants.
  Observed observed;
  std::vector<Refusal> refusals;      // what carries the App's labels and is not ours
  std::vector<std::string> to_adopt;  // IDs of containers and networks that the inventory lacks
};

// `entry`: what `key` should be; null if it left the manifests.
Visible visible_to(const std::string& key, const DesiredEntry* entry, const ObservedIndex& all,
                   const Inventory& inventory, WallTime now);

// Takes objects with our labels and exactly the expected name into the inventory: the process died
// between create and its record, or the state directory was lost (F115). Volumes too that were to
// be created.
void adopt(Inventory& inventory, const std::string& key, const Visible& visible);

}  // namespace fairlead::controller
