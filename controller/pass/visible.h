// Which of the engine's objects one App's plan may see. Ownership needs more than labels, which are
// easily copied (F117): an object must be in the inventory, if only as an intent under its exact
// name, or carry exactly the name that its manifest expects.
//
//   labels say  its name is        the inventory has  it is
//   the App's   any                it                 seen
//   the App's   as expected        nothing            seen, and to be adopted (F115)
//   the App's   that of an intent  the intent         likewise: the reply to its create was lost
//   the App's   another            nothing            not seen, and refused: NotOwner (F117)
//
// "The App's" is: its key and this instance. A container that is not ours no plan can touch, even
// if it were wrong: it does not know of it. What is seen may still not be removed; guard/removal.h
// asks more. Of networks that others have, and of external volumes, those are seen that the App
// refers to.
#pragma once

#include <string>
#include <vector>

#include "controller/desired/store.h"
#include "controller/observed/index.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/record/inventory.h"

namespace fairlead::controller {

// A copy for one pass. Refusals are the same in each pass until somebody removes the object or its
// labels.
struct Visible {
  // The App's own containers and volumes, with what it uses of others'. Of networks those that
  // carry its label, that have a name which it says, that its containers know, and that have a
  // subnet which overlaps with one that it wants.
  Observed observed;
  std::vector<Refusal> refusals;      // what carries the App's labels and is not ours
  std::vector<std::string> to_adopt;  // IDs of containers and networks that the inventory lacks
};

// `entry`: what `key` should be; null if it left the manifests, and then no name is expected. `now`
// goes into Observed::now. Costs what the App has to do with, whatever else the engine holds. Pure.
Visible visible_to(const std::string& key, const DesiredEntry* entry, const ObservedIndex& all,
                   const Inventory& inventory, WallTime now);

// Takes objects with our labels and exactly the expected name into the inventory: the process died
// between create and its record, or the state directory was lost (F115). Volumes too that were to
// be created.
void adopt(Inventory& inventory, const std::string& key, const Visible& visible);

}  // namespace fairlead::controller
