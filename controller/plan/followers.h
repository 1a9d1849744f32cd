// What a running container shares or depends on was made anew under it: it is started again, as
// Compose does. A namespace ends with the container that owns it: after that one's restart a
// sharer has the old one, which nobody else is in.
#pragma once

#include <optional>

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Plans a restart if the container shares a namespace with one that was started after it, or
// `depends_on` one with `restart: true` that was replaced after it was started. True if it is
// planned, or waits.
bool restart_stale(Planner& p, const model::Service& service, const docker::Container& container,
                   const Steps& after);

// True if the container was stale when it ended: its end says nothing.
bool ended_stale(const Planner& p, const model::Service& service,
                 const docker::Container& container);

// True if a service that it links to on the default bridge was made anew after it.
bool links_are_stale(const Planner& p, const model::Service& service,
                     const docker::Container& container);

// Steps before which a container that links on the default bridge can't be created; nullopt: not
// in this plan.
std::optional<Steps> link_gate(Planner& p, const model::Service& service);

}  // namespace fairlead::controller
