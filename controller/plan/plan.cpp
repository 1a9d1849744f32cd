#include "controller/plan/plan.h"

#include <algorithm>
#include <functional>

#include "controller/desired/hidden_values.h"
#include "controller/plan/containers.h"
#include "controller/plan/leftovers.h"
#include "controller/plan/networks.h"
#include "controller/plan/obstacles.h"
#include "controller/plan/planner.h"
#include "controller/plan/volumes.h"

namespace fairlead::controller {
namespace {

// Dependencies before dependants, otherwise by name: start operations can refer back.
std::vector<const model::Service*> in_start_order(const model::App& app) {
  std::map<std::string, const model::Service*> by_name;
  for (const auto& service : app.services)
    by_name[service.name] = &service;
  std::vector<const model::Service*> order;
  std::set<std::string> seen;  // also ends a cycle, which validation has refused
  // Recursive, as deep as the longest chain of dependencies.
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
    // References to images are no secrets, and have to be seen.
    if (!operation.reason.starts_with("image ")) hide(operation.reason);
  for (auto& crash : plan.crashes)
    hide(crash.message);
  for (auto& line : plan.waiting)
    hide(line);
}

// An engine that holds nothing and knows every setting.
Observed empty_engine() {
  Observed observed;
  // So that nothing is refused for its age: what remains is the policy's.
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
    // On an empty engine much else is refused, external networks above all.
    if (each.error.reason == Reason::kPolicyDenied && std::ranges::none_of(out, same))
      out.push_back(std::move(each));
  }
  return out;
}

Plan finish(Planner& p, bool suspended) {
  hide_values(p.plan, masks_of(p.app));
  // Last: a suspended App is told what would be done, as drift and refusals.
  if (suspended) p.plan.operations.clear();
  return std::move(p.plan);
}

}  // namespace

Plan plan_app(const model::App& app, const Observed& observed, const Policy& policy,
              const Memory& memory) {
  Planner p{.app = app, .observed = observed, .policy = policy, .memory = memory};
  if (!policy.app_gone) {
    // Networks and volumes first, services on them next, what is left over when all who leave are
    // known.
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
  return denials(plan_app(as_app(network), empty_engine(), policy, {}).refusals);
}

Plan plan_of(const PassInput& input) {
  Plan plan;
  if (!input.refused) plan = plan_app(*input.app, input.observed, input.policy, input.memory);
  plan.refusals.insert(plan.refusals.end(), input.refusals.begin(), input.refusals.end());
  return plan;
}

}  // namespace fairlead::controller
