// Values of labels that are closed lists. Whatever the world sends is mapped onto them, so that no
// stranger decides how many series there are.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "controller/objects/drift.h"

namespace fairlead::metrics {

using Pair = std::pair<const char*, const char*>;

// The controller's one work queue.
inline constexpr const char* kQueueName = "apps";
inline constexpr std::array kKinds = {controller::Kind::kContainer, controller::Kind::kNetwork,
                                      controller::Kind::kVolume};

// How a pass ended, as controller-runtime says it. All are there from the start, with 0.
std::span<const char* const> reconcile_results();
// (kind, action) of every change that a plan can hold.
std::span<const Pair> plan_actions();
// (type, action) of the engine's events that are told apart.
std::span<const Pair> engine_events();

// The listed pair for an event, or its type (or `other`) with action `other`.
// "health_status: healthy" is `health_status`; every exec_… is `exec`.
Pair engine_event(std::string_view type, std::string_view action);

}  // namespace fairlead::metrics
