// The state directory's disk: slow, full or dead. What must be on it first waits for it, and nobody
// else does.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Operation;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kNeighbour =
    "services: {a: {image: \"x:1\", restart: unless-stopped}}\nnetworks: {default: {}}\n";

std::uint64_t creations(const SimulatedFleet& fleet) {
  return fleet.engine->calls(Operation::kContainerCreate) +
         fleet.engine->calls(Operation::kNetworkCreate) +
         fleet.engine->calls(Operation::kVolumeCreate);
}

bool mentions(const SimulatedFleet& fleet, const std::string& text) {
  return std::ranges::any_of(
      fleet.log, [&text](const std::string& line) { return line.find(text) != std::string::npos; });
}

TEST(Disk, NothingIsCreatedBeforeItsIntentIsOnDisk) {
  SimulatedFleet fleet(9500);
  fleet.files["shop.yaml"] = replaced(kShop, "networks: [backend]",
                                      "networks: [backend], "
                                      "volumes: ['data:/data']") +
                             "  volumes: {data: {}}\n";
  std::uint64_t checked = 0;
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
    if (operation != Operation::kContainerCreate && operation != Operation::kNetworkCreate &&
        operation != Operation::kVolumeCreate)
      return docker::Fault{};
    // Which one it is the hook is not told: of all that is there or on its way, each is on disk.
    EXPECT_GE(recorded(fleet).size(), ++checked);
    return docker::Fault{};
  });
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(checked, 6u);
}

TEST(Disk, AWriteThatDoesNotEndStopsCreationsAndNothingElse) {
  SimulatedFleet fleet(9501);
  fleet.files["other.yaml"] = kNeighbour;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
  fleet.run_for(seconds(2));
  const auto before = creations(fleet);
  fleet.disk.hold();
  // More creations than there are permits for the engine, and fewer Apps than workers.
  for (int i = 0; i < 12; ++i)
    fleet.files["shop" + std::to_string(i) + ".yaml"] =
        replaced(replaced(kShop, "name: shop", "name: shop" + std::to_string(i)), "172.31.50.0",
                 "172.31." + std::to_string(60 + i) + ".0");
  fleet.run_for(seconds(5));
  auto& hand = fleet.engine->by_hand();
  fleet.by_hand(hand.disconnect_network("other_default", "other-a-1", true)).value();
  fleet.run_for(seconds(3));
  EXPECT_EQ(creations(fleet), before) << "the intents are not on disk";
  auto other = fleet.by_hand(hand.inspect_container("other-a-1")).value();
  EXPECT_EQ(other.endpoints.size(), 1u) << "what needs no write goes on\n" << tail(fleet);
  EXPECT_TRUE(fleet.controller().alive());
  fleet.by_hand(hand.stop_container("other-a-1", 1)).value();
  fleet.run_for(seconds(12));
  EXPECT_TRUE(inventory_of(fleet).contains("container other-a-1 running x:1"))
      << "no count of starts is worth a container that stays down\n"
      << tail(fleet);

  // Those who wait are told why, and try again ever more rarely.
  fleet.run_for(minutes(3));
  EXPECT_EQ(creations(fleet), before);
  const auto& shop = fleet.controller().apps().at("shop3");
  ASSERT_TRUE(shop.last_error) << tail(fleet);
  EXPECT_EQ(shop.last_error->reason, Reason::kTimeout);
  EXPECT_LE(shop.consecutive_failures, 12);
  EXPECT_TRUE(mentions(fleet, "state not written"));
  fleet.disk.release();
  ASSERT_TRUE(fleet.converges_within(minutes(6))) << tail(fleet);
  EXPECT_TRUE(mentions(fleet, "state is written again"));
}

TEST(Disk, AFullOneIsSaidAndTriedAgain) {
  SimulatedFleet fleet(9502);
  fleet.files["shop.yaml"] = kShop;
  fleet.disk.refusal =
      Error{ErrorClass::kBlocked, Reason::kEngineDiskFull, "no space left", "make some"};
  fleet.start();
  fleet.run_for(minutes(5));
  EXPECT_EQ(creations(fleet), 0u);
  EXPECT_LE(fleet.disk.writes, 40) << "it is not asked in a circle";
  const auto& shop = fleet.controller().apps().at("shop");
  ASSERT_TRUE(shop.last_error) << tail(fleet);
  EXPECT_EQ(shop.last_error->reason, Reason::kEngineDiskFull);
  EXPECT_EQ(shop.last_error->hint, "make some");
  fleet.disk.refusal.reset();
  ASSERT_TRUE(fleet.converges_within(minutes(6))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);
}

// The new container can't be recorded when the old one has stopped already.
TEST(Disk, AFullOneInTheMiddleOfAReplacementBringsTheOldContainerBack) {
  SimulatedFleet fleet(9507);
  const std::string manifest =
      "services: {web: {image: 'sample:1', restart: always,\n"
      "  post_start: [{command: [/sample, exit, '0']}]}}\n";
  fleet.files["app.yaml"] = manifest;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
  fleet.engine->set_fault_hook([&fleet](Operation operation, std::uint64_t) {
    if (operation == Operation::kContainerStop)
      fleet.disk.refusal =
          Error{ErrorClass::kBlocked, Reason::kEngineDiskFull, "no space left", "make some"};
    return docker::Fault{};
  });
  fleet.files["app.yaml"] = replaced(manifest, "sample:1", "sample:2");
  ASSERT_TRUE(fleet.run_until([&fleet] { return mentions(fleet, "rolled back"); }, minutes(1)))
      << tail(fleet);
  EXPECT_TRUE(inventory_of(fleet).contains("container app-web-1 running sample:1")) << tail(fleet);
  fleet.engine->set_fault_hook(nullptr);
  fleet.disk.refusal.reset();
  ASSERT_TRUE(fleet.converges_within(minutes(6))) << tail(fleet);
  EXPECT_TRUE(inventory_of(fleet).contains("container app-web-1 running sample:2"));
}

