// Field-level comparison of containers. Only declared fields: inspect shows the engine's and the
// image's defaults too (F057). Pure.
//
// Typed fields are compared here, the settings of controller/request/settings.h by their table.
// Both sides are brought into one form first, so that a manifest is compared with what the engine
// made of it, and not with how it is written. Values of the environment may be secrets: of them a
// drift says only that they differ. What is left after all that, right after a create, is the
// engine's reading (plan/readings.h).
//
//   kind of difference           found by            corrected by
//   what can't be changed        diff_container()    a replacement (plan/replacement.h)
//   limits, restart policy       diff_limits()       an update of the living container
//   networks, aliases, addresses diff_endpoints()    disconnect and connect (endpoints.h)
//
// What is not declared is never compared, so a value that is taken out of the manifest shows by the
// spec hash alone. Ports: every declared one must be there; what the image publishes besides is no
// matter. Of labels and environment likewise.
//
// Not compared at all: mounts, health check, capabilities, hooks, `init`, `stop_grace_period`,
// `extra_hosts`. For those the spec hash stands, so a change of the manifest is seen; by hand they
// can't be changed on a living container.
//
//   docker::ContainerUpdate update;
//   auto drift = diff_limits(service, spec, actual, update);   // update is what corrects all of it
//   for (auto& each : diff_container(service, spec, actual)) … // any of these: a replacement
#pragma once

#include <vector>

#include "controller/objects/drift.h"
#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

// Differences that only a replacement corrects. `spec`: what `service` would be created with now.
// The image is compared by the reference that the container was created with, not by its ID (F053).
// A shared network namespace is compared by the ID of the container that has it: a new one is
// another.
std::vector<Drift> diff_container(const model::Service& service, const docker::ContainerSpec& spec,
                                  const docker::Container& actual);

// Differences that the engine corrects in place (POST /containers/ID/update): restart policy,
// memory, processors, processes, and the settings that can be updated. Adds to `update` the request
// that corrects all of them; a new memory limit takes the declared swap limit along, since the
// engine moves it otherwise. Whoever leaves a drift alone takes its part out of `update` again.
std::vector<Drift> diff_limits(const model::Service& service, const docker::ContainerSpec& spec,
                               const docker::Container& actual, docker::ContainerUpdate& update);

}  // namespace fairlead::controller
