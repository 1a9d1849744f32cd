// What a running container shares or depends on was made anew under it: it is started again, as
// Compose does. A namespace ends with the container that owns it: after that one's restart a
// sharer has the old one, which nobody else is in.
//
// What is newer is told by the engine's own times of creation and start. A container whose times
// make no sense (the clock was set back) is left alone, and each start is followed once: which one
// that was is remembered (Memory::restarted).
//
//   the other one was             and the container                           is
//   started after it              shares its network, pid or ipc namespace    restarted
//   created after its start       depends on it with `restart: true`          restarted
//   created after it              links to it on the default bridge           replaced
//
// What the engine or a user restarted is followed for namespaces alone: the old one is gone whoever
// did it.
//
// Example: `vpn`, and `app` with `network_mode: service:vpn`. Somebody restarts vpn by hand: app
// keeps the old network namespace, without interfaces and without an error of its own. The next
// pass sees that vpn was started after app, restarts app, and notes "ID of vpn@time" so that this
// start is followed once.
#pragma once

#include <optional>

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Plans a restart if the container shares a namespace with one that was started after it, or
// `depends_on` one with `restart: true` that was replaced after it was started. True if it is
// planned, or waits.
bool restart_stale(Planner& p, const model::Service& service, const docker::Container& container,
                   const Steps& after);

// True if the container was stale when it ended: its end says nothing, and does not count as one of
// its failures (ends.h).
bool ended_stale(const Planner& p, const model::Service& service,
                 const docker::Container& container);

// True if a service that it links to on the default bridge was made anew after it. Such a link is
// an address written down at the create, so the container has to be replaced. On other networks
// links are names, and the engine follows them.
bool links_are_stale(const Planner& p, const model::Service& service,
                     const docker::Container& container);

// Steps before which a container that links on the default bridge can't be created; nullopt: not
// in this plan.
std::optional<Steps> link_gate(Planner& p, const model::Service& service);

}  // namespace fairlead::controller
