// Which of the engine's objects a request refers to: it names them by ID, and a manifest by name.
#pragma once

#include <string>
#include <vector>

#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "model/app.h"

namespace fairlead::controller {

// All networks of one name; names are not unique before Engine 25 (F001).
std::vector<const docker::Network*> namesakes(const std::string& name, const Observed& observed);

// The engine's network for a declared one: own (of duplicates the one to keep, F001) or, if
// external, the only one of that exact name. Null: none, or ambiguous.
const docker::Network* live_network(const model::App& app, const model::Network& network,
                                    const Observed& observed, const std::string& instance);

// ID of the container that `network_mode: service:X` joins; empty while X is missing or outdated.
std::string peer_id(const model::App& app, const std::string& service, const Observed& observed,
                    const Policy& policy);

}  // namespace fairlead::controller
