// `depends_on`: conditions gate starting, and never block the loop.
#pragma once

#include <optional>

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Operations that must have run before the service may start; nullopt: not now (adds a waiting
// line).
std::optional<Steps> start_gate(Planner& p, const model::Service& service);

}  // namespace fairlead::controller