TEST(Disk, ARollOutOfManyCostsAHandfulOfWrites) {
  SimulatedFleet fleet(9503);
  constexpr int kApps = 25;
  for (int i = 0; i < kApps; ++i)
    fleet.files["app" + std::to_string(i) + ".yaml"] =
        "services: {a: {image: \"x:1\", network_mode: none, restart: unless-stopped}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.run_for(seconds(1));
  EXPECT_EQ(creations(fleet), static_cast<std::uint64_t>(kApps));
  EXPECT_LE(fleet.disk.writes, kApps);
  const auto writes = fleet.disk.writes;
  fleet.run_for(minutes(30));
  EXPECT_EQ(fleet.disk.writes, writes) << "at rest nothing is written";
}

TEST(Disk, AnOrderlyEndLeavesEverythingOnIt) {
  SimulatedFleet fleet(9504);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  const auto count = [](const std::string& text, const std::string& what) {
    int found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
      ++found;
    return found;
  };
  ASSERT_TRUE(fleet.run_until(
      [&fleet] { return fleet.engine->calls(Operation::kContainerStart) == 3; }, minutes(1)));
  EXPECT_TRUE(fleet.stop(seconds(5))) << tail(fleet);
  EXPECT_EQ(count(*fleet.disk.bytes, "\"kind\""), 5) << *fleet.disk.bytes;
  EXPECT_EQ(count(*fleet.disk.bytes, "\"id\":\"\""), 0) << *fleet.disk.bytes;
}

TEST(Disk, ADeadOneDoesNotHoldTheEnd) {
  SimulatedFleet fleet(9505);
  fleet.files["shop.yaml"] = kShop;
  fleet.disk.hold();
  fleet.start();
  fleet.run_for(seconds(5));
  EXPECT_TRUE(fleet.stop(std::chrono::milliseconds(4400))) << tail(fleet);
}

// The reply was seen, and the process died before it was on disk; then the manifest went.
TEST(Disk, WhatWasCreatedUnderAnIntentIsOursAlthoughItsManifestIsGone) {
  SimulatedFleet fleet(9506);
  fleet.files["shop.yaml"] = kShop;
  fleet.files["other.yaml"] = kNeighbour;
  fleet.files["third.yaml"] = kNeighbour;
  fleet.start();
  // The intent is written, and no write after it.
  ASSERT_TRUE(fleet.run_until(
      [&fleet] { return fleet.disk.bytes->find("\"shop-web-1\"") != std::string::npos; },
      minutes(1)));
  fleet.disk.hold();
  for (int i = 0; i < 100 && !inventory_of(fleet).contains("container shop-web-1 running sample:1");
       ++i)
    fleet.run_for(std::chrono::milliseconds(50));
  ASSERT_TRUE(inventory_of(fleet).contains("container shop-web-1 running sample:1")) << tail(fleet);
  EXPECT_NE(fleet.disk.bytes->find("\"name\":\"shop-web-1\",\"id\":\"\""), std::string::npos)
      << *fleet.disk.bytes;
  fleet.crash();
  fleet.disk.release();
  fleet.files.erase("shop.yaml");
  fleet.start();
  fleet.run_for(minutes(5));
  for (const auto& name : inventory_of(fleet))
    EXPECT_EQ(name.find("shop"), std::string::npos) << name << "\n" << tail(fleet);
  for (const auto& entry : recorded(fleet))
    EXPECT_NE(entry.app, "shop") << *fleet.disk.bytes;
}

// That data was lost is known only until the volume is made again: whatever call the process dies
// at, it is said.
TEST(Disk, AVolumeThatWasMadeAgainIsSaidAfterACrash) {
  for (const bool after : {false, true}) {
    for (std::uint64_t n = 1;; ++n) {
      SCOPED_TRACE(std::string(after ? "after" : "before") + " mutation " + std::to_string(n));
      ASSERT_LT(n, 20u);
      SimulatedFleet fleet(9600 + n);
      fleet.files["keep.yaml"] =
          "services: {k: {image: 'sample:1', restart: unless-stopped, volumes: ['data:/data']}}\n"
          "volumes: {data: }\n";
      fleet.start();
      ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
      fleet.run_for(seconds(2));
      fleet.crash();
      fleet.by_hand(fleet.engine->by_hand().remove_container("keep-k-1", true)).value();
      fleet.engine->remove_volume("keep_data");
      fleet.crash_at(n, after);
      fleet.start();
      fleet.run_until([&fleet] { return fleet.crashed() || fleet.all_ready(); }, minutes(2));
      const bool whole = !fleet.crashed();
      if (!whole) {
        fleet.crash();
        fleet.start();
      }
      fleet.run_until([&fleet] { return fleet.engine->calls(Operation::kContainerStart) >= 2; },
                      minutes(5));
      fleet.run_for(seconds(5));
      const auto& status = fleet.controller().apps().at("keep");
      EXPECT_TRUE(status.recreated_volumes.contains("keep_data")) << tail(fleet);
      if (!whole) continue;
      EXPECT_GE(n, 3u) << "the whole of it was enumerated";
      break;
    }
  }
}

}  // namespace
}  // namespace fairlead::simulation
