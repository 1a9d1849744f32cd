// Which of the engine's objects a request refers to: it names them by ID, and a manifest by name.
//
// Why not by name? Before Engine 25 several networks may have one (F001), and a container's name
// may be taken by another at any time. So names are resolved once, from what the pass sees, and
// what can't be resolved is left empty: the plan then orders the request after the step that makes
// it (Ref in plan/action.h), or waits.
//
//   function         nothing found means
//   namesakes()      the network is to be made, or an external one is missing
//   live_network()   as well; or only strangers have the name (NameTaken), or several do
//   peer_id()        X has no container that is up to date: nothing that joins it may be made
#pragma once

#include <string>
#include <vector>

#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "model/app.h"

namespace fairlead::controller {

// All networks of one name; names are not unique before Engine 25 (F001). Compared whole, other
// than the engine's own filters (F003). Pointers into `observed`, here and below.
std::vector<const docker::Network*> namesakes(const std::string& name, const Observed& observed);

// The engine's network for a declared one: own (of duplicates the one to keep, F001: with members
// before without, then the oldest) or, if external, the only one of that exact name. Null: none, or
// ambiguous. Of an own one labels decide, and not the inventory: what is not ours by the inventory
// is not in `observed`.
const docker::Network* live_network(const model::App& app, const model::Network& network,
                                    const Observed& observed, const std::string& instance);

// ID of the container that `network_mode: service:X` joins; empty while X is missing or outdated.
// The first replica's; the newest that has the manifest's hash, running or not.
std::string peer_id(const model::App& app, const std::string& service, const Observed& observed,
                    const Policy& policy);

}  // namespace fairlead::controller
