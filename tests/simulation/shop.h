// The App that the simulations bring up, and the questions they ask of the engine afterwards.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>
#include <string>

#include "controller/objects/labels.h"
#include "tests/simulation/simulated_fleet.h"

namespace fairlead::simulation {

inline constexpr const char* kShop = R"(apiVersion: fairlead.dev/v1
kind: App
metadata: {name: shop}
spec:
  services:
    web: {image: "sample:1", networks: [frontend], restart: unless-stopped}
    api: {image: "sample:1", networks: [frontend, backend], restart: unless-stopped}
    db: {image: "sample:1", networks: [backend], restart: unless-stopped}
  networks:
    frontend: {}
    backend: {ipam: {config: [{subnet: 172.31.50.0/24}]}}
)";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// What exists, by name: the differential oracle. IDs differ between runs, names must not.
inline std::set<std::string> inventory_of(SimulatedFleet& fleet) {
  std::set<std::string> found;
  const std::string managed = std::string(controller::kLabelManaged);
  auto containers = fleet.by_hand(fleet.engine->by_hand().list_containers({managed + "=true"}, ""));
  for (const auto& c : *containers->objects) {
    found.insert("container " + c.names.front() + " " + c.state + " " + c.image);
  }
  auto networks = fleet.by_hand(fleet.engine->by_hand().list_networks(""));
  for (const auto& n : *networks->objects) {
    if (n.labels.contains(managed)) found.insert("network " + n.name);
  }
  return found;
}

// What a process that starts now finds on disk.
inline std::set<controller::InventoryEntry> recorded(const SimulatedFleet& fleet) {
  VirtualClock clock;
  controller::Inventory inventory(
      controller::file_in_memory(std::make_shared<std::string>(*fleet.disk.bytes)), clock);
  const auto loaded = inventory.load("none");
  EXPECT_TRUE(loaded) << loaded.error().message << "\n" << *fleet.disk.bytes;
  return inventory.entries();
}

// IDs of the containers and networks that are recorded on disk ("" for an intent), and of those
// that exist.
inline std::multiset<std::string> recorded_ids(const SimulatedFleet& fleet) {
  std::multiset<std::string> ids;
  for (const auto& entry : recorded(fleet)) {
    if (entry.kind != controller::Kind::kVolume) ids.insert(entry.id);
  }
  return ids;
}

inline std::multiset<std::string> existing_ids(SimulatedFleet& fleet) {
  std::multiset<std::string> ids;
  const std::string managed = std::string(controller::kLabelManaged);
  auto containers = fleet.by_hand(fleet.engine->by_hand().list_containers({managed + "=true"}, ""));
  for (const auto& c : *containers->objects)
    ids.insert(c.id);
  auto networks = fleet.by_hand(fleet.engine->by_hand().list_networks(""));
  for (const auto& n : *networks->objects) {
    if (n.labels.contains(managed)) ids.insert(n.id);
  }
  return ids;
}

inline std::string tail(const SimulatedFleet& fleet) {
  std::string text;
  const std::size_t from = fleet.log.size() > 40 ? fleet.log.size() - 40 : 0;
  for (std::size_t i = from; i < fleet.log.size(); ++i)
    text += fleet.log[i] + "\n";
  return text;
}

// Lines of the log that contain `text`.
inline std::size_t lines_with(const SimulatedFleet& fleet, const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      fleet.log, [&text](const auto& line) { return line.find(text) != std::string::npos; }));
}

inline const controller::AppStatus& status_of(SimulatedFleet& fleet, const std::string& app) {
  return fleet.controller().apps().at(app);
}

// "True REASON: MESSAGE"; "" if it is not there.
inline std::string condition(SimulatedFleet& fleet, const std::string& app,
                             const std::string& type) {
  const auto* found = controller::find_condition(status_of(fleet, app).conditions, type);
  if (found == nullptr) return "";
  return (found->status == controller::Truth::kTrue ? "True " : "False ") + found->reason + ": " +
         found->message.get();
}

inline const std::set<std::string> kConvergedShop = {
    "container shop-api-1 running sample:1", "container shop-db-1 running sample:1",
    "container shop-web-1 running sample:1", "network shop_backend", "network shop_frontend"};

}  // namespace fairlead::simulation
