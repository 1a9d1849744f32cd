// Values of labels that are closed lists. Whatever the world sends is mapped onto them, so that no
// stranger decides how many series there are: neither an engine with new kinds of events, nor a
// client with methods of its own (api/session.cpp).
//
//   engine_event("container", "health_status: healthy")   // {"container", "health_status"}
//   engine_event("container", "frobnicate")               // {"container", "other"}
//   engine_event("plugin", "enable")                      // {"other", "other"}
//
// Other closed lists are the enums' words: Reason (base/result.h), Operation (docker/engine.h),
// Kind. Constant; any thread.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "controller/objects/drift.h"

namespace fairlead::metrics {

using Pair = std::pair<const char*, const char*>;

// The controller's one work queue, as client-go names queues.
inline constexpr const char* kQueueName = "apps";
// The kinds of objects that are counted per App.
inline constexpr std::array kKinds = {controller::Kind::kContainer, controller::Kind::kNetwork,
                                      controller::Kind::kVolume};

// How a pass ended, by controller-runtime's words and some of our own: success, requeue (a plan was
// run, and another pass looks at it), terminal (part of what was planned is refused). The
// controller says no other. All are there from the start, with 0.
std::span<const char* const> reconcile_results();
// (kind, action) of the changes that a plan can hold, hooks left out. What is missing here begins
// as a new series with its first change, and rate() does not see that one.
std::span<const Pair> plan_actions();
// (type, action) of the engine's events that are told apart, with an `other` for each type.
std::span<const Pair> engine_events();

// The listed pair for an event, or its type (or `other`) with action `other`. "health_status:
// healthy" is `health_status`; every exec_… is `exec`.
Pair engine_event(std::string_view type, std::string_view action);

}  // namespace fairlead::metrics
