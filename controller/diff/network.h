// Field-level comparison of networks: only what the user declared. Engine defaults and options that
// the engine adds are not drift (F006). Pure.
//
// A network can't be changed in place by any engine, so what is found here is told and never acted
// on (plan/networks.h): each false difference would be an App that is not Ready for ever, with
// nothing that a person could do. Hence "only what was declared", and readings for the rest.
//
// Not compared: `enable_ipv4`, which inspect shows on new engines only, and what an external
// network looks like, which is its owner's business.
//
//   for (const auto& each : diff_network(desired, live)) …   // {kNetwork, kChanged, "front", …}
//   field     desired          actual           from
//   subnet    172.30.0.0/24    172.31.0.0/16    a manifest that was changed (by the hash), or drift
//   internal  true             false            likewise
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
// without any value asks for nothing. Labels of Fairlead's own are not among those compared: they
// are not in `desired`.
std::vector<Drift> diff_network(const model::Network& desired, const docker::Network& actual);

// The observed networks, except its namesakes, that share addresses with the wanted pools (F004).
// Only what the engine lists: overlaps with the host's own routes are for the engine to refuse.
// Pointers into `observed`. For a network that is to be made; one that exists has its addresses.
std::vector<const docker::Network*> overlapping(const model::Network& wanted,
                                                const Observed& observed);

}  // namespace fairlead::controller
