// The table in networks.h, row by row: plan_external(), plan_missing(), plan_existing() with its
// duplicates and changes. None of them touches a network that exists, but for an own duplicate that
// is empty.
#include "controller/plan/networks.h"

#include <algorithm>

#include "controller/diff/network.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/plan/denied.h"
#include "controller/plan/leftovers.h"
#include "controller/plan/readings.h"
#include "controller/plan/steps.h"
#include "controller/request/live.h"
#include "model/form/canonical.h"

namespace fairlead::controller {
namespace {

std::string naming(const model::Network& network) {
  return "network " + network.docker_name;
}

void refuse_network(Planner& p, const model::Network& network, NetworkUse use, Error error) {
  p.networks[network.key].use = use;
  refuse(p, Kind::kNetwork, network.key, network.docker_name, std::move(error), network.position);
}

// Only looked for: not compared, not made, not removed. It must be one, for an endpoint names it.
void plan_external(Planner& p, const model::Network& network) {
  const auto found = namesakes(network.docker_name, p.observed);
  if (found.size() == 1) {
    p.networks[network.key].live = found.front();
  } else if (found.empty() && p.policy.declared_networks.contains(network.docker_name)) {
    p.networks[network.key].use = NetworkUse::kUnusable;
    p.plan.waiting.push_back(naming(network) + " is declared and not there yet");
  } else if (found.empty()) {
    refuse_network(p, network, NetworkUse::kUnusable,
                   {ErrorClass::kBlocked, Reason::kNotFound,
                    naming(network) + " is external and does not exist",
                    "create it, or declare it as a `kind: Network`"});
  } else {
    refuse_network(p, network, NetworkUse::kUnusable,
                   {ErrorClass::kBlocked, Reason::kNetworkAmbiguous,
                    std::to_string(found.size()) + " networks are called " + network.docker_name,
                    "remove all but one, by ID"});
  }
}

// True if it left the manifest and no stranger is on it: it can make room (clear_subnet).
bool can_go(const Planner& p, const docker::Network& network) {
  // `prune: false` keeps it, whoever wants its subnet.
  if (!p.app.prune || !own_network(network, p) || !left_over(network, p)) return false;
  return std::ranges::all_of(members_of(network, p.observed), [&p](const auto& member) {
    const auto found = p.observed.containers.find(member.first);
    return found != p.observed.containers.end() && !found->second.uncertain &&
           owned(found->second.details.labels, p.policy.instance, p.app.name);
  });
}

// Created, unless somebody removes it again and again, or its subnet is in use. An own network that
// left the manifest gives its subnet up within the same plan (clear_subnet in obstacles.cpp).
void plan_missing(Planner& p, const model::Network& network, const Steps& after) {
  p.plan.drift.push_back(
      {Kind::kNetwork, Drift::Type::kMissing, network.key, network.docker_name, "", "", "", false});
  if (held(p, Kind::kNetwork, network.key, network.docker_name, "")) {
    p.networks[network.key].use = NetworkUse::kUnusable;
    return;
  }
  // Before the create: the engine's refusal comes late, and does not say whose it is.
  const auto others = overlapping(network, p.observed);
  const auto stays =
      std::ranges::find_if(others, [&p](const auto* each) { return !can_go(p, *each); });
  if (stays != others.end()) {
    const auto* other = *stays;
    std::string theirs = other->ipam.empty() ? "" : " (" + other->ipam.front().subnet + ")";
    refuse_network(p, network, NetworkUse::kUnusable,
                   {ErrorClass::kBlocked, Reason::kSubnetOverlap,
                    naming(network) + ": subnet " + network.ipam.front().subnet +
                        " overlaps with network " + other->name + theirs,
                    "choose another subnet, or remove the other network"});
    return;
  }
  p.networks[network.key].created = {
      add(p, {.kind = Kind::kNetwork,
              .component = network.key,
              .object = network.docker_name,
              .action = CreateNetwork{network_spec(p.app.name, network, p.policy)},
              .after = after,
              .reason = naming(network) + " is missing"})};
  // All that are in the way can go; leftovers.cpp takes them off before this creation.
  for (const auto* other : others)
    p.blocking[other->id] = p.networks[network.key].created.front();
}

// What differs, told and left alone. The hash tells a change of the manifest from one of the
// engine's side, for the person who has to choose between them; the refusal is the same.
void plan_changed(Planner& p, const model::Network& network, const docker::Network& live) {
  auto drift = diff_network(network, live);
  const bool from_manifest =
      label(live.labels, kLabelSpecHash) != model::network_spec_hash(network);
  p.plan.compared[live.id];
  // After a change of the manifest nothing is a reading: the network was made from another one.
  if (!from_manifest)
    std::erase_if(drift, [&](const Drift& each) { return not_applied(p, live.id, each); });
  if (drift.empty()) return;
  for (auto& each : drift)
    each.from_manifest = from_manifest;
  std::string hint = p.app.network_recreate == model::NetworkRecreate::kNever
                         ? "networkRecreate is `never`: put the old value back, or remove the "
                           "network and its containers by hand"
                         : "re-creation of a network is not available in this version: remove it "
                           "and its containers by hand";
  refuse_network(p, network, NetworkUse::kFrozen,
                 {ErrorClass::kInvalid, Reason::kResourceRecreationAttempt,
                  naming(network) + ": " + difference(p, drift.front()) +
                      "; the engine cannot change it in place",
                  std::move(hint)});
  p.plan.drift.insert(p.plan.drift.end(), drift.begin(), drift.end());
}

// Names are not unique before Engine 25 (F001): own extras go, by ID, once they are empty.
void plan_duplicates(Planner& p, const model::Network& network, const docker::Network& live) {
  for (const auto* other : namesakes(network.docker_name, p.observed)) {
    if (other == &live) continue;
    if (!own_network(*other, p)) {
      refuse_network(p, network, NetworkUse::kFrozen,
                     {ErrorClass::kBlocked, Reason::kNetworkAmbiguous,
                      naming(network) + ": a foreign network has the same name (ID " +
                          other->id.substr(0, 12) + ")",
                      "rename or remove the foreign network"});
      continue;
    }
    p.plan.drift.push_back({Kind::kNetwork, Drift::Type::kExtra, network.key, other->name, "", "",
                            other->id.substr(0, 12), false});
    // It goes in a later pass: own members are moved to the one that stays by their network's ID.
    if (!members_of(*other, p.observed).empty()) continue;
    remove_network(p, *other, network.key, {},
                   naming(network) + " exists twice; this one has no endpoints");
  }
}

// There is one of that name, or several: one of ours decides, and a stranger's alone is NameTaken.
void plan_existing(Planner& p, const model::Network& network) {
  // By labels; whatever is ours by them and not by the inventory is not in sight (pass/visible.h).
  const auto* live = live_network(p.app, network, p.observed, p.policy.instance);
  p.networks[network.key].live = live;
  if (live == nullptr) {
    refuse_network(p, network, NetworkUse::kUnusable,
                   {ErrorClass::kBlocked, Reason::kNameTaken,
                    naming(network) + " exists and is not this App's",
                    "to use it: `external: true, name: " + network.docker_name +
                        "`; else give this one another `name:`"});
    return;
  }
  plan_duplicates(p, network, *live);
  plan_changed(p, network, *live);
}

}  // namespace

bool own_network(const docker::Network& network, const Planner& p) {
  return owned(network.labels, p.policy.instance, p.app.name);
}

void plan_networks(Planner& p) {
  std::vector<const model::Network*> dynamic;
  Steps fixed;  // a dynamic pool must not take what a declared subnet needs
  for (const auto& network : p.app.networks) {
    // Each has a state from now on, also one that is refused: services look it up by at().
    p.networks[network.key];
    if (denied(p, network)) {
      p.networks[network.key].use = NetworkUse::kUnusable;
    } else if (network.external) {
      plan_external(p, network);
    } else if (!namesakes(network.docker_name, p.observed).empty()) {
      plan_existing(p, network);
    } else if (network.ipam.empty()) {
      dynamic.push_back(&network);
    } else {
      plan_missing(p, network, {});
      append(fixed, p.networks[network.key].created);
    }
  }
  for (const auto* network : dynamic)
    plan_missing(p, *network, fixed);
}

}  // namespace fairlead::controller
