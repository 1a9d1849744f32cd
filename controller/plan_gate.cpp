// `depends_on`: conditions gate starting, and never block the loop.
#include <algorithm>

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

// A dependency scaled to 0 is not waited for, as in Compose.
int replicas(const model::App& app, const std::string& service) {
  const auto found = std::ranges::find(app.services, service, &model::Service::name);
  return found == app.services.end() ? 0 : model::replicas_of(*found);
}

}  // namespace

std::optional<Steps> start_gate(Planner& p, const model::Service& service) {
  Steps steps;
  bool open = true;
  for (const auto& dependency : service.depends_on) {
    for (int number = 1; number <= replicas(p.app, dependency.service); ++number) {
      auto found = p.services.find(instance_key(dependency.service, number));
      const ServiceState state = found == p.services.end() ? ServiceState{} : found->second;
      const std::string lacks = missing(dependency.condition, state);
      if (lacks.empty()) {
        append(steps, state.started);
      } else if (dependency.required) {
        wait_for(p, "service " + service.name + " waits for " + dependency.service + " " + lacks);
        open = false;
        break;
      }
    }
  }
  if (!open) return std::nullopt;
  return steps;
}

}  // namespace fairlead::controller
