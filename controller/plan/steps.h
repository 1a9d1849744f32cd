// The steps around a container that several parts of the planner emit. Each returns the operation's
// index, for others to come after; `reason` is the line that people read.
//
// The same step is the same everywhere, whoever plans it: a container never comes before its image,
// a removal never without its stop and hooks. What is asserted here is that an object is the App's
// own; a planner that got that wrong must not get as far as the engine.
//
//   const auto created = create_container(p, service, spec, name, nullptr, {}, "it is missing");
//   start_container(p, service, {"", name}, {created}, "it is missing");        // hooks.h
//   remove_container(p, old, service.name, {created}, why, grace_seconds(service));
#pragma once

#include <cstddef>
#include <string>

#include "controller/pass/input.h"
#include "controller/plan/planner.h"
#include "controller/request/specs.h"

namespace fairlead::controller {

// Images, networks, volumes and the container itself, under `name`. `replaced` may be null: else
// labels say what it replaces, and its anonymous volumes go over to the new one (inherit.h). Comes
// after the pull of its image and after the networks and volumes that this plan makes for it. It is
// not started.
std::size_t create_container(Planner& p, const model::Service& service, docker::ContainerSpec spec,
                             const std::string& name, const docker::Container* replaced,
                             Steps after, const std::string& reason);

// Stops it first if it is up; `grace` in seconds. Whether it may go is for the caller to know
// (guard/removal.h); it is the App's own, which is asserted. Forced only if it is dead.
std::size_t remove_container(Planner& p, const docker::Container& container,
                             const std::string& component, Steps after, const std::string& reason,
                             int grace);

// An own network, which is asserted, that nobody is on when `after` is done.
std::size_t remove_network(Planner& p, const docker::Network& network, const std::string& component,
                           Steps after, const std::string& reason);

// The step that pulls an image, once per plan.
std::size_t ensure_image(Planner& p, const model::Service& service, const EnsureImage& wanted);

// What is known of an image that is asked for every so often; null for all others.
const KnownImage* known_image(const Planner& p, const model::Service& service);

}  // namespace fairlead::controller
