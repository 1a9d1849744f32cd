// Field-level comparison of networks: only what the user declared. Engine defaults and options that
// the engine adds are not drift (F006). Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

// Fields as in the manifest: driver, driver_opts.KEY, internal, subnet, gateway, labels.KEY …
// Nothing of it can be changed in place, by any engine. A declared pool is compared with the one of
// the same subnet, else with the first of its family; addresses in their canonical form. A pool
// without any value asks for nothing.
std::vector<Drift> diff_network(const model::Network& desired, const docker::Network& actual);

// The observed networks, except its namesakes, that share addresses with the wanted pools (F004).
// Only what the engine lists: overlaps with the host's own routes are for the engine to refuse.
// Pointers into `observed`.
std::vector<const docker::Network*> overlapping(const model::Network& wanted,
                                                const Observed& observed);

}  // namespace fairlead::controller
