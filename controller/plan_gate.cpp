// `depends_on`: conditions gate starting, and never block the loop.
#include "controller/plan_parts.h"

namespace fairlead::controller {
namespace {

// What is still missing, in words; empty: met, possibly after state.started.
std::string missing(model::Dependency::Condition condition, const ServiceState& state) {
  switch (condition) {
    case model::Dependency::Condition::kStarted:
      return state.runs || state.completed ? "" : "to be started";
    case model::Dependency::Condition::kHealthy: {
      const bool healthy = state.current != nullptr && state.runs &&
                           state.current->state == "running" && state.current->health == "healthy";
      return healthy ? "" : "to be healthy";
    }
    case model::Dependency::Condition::kCompletedSuccessfully:
      return state.completed ? "" : "to complete";
  }
  return "";
}

}  // namespace

std::optional<Steps> start_gate(Planner& p, const model::Service& service) {
  Steps steps;
  bool open = true;
  for (const auto& dependency : service.depends_on) {
    auto found = p.services.find(dependency.service);
    const ServiceState state = found == p.services.end() ? ServiceState{} : found->second;
    const std::string lacks = missing(dependency.condition, state);
    if (lacks.empty()) {
      append(steps, state.started);
    } else if (dependency.required) {
      wait_for(p, "service " + service.name + " waits for " + dependency.service + " " + lacks);
      open = false;
    }
  }
  if (service.network_mode.starts_with("service:")) {
    auto found = p.services.find(service.network_mode.substr(8));
    if (found != p.services.end()) append(steps, found->second.started);
  }
  if (!open) return std::nullopt;
  return steps;
}

}  // namespace fairlead::controller
