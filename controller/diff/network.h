// Field-level comparison of networks: only what the user declared. Engine defaults and options that
// the engine adds are not drift (F006).
#pragma once

#include <string>
#include <vector>

#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

std::vector<Drift> diff_network(const model::Network& desired, const docker::Network& actual);

// The observed networks, except its namesakes, that share addresses with the wanted pools (F004).
std::vector<const docker::Network*> overlapping(const model::Network& wanted,
                                                const Observed& observed);

}  // namespace fairlead::controller
