// What the engine holds, and the ways to find in it: by App, by name, by subnet. A pass looks at
// what its App has to do with, and costs the same beside ten Apps and beside thousands.
//
// The indices are kept with each change. Pointers that are given out hold until the next one.
//
// Written by the cache alone; everybody else reads. Labels are believed here as they stand: whether
// an object is ours is for others to ask (objects/owned.h, pass/visible.h), so an App that a
// stranger's label names is in apps() too.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/observed/observed.h"
#include "model/block_map.h"
#include "model/cidr.h"

namespace fairlead::controller {

// What carries one App's label, whoever's instance it is.
struct AppObjects {
  std::set<std::string> containers;  // IDs
  std::set<std::string> networks;    // IDs
  std::set<std::string> volumes;     // names
};

// How often something of each kind was put, erased or doubted: equal numbers, and nothing is other
// than it was.
struct Edits {
  std::uint64_t containers = 0;
  std::uint64_t networks = 0;
  std::uint64_t volumes = 0;
};

// All objects and the ways to them. put() replaces an object whole: nothing is changed in place but
// the doubt, so no way can be left pointing at what was.
class ObservedIndex {
 public:
  ObservedIndex() = default;
  ObservedIndex(const ObservedIndex&) = delete;
  ObservedIndex& operator=(const ObservedIndex&) = delete;

  const Observed& all() const { return all_; }
  const Edits& edits() const { return edits_; }
  void set_engine(docker::EngineInfo info) { all_.engine = std::move(info); }

  // Each takes the place of what had its ID, or name, before.
  void put(ObservedContainer container);
  void put(docker::Network network);
  void put(docker::Volume volume);
  // Nothing happens if it is not there.
  void erase_container(const std::string& id);
  void erase_network(const std::string& id);
  void erase_volume(const std::string& name);
  // Inspect failed: what is known of it is not to be relied on.
  void doubt(const std::string& container);

  // By App key; every App of which there is anything.
  const std::map<std::string, AppObjects>& apps() const { return apps_; }
  const AppObjects& of(const std::string& app) const;
  // Pairs of an instance and one of its Apps that has a container or network here, with how many.
  // It tells whether another Fairlead keeps this engine (F094). Volumes do not count: they outlive
  // their owner.
  const std::map<std::pair<std::string, std::string>, int>& owners() const { return owners_; }

  // By name, which need not be unique (F001), or by ID.
  std::vector<const docker::Network*> networks_called(const std::string& name_or_id) const;
  // Those with a subnet that overlaps with `block` (F004). One may be named more than once, by each
  // of its pools.
  std::vector<const docker::Network*> networks_around(const model::Cidr& block) const;
  // Endpoints of managed containers on a network, by its ID.
  int endpoints_on(const std::string& network) const;

 private:
  void link(const ObservedContainer& container);
  void unlink(const ObservedContainer& container);
  void link(const docker::Network& network);
  void unlink(const docker::Network& network);
  void count_owner(const docker::Labels& labels, int more);
  void remove_if_empty(const std::string& app);

  Observed all_;
  Edits edits_;
  std::map<std::string, AppObjects> apps_;
  std::map<std::pair<std::string, std::string>, int> owners_;
  // Of networks: name and ID. The texts are those of the network in `all_`, which does not move.
  std::set<std::pair<std::string_view, std::string_view>> network_names_;
  model::BlockMap<const docker::Network*> subnets_;
  std::map<std::string, int> endpoints_;  // by network ID
};

}  // namespace fairlead::controller
