#include "controller/plan/plan.h"

#include <algorithm>
#include <functional>

#include "controller/desired/hidden_values.h"
#include "controller/objects/labels.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {
namespace {

struct Verb {
  std::string_view operator()(const CreateNetwork&) const { return "create"; }
  std::string_view operator()(const RemoveNetwork&) const { return "remove"; }
  std::string_view operator()(const CreateVolume&) const { return "create"; }
  std::string_view operator()(const EnsureImage&) const { return "pull"; }
  std::string_view operator()(const CreateContainer&) const { return "create"; }
  std::string_view operator()(const StartContainer&) const { return "start"; }
  std::string_view operator()(const StopContainer&) const { return "stop"; }
  std::string_view operator()(const RunHooks&) const { return "hook"; }
  std::string_view operator()(const FailHook&) const { return "set aside"; }
  std::string_view operator()(const RestartContainer&) const { return "restart"; }
  std::string_view operator()(const UnpauseContainer&) const { return "unpause"; }
  std::string_view operator()(const RemoveContainer&) const { return "remove"; }
  std::string_view operator()(const RenameContainer&) const { return "rename"; }
  std::string_view operator()(const UpdateContainer&) const { return "update"; }
  std::string_view operator()(const ConnectEndpoint&) const { return "connect"; }
  std::string_view operator()(const DisconnectEndpoint&) const { return "disconnect"; }
};

// Dependencies before dependants, otherwise by name: start operations can refer back.
std::vector<const model::Service*> in_start_order(const model::App& app) {
  std::map<std::string, const model::Service*> by_name;
  for (const auto& service : app.services)
    by_name[service.name] = &service;
  std::vector<const model::Service*> order;
  std::set<std::string> seen;  // also ends a cycle, which validation has refused
  std::function<void(const std::string&)> visit = [&](const std::string& name) {
    auto found = by_name.find(name);
    if (found == by_name.end() || !seen.insert(name).second) return;
    for (const auto& dependency : found->second->depends_on)
      visit(dependency.service);
    order.push_back(found->second);
  };
  for (const auto& [name, service] : by_name)
    visit(name);
  return order;
}

// All that a plan says to people.
void hide_values(Plan& plan, const model::Masks& masks) {
  const auto hide = [&masks](std::string& text) { text = without_values(text, masks); };
  for (auto* drifts : {&plan.drift, &plan.not_applied})
    for (auto& drift : *drifts)
      drift = without_values(std::move(drift), masks);
  for (auto& refusal : plan.refusals) {
    hide(refusal.error.message);
    hide(refusal.error.hint);
  }
  for (auto& operation : plan.operations)
    if (!operation.reason.starts_with("image ")) hide(operation.reason);
  for (auto& crash : plan.crashes)
    hide(crash.message);
  for (auto& line : plan.waiting)
    hide(line);
}

const model::Masks& masks_of(const model::App& app) {
  static const model::Masks kNothing;
  return app.masks == nullptr ? kNothing : *app.masks;
}

// An engine that holds nothing and knows every setting.
Observed empty_engine() {
  Observed observed;
  observed.engine.api_version = "1.999";
  return observed;
}

Policy judging(std::shared_ptr<const model::HostAccess> access) {
  Policy policy;
  policy.access = std::move(access);
  return policy;
}

// Replicas are refused for the same things: said once.
std::vector<Refusal> denials(std::vector<Refusal> all) {
  std::vector<Refusal> out;
  for (auto& each : all) {
    const auto same = [&each](const Refusal& other) {
      return other.error == each.error && other.position == each.position;
    };
    if (each.error.reason == Reason::kPolicyDenied && std::ranges::none_of(out, same))
      out.push_back(std::move(each));
  }
  return out;
}

Plan finish(Planner& p, bool suspended) {
  hide_values(p.plan, masks_of(p.app));
  if (suspended) p.plan.operations.clear();
  return std::move(p.plan);
}

}  // namespace

std::string key_of(const EnsureImage& wanted) {
  return wanted.reference + " " + wanted.platform + " " +
         std::to_string(static_cast<int>(wanted.pull.when)) + " " +
         std::to_string(wanted.pull.every.count());
}

std::string_view verb(const Action& action) {
  return std::visit(Verb{}, action);
}

std::string label(const docker::StringMap& labels, std::string_view key) {
  auto found = labels.find(std::string(key));
  return found == labels.end() ? std::string() : found->second;
}

bool owned(const docker::StringMap& labels, const std::string& instance, const std::string& app) {
  return !instance.empty() && label(labels, kLabelManaged) == "true" &&
         label(labels, kLabelInstance) == instance && label(labels, kLabelApp) == app;
}

std::string shared_network_owner(const std::string& name) {
  return "network/" + name;
}

std::size_t add(Planner& p, Operation operation) {
  std::sort(operation.after.begin(), operation.after.end());
  operation.after.erase(std::unique(operation.after.begin(), operation.after.end()),
                        operation.after.end());
  p.plan.operations.push_back(std::move(operation));
  return p.plan.operations.size() - 1;
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

std::string contention_key(const Drift& drift) {
  const auto& object = drift.field == "name" ? drift.desired : drift.object;
  return std::string(to_string(drift.kind)) + "/" + object + "/" + drift.field;
}

bool held(Planner& p, Kind kind, const std::string& component, const std::string& object,
          const std::string& field) {
  const std::string key = std::string(to_string(kind)) + "/" + object + "/" + field;
  if (!p.memory.contended.contains(key)) return false;
  Error error{ErrorClass::kBlocked, Reason::kContended,
              key + ": something else keeps changing it back; no longer corrected",
              "find the other writer, then ask for a reconcile"};
  bool known = std::any_of(p.plan.refusals.begin(), p.plan.refusals.end(),
                           [&](const Refusal& refusal) { return refusal.error == error; });
  if (!known) refuse(p, kind, component, object, std::move(error));
  return true;
}

Plan plan_app(const model::App& app, const Observed& observed, const Policy& policy,
              const Memory& memory) {
  Planner p{.app = app, .observed = observed, .policy = policy, .memory = memory};
  if (!policy.app_gone) {
    plan_networks(p);
    plan_volumes(p);
    for (const auto* service : in_start_order(app)) {
      for (int number = 1; number <= model::replicas_of(*service); ++number)
        plan_service(p, replica(app, *service, number));
    }
  }
  plan_leftover_containers(p);
  plan_leftover_networks(p);
  order_obstacles(p);
  return finish(p, app.suspend);
}

std::vector<Refusal> policy_refusals(const model::App& app,
                                     std::shared_ptr<const model::HostAccess> access) {
  const Policy policy = judging(std::move(access));
  return denials(plan_app(app, empty_engine(), policy, {}).refusals);
}

std::vector<Refusal> policy_refusals(const model::SharedNetwork& network,
                                     std::shared_ptr<const model::HostAccess> access) {
  const Policy policy = judging(std::move(access));
  return denials(plan_shared_network(network, empty_engine(), policy, {}).refusals);
}

Plan plan_shared_network(const model::SharedNetwork& network, const Observed& observed,
                         const Policy& policy, const Memory& memory) {
  model::App app;
  app.name = shared_network_owner(network.name);
  app.prefix = network.name;
  app.enveloped = true;
  app.suspend = network.suspend;
  app.prune = network.prune;
  app.network_recreate = network.network_recreate;
  app.file = network.file;
  app.networks = {network.network};
  app.masks = network.masks;
  app.position = network.position;
  return plan_app(app, observed, policy, memory);
}

}  // namespace fairlead::controller
