// `depends_on`: conditions gate starting, and never block the loop. As in Compose:
//
//   service_started                 it runs, or is started earlier in this plan, or has completed
//   service_healthy                 it runs, and its health check says so
//   service_completed_successfully  it ended with code 0
//
// All replicas of the other service count; one that is scaled to 0 is not waited for, nor is one
// that is missing or fails with `required: false`. To wait for the health of what has no health
// check, neither in the manifest nor in its image, is refused (DependencyNotReady): it would be for
// ever.
//
//   web: depends_on: {db: {condition: service_healthy}}
//
//   db starts in this plan   web is created, and waits: health can't be known before a later pass
//   db runs, starting        "service web waits for db to be healthy", until the engine's event
//   db runs, healthy         web starts in this plan
//
// A container that runs already is not stopped for a dependency that fell ill. The order of removal
// follows the labels that a container carries, not this (leftovers.h).
//
// The first replica that is not ready is named; all conditions of a service are said, each on a
// line of Plan::waiting. DependencyNotReady is Blocked: a changed image or manifest may bring a
// check.
#pragma once

#include <optional>

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Operations that must have run before the service may start, possibly none; nullopt: not in this
// plan (adds a waiting line). What it waits for is an event of the engine, which wakes the App.
std::optional<Steps> start_gate(Planner& p, const model::Service& service);

}  // namespace fairlead::controller
