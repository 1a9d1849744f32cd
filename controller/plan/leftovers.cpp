// Containers first, in the order of their labels; networks when all who leave them are known.
// Whether something goes is why_it_stays()'s word; here it gets its facts, and its answer is put
// into words.
#include "controller/plan/leftovers.h"

#include <algorithm>

#include "controller/guard/contention.h"
#include "controller/guard/part_absence.h"
#include "controller/guard/removal.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/plan/networks.h"
#include "controller/plan/obstacles.h"
#include "controller/plan/steps.h"

namespace fairlead::controller {
namespace {

bool has_service(const Planner& p, const std::string& name, int number) {
  return !p.policy.app_gone &&
         std::any_of(p.app.services.begin(), p.app.services.end(), [&](const auto& service) {
           return service.name == name && number <= model::replicas_of(service);
         });
}

const model::Network* declared(const Planner& p, const std::string& key) {
  if (p.policy.app_gone) return nullptr;
  for (const auto& network : p.app.networks)
    if (network.key == key) return &network;
  return nullptr;
}

// What the guard says of an object that left the manifest.
Stays judged(const Planner& p, Kind kind, const std::string& object, const std::string& part,
             bool readable, bool going, bool used) {
  Removal removal;
  removal.kind = kind;
  removal.ours = true;   // by its labels here, by the inventory where it was made visible
  removal.named = true;  // plan_component, left_over
  removal.prune = p.app.prune;
  removal.absent = p.policy.may_remove && !p.policy.recently_left.contains(part);
  removal.contended = p.memory.contended.contains(contention_key({.kind = kind, .object = object}));
  removal.readable = readable;
  removal.going = going;
  removal.used = used;
  return why_it_stays(removal);
}

std::string gone_reason(const Planner& p, const std::string& what) {
  return p.policy.app_gone ? "App " + p.app.name + " left the directory"
                           : what + " left the manifest";
}

// By Compose's label, which is there when the manifest is gone.
bool depends_on(const docker::Container& container, const std::string& component) {
  // With a comma before the first, so that `b` is not found in `ab`.
  const std::string text = "," + label(container.labels, kLabelDependsOn);
  return text.find("," + component + ":") != std::string::npos;
}

// Steps that remove what depends on the component: they come first, as in Compose's `down`.
Steps dependants_gone(const Planner& p, const std::string& component) {
  Steps steps;
  for (const auto& [id, step] : p.removals) {
    const auto found = p.observed.containers.find(id);
    if (found != p.observed.containers.end() && depends_on(found->second.details, component))
      steps.push_back(step);
  }
  return steps;
}

void extra(Planner& p, Kind kind, const std::string& component, const std::string& object) {
  p.plan.drift.push_back({kind, Drift::Type::kExtra, component, object, "", "", "", false});
}

void wait_for_grace(Planner& p, Kind kind, const std::string& object) {
  wait_for(p, std::string(to_string(kind)) + " " + object +
                  " left the manifest; its removal is withheld");
}

// It stays, and must not be in the way of what the manifest wants instead.
void make_room(Planner& p, const ObservedContainer& container, const std::string& component) {
  const auto& details = container.details;
  // Of an App that is gone nothing needs the room.
  if (!p.app.prune || p.policy.app_gone || container.uncertain || details.state == "removing")
    return;
  set_aside(p, details,
            prev_name(model::container_name_of(p.app.prefix, component, number_of(details))));
}

void remove_leftover(Planner& p, const ObservedContainer& container, const std::string& component) {
  const auto& details = container.details;
  extra(p, Kind::kContainer, component, details.name);
  const auto stays =
      judged(p, Kind::kContainer, details.name, container_part(component, number_of(details)),
             !container.uncertain, details.state == "removing", false);
  switch (stays) {
    case Stays::kTooEarly:
      wait_for_grace(p, Kind::kContainer, details.name);
      break;
    case Stays::kContended:
      held(p, Kind::kContainer, component, details.name, "");
      break;
    case Stays::kUnreadable:
      return wait_for(p, "container " + details.name + " can't be inspected; it is left alone");
    case Stays::kGoing:
      return wait_for(p,
                      "container " + details.name + " is being removed (RemovalStuck if it stays)");
    case Stays::kGoes:
      remove_container(p, details, component, dependants_gone(p, component),
                       gone_reason(p, "service " + component), 10);
      return;
    default:
      break;  // as the manifest asks
  }
  make_room(p, container, component);
}

// One of several that carry one component's labels: which of them is a copy nobody can tell.
void refuse_stranger(Planner& p, const std::string& component, const std::string& is,
                     const std::string& name) {
  refuse(p, Kind::kContainer, component, is,
         {ErrorClass::kBlocked, Reason::kNotOwner,
          "container " + is + " carries the labels of " + name + " under another name",
          "remove it by hand if it is not needed"});
}

// The expected name of a service that is not declared any more. `container_name:` is not known
// here: a lone container of the component is taken for it; the inventory has the last word.
void plan_component(Planner& p, const std::string& component, int number,
                    const std::vector<const ObservedContainer*>& containers) {
  const std::string name = model::container_name_of(p.app.prefix, component, number);
  for (const auto* container : containers) {
    const std::string& is = container->details.name;
    const bool expected = is == name || is == next_name(name) || is == prev_name(name);
    if (expected || containers.size() == 1) {
      remove_leftover(p, *container, component);
      continue;
    }
    refuse_stranger(p, component, is, name);
  }
}

std::string joined_names(const std::map<std::string, std::string>& members) {
  std::string text;
  for (const auto& [id, name] : members)
    text += (text.empty() ? "" : ", ") + (name.empty() ? id.substr(0, 12) : name);
  return text;
}

void remove_leftover(Planner& p, const docker::Network& network, const std::string& component) {
  // At once, without the grace: what takes its subnet is waiting (obstacles.h).
  if (const auto creation = p.blocking.find(network.id); creation != p.blocking.end()) {
    p.plan.drift.push_back(
        {Kind::kNetwork, Drift::Type::kExtra, component, network.name, "", "", "", true});
    return clear_subnet(p, network, creation->second);
  }
  extra(p, Kind::kNetwork, component, network.name);
  auto staying = members_of(network, p.observed);
  Steps after;
  // Who leaves by this plan is counted as gone, and its step waited for.
  for (const auto& [container, step] : p.detaches[network.id]) {
    staying.erase(container);
    after.push_back(step);
  }
  const auto stays = judged(p, Kind::kNetwork, network.name, network_part(network.name), true,
                            false, !staying.empty());
  if (stays == Stays::kTooEarly) return wait_for_grace(p, Kind::kNetwork, network.name);
  if (stays == Stays::kContended) {
    held(p, Kind::kNetwork, component, network.name, "");
    return;
  }
  // By foreign containers, or by own ones that stay: nobody is forced off (F008).
  if (stays == Stays::kUsed) {
    refuse(p, Kind::kNetwork, component, network.name,
           {ErrorClass::kBlocked, Reason::kInUse,
            "network " + network.name + " is still used by " + joined_names(staying),
            "detach or remove these containers"});
  }
  if (stays != Stays::kGoes) return;
  remove_network(p, network, component, std::move(after), gone_reason(p, "network " + component));
}

using Instance = std::pair<std::string, int>;  // component and number
using Leftovers = std::map<Instance, std::vector<const ObservedContainer*>>;

// What depends on others before these.
void plan_in_order(Planner& p, const Leftovers& leftovers, const Instance& instance,
                   std::set<Instance>& seen) {
  if (!seen.insert(instance).second) return;  // also ends a circle of labels
  for (const auto& [other, containers] : leftovers)
    if (std::ranges::any_of(containers, [&](const auto* each) {
          return depends_on(each->details, instance.first);
        }))
      plan_in_order(p, leftovers, other, seen);
  plan_component(p, instance.first, instance.second, leftovers.at(instance));
}

}  // namespace

void plan_leftover_containers(Planner& p) {
  Leftovers leftovers;
  for (const auto& [id, container] : p.observed.containers) {
    const std::string component = label(container.details.labels, kLabelComponent);
    if (!owned(container.details.labels, p.policy.instance, p.app.name) ||
        has_service(p, component, number_of(container.details)))
      continue;
    // Nothing depends on a step, so it needs no place in the order.
    if (is_hook(container.details)) {
      remove_leftover(p, container, component);
    } else {
      leftovers[{component, number_of(container.details)}].push_back(&container);
    }
  }
  std::set<Instance> seen;
  for (const auto& [instance, containers] : leftovers)
    plan_in_order(p, leftovers, instance, seen);
}

bool left_over(const docker::Network& network, const Planner& p) {
  const std::string component = label(network.labels, kLabelComponent);
  const auto* wanted = declared(p, component);
  if (wanted == nullptr) return true;
  if (wanted->external) return wanted->docker_name != network.name;
  // Declared, but under another name now: the old one goes only if it has the derived name.
  return wanted->docker_name != network.name && network.name == p.app.prefix + "_" + component;
}

void plan_leftover_networks(Planner& p) {
  for (const auto& [id, network] : p.observed.networks) {
    if (!own_network(network, p)) continue;
    if (left_over(network, p)) remove_leftover(p, network, label(network.labels, kLabelComponent));
  }
}

}  // namespace fairlead::controller
