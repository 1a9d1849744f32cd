#include "controller/plan/planner.h"

#include <algorithm>

#include "controller/desired/hidden_values.h"

namespace fairlead::controller {

const model::Masks& masks_of(const model::App& app) {
  static const model::Masks kNothing;
  return app.masks == nullptr ? kNothing : *app.masks;
}

std::string instance_key(const std::string& service, int number) {
  return number == 1 ? service : service + "#" + std::to_string(number);
}

std::string instance_key(const model::Service& service) {
  return instance_key(service.name, service.number);
}

// Indices are what others hold, so operations are only ever added.
std::size_t add(Planner& p, Operation operation) {
  std::sort(operation.after.begin(), operation.after.end());
  operation.after.erase(std::unique(operation.after.begin(), operation.after.end()),
                        operation.after.end());
  p.plan.operations.push_back(std::move(operation));
  return p.plan.operations.size() - 1;
}

Operation on_container(const model::Service& service, const std::string& object, Action action,
                       Steps after, std::string reason) {
  return {.kind = Kind::kContainer,
          .component = service.name,
          .object = object,
          .action = std::move(action),
          .after = std::move(after),
          .reason = std::move(reason)};
}

void refuse(Planner& p, Kind kind, const std::string& component, const std::string& object,
            Error error, const model::Position& position) {
  p.plan.refusals.push_back({std::move(error), kind, component, object, position});
}

void wait_for(Planner& p, std::string line) {
  p.plan.waiting.push_back(std::move(line));
}

void append(Steps& steps, const Steps& more) {
  steps.insert(steps.end(), more.begin(), more.end());
}

// A renamed object is known by the name that it should have.
std::string difference(const Planner& p, const Drift& drift) {
  const Drift shown = without_values(drift, masks_of(p.app));
  return drift.field + " is " + (shown.actual.empty() ? "not set" : shown.actual) + ", wanted " +
         (shown.desired.empty() ? "not set" : shown.desired);
}

bool held(Planner& p, Kind kind, const std::string& component, const std::string& object,
          const std::string& field) {
  const std::string key = std::string(to_string(kind)) + "/" + object + "/" + field;
  if (!p.memory.contended.contains(key)) return false;
  Error error{ErrorClass::kBlocked, Reason::kContended,
              key + ": something else keeps changing it back; no longer corrected",
              "find the other writer, then ask for a reconcile"};
  // Several parts may ask about one value: said once.
  bool known = std::any_of(p.plan.refusals.begin(), p.plan.refusals.end(),
                           [&](const Refusal& refusal) { return refusal.error == error; });
  if (!known) refuse(p, kind, component, object, std::move(error));
  return true;
}

}  // namespace fairlead::controller
