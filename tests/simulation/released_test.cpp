// What an App waits for comes free: it goes on at once, however long its back-off is by then, and
// a flood of events changes nothing of that.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Operation;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kNet =
    "apiVersion: fairlead.dev/v1\nkind: Network\nmetadata: {name: net}\n"
    "spec: {ipam: {config: [{subnet: 10.9.0.0/24}]}}\n";

// A container of somebody else, running.
std::string stranger(SimulatedFleet& fleet, docker::ContainerSpec spec) {
  if (spec.name.empty()) spec.name = "stranger";
  spec.image = "i";
  if (spec.network_mode.empty()) spec.network_mode = "bridge";
  auto& hand = fleet.engine->by_hand();
  const auto id = fleet.by_hand(hand.create_container(spec)).value();
  fleet.by_hand(hand.start_container(id)).value();
  return id;
}

docker::ContainerSpec with_port(const std::string& port) {
  docker::ContainerSpec spec;
  spec.ports = {{80, "tcp", "", port}};
  return spec;
}

docker::ContainerSpec with_address(const std::string& address) {
  docker::ContainerSpec spec;
  spec.network_mode = "net";
  spec.endpoints = {{}};
  spec.endpoints[0].network_name = "net";
  spec.endpoints[0].ipv4_address = address;
  return spec;
}

std::string reason(SimulatedFleet& fleet, const std::string& app) {
  const auto& error = status_of(fleet, app).last_error;
  return error ? std::string(to_string(error->reason)) : "";
}

constexpr const char* kWeb = "services: {a: {image: i, ports: ['8080:80']}}\n";

TEST(Released, AHostPortIsTakenAtOnce) {
  SimulatedFleet fleet(7501);
  const auto id = stranger(fleet, with_port("8080"));
  fleet.files["web.yaml"] = kWeb;
  fleet.start();
  fleet.run_for(minutes(20));
  ASSERT_EQ(reason(fleet, "web"), "PortConflict") << tail(fleet);
  fleet.by_hand(fleet.engine->by_hand().stop_container(id, 1)).value();
  EXPECT_TRUE(fleet.converges_within(seconds(3))) << tail(fleet);
}

TEST(Released, ANameIsTakenAtOnce) {
  for (const bool rename : {true, false}) {
    SimulatedFleet fleet(7502);
    docker::ContainerSpec spec;
    spec.name = "web-a-1";
    const auto id = stranger(fleet, spec);
    fleet.files["web.yaml"] = kWeb;
    fleet.start();
    fleet.run_for(minutes(20));
    ASSERT_EQ(reason(fleet, "web"), "NameTaken") << tail(fleet);
    auto& hand = fleet.engine->by_hand();
    if (rename) {
      fleet.by_hand(hand.rename_container(id, "away")).value();
    } else {
      fleet.by_hand(hand.remove_container(id, true)).value();
    }
    EXPECT_TRUE(fleet.converges_within(seconds(3))) << tail(fleet);
  }
}

TEST(Released, AnAddressIsTakenAtOnce) {
  for (const bool leave : {true, false}) {
    SimulatedFleet fleet(7503);
    fleet.files["net.yaml"] = kNet;
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
    const auto id = stranger(fleet, with_address("10.9.0.9"));
    fleet.files["web.yaml"] =
        "services: {a: {image: i, networks: {n: {ipv4_address: 10.9.0.9}}}}\n"
        "networks: {n: {external: true, name: net}}\n";
    fleet.run_for(minutes(20));
    ASSERT_EQ(reason(fleet, "web"), "AddressInUse") << tail(fleet);
    auto& hand = fleet.engine->by_hand();
    if (leave) {
      fleet.by_hand(hand.disconnect_network("net", id, false)).value();
    } else {
      fleet.engine->exit_container(id, 1);
    }
    EXPECT_TRUE(fleet.converges_within(seconds(3))) << tail(fleet);
  }
}

TEST(Released, ASubnetIsTakenAtOnce) {
  SimulatedFleet fleet(7504);
  docker::NetworkSpec theirs;
  theirs.name = "theirs";
  theirs.ipam = {{"10.9.0.0/16", "", "", {}}};
  const auto id = fleet.by_hand(fleet.engine->by_hand().create_network(theirs)).value();
  fleet.files["net.yaml"] = kNet;
  fleet.start();
  fleet.run_for(minutes(20));
  ASSERT_EQ(reason(fleet, "network/net"), "SubnetOverlap") << tail(fleet);
  fleet.by_hand(fleet.engine->by_hand().remove_network(id)).value();
  EXPECT_TRUE(fleet.converges_within(seconds(3))) << tail(fleet);
}

// No event tells of it: what Fairlead itself has removed it knows.
TEST(Released, WhatWeGiveUpOurselvesIsTakenAtOnce) {
  SimulatedFleet fleet(7505);
  fleet.files["old.yaml"] = "services: {a: {image: i, container_name: box}}\n";
  fleet.files["rest.yaml"] = "services: {a: {image: i, network_mode: none}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
  fleet.files.erase("old.yaml");
  fleet.files["new.yaml"] = "services: {a: {image: i, container_name: box}}\n";
  fleet.engine->drop_events(true);
  const auto removed = [&fleet] {
    return lines_with(fleet, "app=old kind=container name=box action=remove") > 0;
  };
  ASSERT_TRUE(fleet.run_until(removed, minutes(5))) << tail(fleet);
  ASSERT_EQ(reason(fleet, "new"), "NameTaken") << tail(fleet);
  EXPECT_TRUE(fleet.converges_within(seconds(3))) << tail(fleet);
}

// Every second a container of somebody else ends, for an hour.
TEST(Released, AFloodOfEventsDefeatsNoBackOff) {
  SimulatedFleet fleet(7506);
  const auto holder = stranger(fleet, with_port("8080"));
  docker::ContainerSpec other;
  other.name = "restless";
  const auto restless = stranger(fleet, other);
  fleet.files["web.yaml"] = kWeb;
  fleet.start();
  auto& hand = fleet.engine->by_hand();
  for (int second = 0; second < 3600; ++second) {
    fleet.by_hand(hand.stop_container(restless, 1)).value();
    fleet.by_hand(hand.start_container(restless)).value();
    fleet.run_for(seconds(1));
  }
  EXPECT_LE(fleet.engine->calls(Operation::kContainerStart), 90u) << tail(fleet);
  fleet.by_hand(hand.stop_container(holder, 1)).value();
  EXPECT_TRUE(fleet.converges_within(seconds(61))) << tail(fleet);
}

// The traces of its own tries wake nobody: a replacement that fails stops what runs each time.
TEST(Released, AFailedReplacementWakesNotItself) {
  SimulatedFleet fleet(7507);
  fleet.files["web.yaml"] = "services: {a: {image: i}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
  stranger(fleet, with_port("8080"));
  fleet.files["web.yaml"] = kWeb;
  fleet.run_for(minutes(60));
  ASSERT_EQ(reason(fleet, "web"), "PortConflict") << tail(fleet);
  EXPECT_LE(fleet.engine->calls(Operation::kContainerStop), 26u) << tail(fleet);
}

}  // namespace
}  // namespace fairlead::simulation
