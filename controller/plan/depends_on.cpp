#include "controller/plan/depends_on.h"

#include <algorithm>

namespace fairlead::controller {
namespace {

// What is still missing, in words; empty: met, possibly after state.started.
std::string missing(model::Dependency::Condition condition, const ServiceState& state) {
  switch (condition) {
    case model::Dependency::Condition::kStarted:
      return state.runs || state.completed ? "" : "to be started";
    case model::Dependency::Condition::kHealthy: {
      // Seen, not hoped for: a container that is only started by this plan is not healthy yet.
      const bool healthy = state.current != nullptr && state.runs &&
                           state.current->state == "running" && state.current->health == "healthy";
      return healthy ? "" : "to be healthy";
    }
    case model::Dependency::Condition::kCompletedSuccessfully:
      if (state.completed) return "";
      return state.ended.empty() ? "to complete" : "to complete, which " + state.ended;
  }
  return "";
}

// The container runs, and the engine keeps no health of it: neither the manifest nor the image has
// a check. Known only now, since the image says.
bool has_no_check(const model::Dependency& dependency, const ServiceState& state) {
  return dependency.condition == model::Dependency::Condition::kHealthy &&
         state.current != nullptr && state.current->state == "running" &&
         state.current->health.empty();
}

void refuse_for_ever(Planner& p, const model::Service& service, const model::Dependency& on) {
  refuse(p, Kind::kContainer, service.name, service.container_name,
         {ErrorClass::kBlocked, Reason::kDependencyNotReady,
          "service " + service.name + " waits for " + on.service + " to be healthy, but " +
              on.service + " has no health check: neither its manifest nor its image",
          "give " + on.service + " a `healthcheck`, or wait for service_started"},
         on.position);
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
      // Dependencies are planned before (in_start_order in plan.cpp); none there means a circle,
      // and is not met.
      const ServiceState state = found == p.services.end() ? ServiceState{} : found->second;
      const std::string lacks = missing(dependency.condition, state);
      if (lacks.empty()) {
        // Also for a health that is good now, if a restart is planned before it.
        append(steps, state.started);
      } else if (dependency.required) {
        if (has_no_check(dependency, state)) refuse_for_ever(p, service, dependency);
        wait_for(p, "service " + service.name + " waits for " + dependency.service + " " + lacks);
        // The first replica that is not ready says enough; other dependencies are said as well.
        open = false;
        break;
      }
    }
  }
  if (!open) return std::nullopt;
  return steps;
}

}  // namespace fairlead::controller
