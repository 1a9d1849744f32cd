// link() and unlink() are each other's reverse, member by member: what one enters the other takes
// out, from the very value that was entered.
#include "controller/observed/index.h"

#include "controller/objects/labels.h"
#include "controller/objects/owned.h"

namespace fairlead::controller {
namespace {

template <typename Object>
const Object* find_in(const std::map<std::string, Object>& all, const std::string& key) {
  const auto found = all.find(key);
  return found == all.end() ? nullptr : &found->second;
}

void add(std::map<std::string, int>& counts, const std::string& key, int more) {
  const auto at = counts.try_emplace(key, 0).first;
  at->second += more;
  // Nothing is left behind of networks and owners that are gone.
  if (at->second == 0) counts.erase(at);
}

}  // namespace

void ObservedIndex::put(ObservedContainer container) {
  const std::string id = container.details.id;
  // Always by way of the old value: its labels and endpoints may have been others.
  erase_container(id);
  link(all_.containers.emplace(id, std::move(container)).first->second);
  ++edits_.containers;
}

void ObservedIndex::put(docker::Network network) {
  const std::string id = network.id;
  erase_network(id);
  link(all_.networks.emplace(id, std::move(network)).first->second);
  ++edits_.networks;
}

// Volumes have no way but their App and their name.
void ObservedIndex::put(docker::Volume volume) {
  const std::string name = volume.name;
  erase_volume(name);
  if (const auto app = app_of(volume.labels); !app.empty()) apps_[app].volumes.insert(name);
  all_.volumes.emplace(name, std::move(volume));
  ++edits_.volumes;
}

void ObservedIndex::erase_container(const std::string& id) {
  const auto* known = find_in(all_.containers, id);
  if (known == nullptr) return;
  unlink(*known);
  all_.containers.erase(id);
  ++edits_.containers;
}

void ObservedIndex::erase_network(const std::string& id) {
  const auto* known = find_in(all_.networks, id);
  if (known == nullptr) return;
  unlink(*known);
  all_.networks.erase(id);
  ++edits_.networks;
}

void ObservedIndex::erase_volume(const std::string& name) {
  const auto* known = find_in(all_.volumes, name);
  if (known == nullptr) return;
  if (const auto app = app_of(known->labels); !app.empty()) {
    apps_[app].volumes.erase(name);
    remove_if_empty(app);
  }
  all_.volumes.erase(name);
  ++edits_.volumes;
}

void ObservedIndex::doubt(const std::string& container) {
  const auto known = all_.containers.find(container);
  if (known == all_.containers.end()) return;
  known->second.uncertain = true;
  ++edits_.containers;
}

void ObservedIndex::link(const ObservedContainer& container) {
  const auto& details = container.details;
  count_owner(details.labels, 1);
  if (const auto app = app_of(details.labels); !app.empty())
    apps_[app].containers.insert(details.id);
  for (const auto& endpoint : details.endpoints)
    add(endpoints_, endpoint.network_id, 1);
}

void ObservedIndex::unlink(const ObservedContainer& container) {
  const auto& details = container.details;
  count_owner(details.labels, -1);
  if (const auto app = app_of(details.labels); !app.empty()) {
    apps_[app].containers.erase(details.id);
    remove_if_empty(app);
  }
  for (const auto& endpoint : details.endpoints)
    add(endpoints_, endpoint.network_id, -1);
}

void ObservedIndex::link(const docker::Network& network) {
  count_owner(network.labels, 1);
  if (const auto app = app_of(network.labels); !app.empty()) apps_[app].networks.insert(network.id);
  network_names_.emplace(network.name, network.id);
  for (const auto& pool : network.ipam)
    // What is no block overlaps with nothing (drivers may show anything).
    if (const auto block = model::parse_cidr(pool.subnet)) subnets_.insert(*block, &network);
}

// An empty set is taken out, so that names that are gone cost nothing.
void ObservedIndex::unlink(const docker::Network& network) {
  count_owner(network.labels, -1);
  if (const auto app = app_of(network.labels); !app.empty()) {
    apps_[app].networks.erase(network.id);
    remove_if_empty(app);
  }
  network_names_.erase({network.name, network.id});
  for (const auto& pool : network.ipam)
    if (const auto block = model::parse_cidr(pool.subnet)) subnets_.erase(*block, &network);
}

void ObservedIndex::count_owner(const docker::Labels& labels, int more) {
  const auto instance = label(labels, kLabelInstance);
  const auto app = app_of(labels);
  // Not one of Fairlead's.
  if (instance.empty()) return;
  const auto at = owners_.try_emplace({instance, app}, 0).first;
  at->second += more;
  if (at->second == 0) owners_.erase(at);
}

// apps() names only those of which there is something: orphans are counted by it.
void ObservedIndex::remove_if_empty(const std::string& app) {
  const auto found = apps_.find(app);
  const auto& objects = found->second;
  if (objects.containers.empty() && objects.networks.empty() && objects.volumes.empty())
    apps_.erase(found);
}

const AppObjects& ObservedIndex::of(const std::string& app) const {
  // So that a caller needs no case for Apps of which there is nothing.
  static const AppObjects kNothing;
  const auto* found = find_in(apps_, app);
  return found == nullptr ? kNothing : *found;
}

// An ID first, then a name: a network may be called like another's ID (F003), and both are asked
// for.
std::vector<const docker::Network*> ObservedIndex::networks_called(
    const std::string& name_or_id) const {
  std::vector<const docker::Network*> found;
  if (const auto* network = find_in(all_.networks, name_or_id)) found.push_back(network);
  for (auto at = network_names_.lower_bound({name_or_id, ""});
       at != network_names_.end() && at->first == name_or_id; ++at)
    found.push_back(&all_.networks.at(std::string(at->second)));
  return found;
}

std::vector<const docker::Network*> ObservedIndex::networks_around(const model::Cidr& block) const {
  return subnets_.overlapping(block);
}

int ObservedIndex::endpoints_on(const std::string& network) const {
  const auto* found = find_in(endpoints_, network);
  return found == nullptr ? 0 : *found;
}

}  // namespace fairlead::controller
