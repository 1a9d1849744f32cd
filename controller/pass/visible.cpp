#include "controller/pass/visible.h"

#include <algorithm>
#include <map>
#include <vector>

#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "model/cidr.h"

namespace fairlead::controller {
namespace {

// `<name>` itself, or the derived names of a replacement in progress: `<name>.next`, `<name>.prev`.
bool is_name_or_derived(const std::string& actual, const std::string& expected) {
  return actual == expected ||
         (actual.starts_with(expected) && actual.substr(expected.size()).starts_with('.'));
}

bool expected_container(const DesiredEntry* entry, const docker::Container& container) {
  const auto* app = entry == nullptr ? nullptr : entry->app();
  if (app == nullptr) return false;
  return std::ranges::any_of(app->services, [&](const model::Service& service) {
    // Both: a container of another service that has this one's name is no replacement of it.
    return service.name == label(container.labels, kLabelComponent) &&
           is_name_or_derived(container.name,
                              replica(*app, service, number_of(container)).container_name);
  });
}

bool expected_network(const DesiredEntry* entry, const docker::Network& network) {
  if (entry == nullptr) return false;
  if (const auto* shared = entry->network()) {
    return shared->network.docker_name == network.name;
  }
  return std::ranges::any_of(entry->app()->networks, [&network](const model::Network& desired) {
    return desired.docker_name == network.name && !desired.external;
  });
}

std::vector<std::string> external_volumes(const DesiredEntry* entry) {
  std::vector<std::string> names;
  const auto* app = entry == nullptr ? nullptr : entry->app();
  if (app == nullptr) return names;
  for (const auto& volume : app->volumes)
    if (volume.external) names.push_back(volume.docker_name);
  return names;
}

std::vector<model::Network> networks_of(const DesiredEntry* entry) {
  if (entry == nullptr) return {};
  if (const auto* shared = entry->network()) return {shared->network};
  return entry->app()->networks;
}

bool was_made_in_place(const Inventory& inventory, const std::string& app,
                       const docker::Volume& volume) {
  // Somebody gave it labels since, or made it himself.
  if (!volume.labels.empty()) return false;
  const auto known = inventory.readings().find(volume.name);
  return known != inventory.readings().end() && known->second.contains(made_in_place(volume)) &&
         inventory.volumes_of(app).contains(volume.name);
}

Refusal not_ours(Kind kind, const docker::Labels& labels, const std::string& name) {
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

// Adds what of one kind may be seen.
struct Looking {
  const std::string& key;
  const DesiredEntry* entry;
  const Inventory& inventory;
  Visible found;

  bool mine(const docker::Labels& labels) const {
    return app_of(labels) == key && label(labels, kLabelInstance) == inventory.instance();
  }
  // True if an object with the App's labels is ours. `expected`: its name is.
  bool ours(Kind kind, const std::string& id, const std::string& name, const docker::Labels& labels,
            bool expected) {
    // Under whatever name it has now: a renamed container is still ours.
    if (inventory.knows(kind, id)) return true;
    // Labels alone: an image or a copied command line may have brought them (F117).
    if (!expected && !inventory.intended(kind, key, name)) {
      found.refusals.push_back(not_ours(kind, labels, name));
      return false;
    }
    found.to_adopt.push_back(id);
    return true;
  }
  void add(const std::string& id, const ObservedContainer& container) {
    const auto& details = container.details;
    if (!mine(details.labels)) return;
    if (ours(Kind::kContainer, id, details.name, details.labels,
             expected_container(entry, details)))
      found.observed.containers.emplace(id, container);
  }
  void add(const docker::Network& network) {
    const auto& id = network.id;
    // Others' networks may be seen, for our containers join them and our subnets meet them.
    if (!mine(network.labels) ||
        ours(Kind::kNetwork, id, network.name, network.labels, expected_network(entry, network)))
      found.observed.networks.emplace(id, network);
  }
  void add_volume(const Observed& all, const std::string& name) {
    if (const auto volume = all.volumes.find(name); volume != all.volumes.end())
      found.observed.volumes.insert(*volume);
  }
};

// See visible.h; in order of ID.
std::map<std::string, const docker::Network*> networks_for(const DesiredEntry* entry,
                                                           const std::string& key,
                                                           const ObservedIndex& all) {
  std::map<std::string, const docker::Network*> found;
  const auto add = [&found](const std::vector<const docker::Network*>& networks) {
    for (const auto* network : networks)
      found.emplace(network->id, network);
  };
  // By label, by name, by what containers know, by address: each way finds what the others can't.
  for (const auto& id : all.of(key).networks)
    add(all.networks_called(id));
  for (const auto& network : networks_of(entry)) {
    add(all.networks_called(network.docker_name));
    if (network.config_from) add(all.networks_called(*network.config_from));
    for (const auto& pool : network.ipam)
      if (const auto block = model::parse_cidr(pool.subnet)) add(all.networks_around(*block));
  }
  for (const auto& id : all.of(key).containers) {
    const auto& container = all.all().containers.at(id).details;
    // Its mode may name a network that nothing else of the App names any more
    // (ApiFeature::kModeMustExist).
    add(all.networks_called(container.network_mode));
    for (const auto& endpoint : container.endpoints) {
      add(all.networks_called(endpoint.network_name));
      add(all.networks_called(endpoint.network_id));
    }
  }
  return found;
}

void look_for_volumes(Looking& looking, const ObservedIndex& all) {
  for (const auto& name : all.of(looking.key).volumes)
    looking.add_volume(all.all(), name);
  for (const auto& name : external_volumes(looking.entry))
    looking.add_volume(all.all(), name);
  for (const auto& name : looking.inventory.volumes_of(looking.key)) {
    const auto found = all.all().volumes.find(name);
    if (found != all.all().volumes.end() &&
        was_made_in_place(looking.inventory, looking.key, found->second))
      looking.add_volume(all.all(), name);
  }
}

}  // namespace

Visible visible_to(const std::string& key, const DesiredEntry* entry, const ObservedIndex& all,
                   const Inventory& inventory, WallTime now) {
  Looking looking{key, entry, inventory, {}};
  looking.found.observed.engine = all.all().engine;
  looking.found.observed.now = now;
  for (const auto& id : all.of(key).containers)
    looking.add(id, all.all().containers.at(id));
  for (const auto& [id, network] : networks_for(entry, key, all))
    looking.add(*network);
  look_for_volumes(looking, all);
  return std::move(looking.found);
}

void adopt(Inventory& inventory, const std::string& key, const Visible& visible) {
  const auto& observed = visible.observed;
  for (const auto& id : visible.to_adopt) {
    InventoryEntry entry;
    entry.app = key;
    entry.id = id;
    if (const auto found = observed.containers.find(id); found != observed.containers.end()) {
      entry.name = found->second.details.name;
      entry.component = label(found->second.details.labels, kLabelComponent);
    } else {
      const auto& network = observed.networks.at(id);
      entry.kind = Kind::kNetwork;
      entry.name = network.name;
      entry.component = label(network.labels, kLabelComponent);
      // The reply to our own create was lost.
      if (inventory.intended(Kind::kNetwork, key, network.name)) inventory.changed(id);
    }
    inventory.adopted(entry);
  }
  // A volume is known by its name, so an intent of that name is all there can be.
  for (const auto& [name, volume] : observed.volumes) {
    if (!inventory.intended(Kind::kVolume, key, name)) continue;
    inventory.adopted({Kind::kVolume, key, label(volume.labels, kLabelComponent), name, name});
  }
}

}  // namespace fairlead::controller
