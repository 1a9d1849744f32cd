// Which of the engine's objects one App's plan may see. Ownership needs more than labels, which are
// easily copied (F117): an object must be in the inventory, if only as an intent under its exact
// name, or carry exactly the name that its manifest expects.
#include <algorithm>
#include <utility>

#include "controller/controller.h"
#include "controller/desired/store.h"
#include "controller/objects/drift.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/pass/input.h"
#include "controller/plan/plan.h"
#include "controller/record/runs.h"
#include "controller/request/specs.h"

namespace fairlead::controller {
namespace {

// `<name>` itself, or the derived names of a replacement in progress: `<name>.next`, `<name>.prev`.
bool is_name_or_derived(const std::string& actual, const std::string& expected) {
  return actual == expected ||
         (actual.starts_with(expected) && actual.substr(expected.size()).starts_with('.'));
}

bool expected_container(const DesiredEntry* entry, const docker::Container& container) {
  const auto* app = entry == nullptr ? nullptr : std::get_if<model::App>(&entry->value);
  if (app == nullptr) return false;
  return std::ranges::any_of(app->services, [&](const model::Service& service) {
    return service.name == label(container.labels, kLabelComponent) &&
           is_name_or_derived(container.name,
                              replica(*app, service, number_of(container)).container_name);
  });
}

bool expected_network(const DesiredEntry* entry, const docker::Network& network) {
  if (entry == nullptr) return false;
  if (const auto* shared = std::get_if<model::SharedNetwork>(&entry->value)) {
    return shared->network.docker_name == network.name;
  }
  return std::ranges::any_of(std::get<model::App>(entry->value).networks,
                             [&network](const model::Network& desired) {
                               return desired.docker_name == network.name && !desired.external;
                             });
}

bool is_external(const DesiredEntry* entry, const std::string& volume) {
  const auto* app = entry == nullptr ? nullptr : std::get_if<model::App>(&entry->value);
  return app != nullptr && std::ranges::any_of(app->volumes, [&volume](const auto& each) {
           return each.external && each.docker_name == volume;
         });
}

bool was_made_in_place(const Inventory& inventory, const std::string& app,
                       const docker::Volume& volume) {
  if (!volume.labels.empty()) return false;
  const auto known = inventory.readings().find(volume.name);
  return known != inventory.readings().end() && known->second.contains(made_in_place(volume)) &&
         inventory.volumes_of(app).contains(volume.name);
}

Refusal not_ours(Kind kind, const docker::StringMap& labels, const std::string& name) {
  Refusal refusal;
  refusal.kind = kind;
  refusal.component = label(labels, kLabelComponent);
  refusal.object = name;
  refusal.error = Error{ErrorClass::kBlocked, Reason::kNotOwner,
                        std::string(to_string(kind)) + " " + name +
                            " carries this App's labels, but was not made by Fairlead",
                        "remove it, or remove its dev.fairlead.* labels; Fairlead leaves it alone"};
  return refusal;
}

}  // namespace

// May what is left of an App that left the manifests be removed? If not, says why.
void Controller::judge_removal(Scope& scope, const std::string& key) const {
  const auto decision = prune_.decide(parts_.clock.steady_now());
  scope.policy.may_remove = decision.allowed.contains(key);
  const auto withhold = [&scope, &key](const std::string& why, std::string hint) {
    Refusal refusal;
    refusal.object = key;
    refusal.error = Error{ErrorClass::kBlocked, Reason::kPruneBlocked,
                          "'" + key + "' left the manifests " + why, std::move(hint)};
    scope.refusals.push_back(std::move(refusal));
  };
  if (const auto broken = desired_.broken_file(); !broken.empty()) {
    withhold("but " + broken + " is not a valid manifest and may still hold it",
             "fix or delete " + broken);
  } else if (desired_.mentioned().contains(key)) {
    withhold("in the form that was in force, and what they say now clashes with another's",
             "`fairlead get files -o json` says with what; until then nothing of it is changed");
  } else if (decision.withheld.contains(key)) {
    withhold("together with too many others to remove at once",
             "if that is meant: fairlead prune --confirm " + key);
  }
}

// Docker names of the shared networks among the desired, if `app` looks outside for any network.
std::set<std::string> Controller::declared_networks(const model::App& app) const {
  std::set<std::string> names;
  if (std::ranges::none_of(app.networks, &model::Network::external)) return names;
  for (const auto& [key, entry] : desired_.entries()) {
    if (const auto* shared = std::get_if<model::SharedNetwork>(&entry.value)) {
      names.insert(shared->network.docker_name);
    }
  }
  return names;
}

Controller::Scope Controller::scope_of(const std::string& key) const {
  Scope scope;
  scope.entry = desired_.find(key);
  scope.policy.instance = parts_.inventory.instance();
  scope.policy.access = options_.access;
  scope.policy.app_gone = scope.entry == nullptr;
  const auto now = parts_.clock.steady_now();
  if (scope.policy.app_gone) {
    scope.gone_app.name = key;
    scope.gone_app.prefix = key;
    judge_removal(scope, key);
  } else {
    if (const auto* app = std::get_if<model::App>(&scope.entry->value)) {
      scope.policy.declared_networks = declared_networks(*app);
    }
    scope.policy.may_remove = desired_.complete() && scope.entry->parts.ripe(options_.prune, now);
    scope.policy.recently_left = scope.entry->parts.recent(options_.prune, now);
  }
  const auto& all = cache_.observed();
  scope.observed.engine = all.engine;
  scope.observed.now = parts_.clock.wall_now();
  const auto mine = [this, &key](const docker::StringMap& labels) {
    return app_of(labels) == key && label(labels, kLabelInstance) == parts_.inventory.instance();
  };
  for (const auto& [id, container] : all.containers) {
    if (!mine(container.details.labels)) continue;
    const bool known = parts_.inventory.knows(Kind::kContainer, id);
    if (!known && !expected_container(scope.entry, container.details) &&
        !parts_.inventory.intended(Kind::kContainer, key, container.details.name)) {
      scope.refusals.push_back(
          not_ours(Kind::kContainer, container.details.labels, container.details.name));
      continue;
    }
    if (!known) scope.to_adopt.push_back(id);
    scope.observed.containers.emplace(id, container);
  }
  for (const auto& [id, network] : all.networks) {
    if (mine(network.labels)) {
      const bool known = parts_.inventory.knows(Kind::kNetwork, id);
      const bool expected = expected_network(scope.entry, network) ||
                            parts_.inventory.intended(Kind::kNetwork, key, network.name);
      if (!known && !expected) {
        scope.refusals.push_back(not_ours(Kind::kNetwork, network.labels, network.name));
        continue;
      }
      if (!known) scope.to_adopt.push_back(id);
    }
    scope.observed.networks.emplace(id, network);
  }
  for (const auto& [name, volume] : all.volumes) {
    if (app_of(volume.labels) == key || is_external(scope.entry, name) ||
        was_made_in_place(parts_.inventory, key, volume))
      scope.observed.volumes.emplace(name, volume);
  }
  return scope;
}

Plan Controller::plan_of(const Scope& scope, const std::string& key) const {
  static const Memory kNothing;
  const auto remembered = keys_.find(key);
  const Memory& memory = remembered == keys_.end() ? kNothing : remembered->second.memory;
  Plan plan;
  if (scope.entry == nullptr && desired_.mentioned().contains(key)) {
    // Refused, not gone: nothing of it is changed.
  } else if (scope.entry == nullptr) {
    plan = plan_app(scope.gone_app, scope.observed, scope.policy, memory);
  } else if (const auto* app = std::get_if<model::App>(&scope.entry->value)) {
    plan = plan_app(*app, scope.observed, scope.policy, memory);
  } else {
    plan = plan_shared_network(std::get<model::SharedNetwork>(scope.entry->value), scope.observed,
                               scope.policy, memory);
  }
  plan.refusals.insert(plan.refusals.end(), scope.refusals.begin(), scope.refusals.end());
  return plan;
}

// Objects with our labels and exactly the expected name that the inventory does not know: the
// process died between create and its record, or the state directory was lost (F115).
void Controller::adopt(const std::string& key, const Scope& scope) {
  for (const auto& id : scope.to_adopt) {
    InventoryEntry entry;
    entry.app = key;
    entry.id = id;
    const auto container = scope.observed.containers.find(id);
    if (container != scope.observed.containers.end()) {
      entry.name = container->second.details.name;
      entry.component = label(container->second.details.labels, kLabelComponent);
    } else {
      const auto& network = scope.observed.networks.at(id);
      entry.kind = Kind::kNetwork;
      entry.name = network.name;
      // The reply to our own create was lost.
      if (parts_.inventory.intended(Kind::kNetwork, key, network.name))
        parts_.inventory.changed(id);
      entry.component = label(network.labels, kLabelComponent);
    }
    parts_.inventory.adopted(entry);
  }
  for (const auto& [name, volume] : scope.observed.volumes) {
    if (!parts_.inventory.intended(Kind::kVolume, key, name)) continue;
    parts_.inventory.adopted(
        {Kind::kVolume, key, label(volume.labels, kLabelComponent), name, name});
  }
}

}  // namespace fairlead::controller
