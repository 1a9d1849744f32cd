// Field-level comparison of containers. Only declared fields: inspect shows the engine's and the
// image's defaults too (F057).
#pragma once

#include <vector>

#include "controller/objects/drift.h"
#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

// Differences that only a replacement corrects.
std::vector<Drift> diff_container(const model::Service& service, const docker::ContainerSpec& spec,
                                  const docker::Container& actual);

// Differences that the engine corrects in place, and the request that does it.
std::vector<Drift> diff_limits(const model::Service& service, const docker::ContainerSpec& spec,
                               const docker::Container& actual, docker::ContainerUpdate& update);

}  // namespace fairlead::controller
