// What engines do to endpoints, at the API versions of 20.10 and 28.5: Ready means attached, and
// what can't be had takes nothing away.
#include "docker/api_features.h"
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Operation;
using std::chrono::minutes;
using std::chrono::seconds;

docker::EmbeddedOptions engine_of(const char* api) {
  auto options = lifelike_engine();
  options.api_version = api;
  return options;
}

class EndpointsAt : public testing::TestWithParam<const char*> {
 protected:
  SimulatedFleet fleet{7000, engine_of(GetParam())};
  docker::Engine& hand() { return fleet.engine->by_hand(); }

  docker::Container look(const std::string& name) {
    return fleet.by_hand(hand().inspect_container(name)).value();
  }
  std::string address_of(const std::string& container, const std::string& network) {
    for (const auto& each : look(container).endpoints)
      if (each.network_name == network) return each.ip_address;
    return "";
  }
  std::string make_network(const std::string& name, const std::string& subnet) {
    docker::NetworkSpec spec;
    spec.name = name;
    spec.ipam = {{subnet, "", "", {}}};
    return fleet.by_hand(hand().create_network(spec)).value();
  }
  std::string hold(const std::string& network, const std::string& address) {
    docker::ContainerSpec spec;
    spec.name = "holder";
    spec.image = "sample:1";
    spec.network_mode = network;
    docker::EndpointSpec endpoint;
    endpoint.network_name = network;
    endpoint.ipv4_address = address;
    spec.endpoints = {endpoint};
    auto id = fleet.by_hand(hand().create_container(spec)).value();
    fleet.by_hand(hand().start_container(id)).value();
    return id;
  }
  static std::string fixed(const std::string& address) {
    return "services: {a: {image: 'sample:1', restart: unless-stopped, networks: "
           "{lan: {ipv4_address: " +
           address + "}}}}\nnetworks: {lan: {external: true, name: lan}}\n";
  }
};

TEST_P(EndpointsAt, ConvergeAndRest) {
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);
  EXPECT_EQ(look("shop-api-1").endpoints.size(), 2u);
  const auto before = fleet.engine->mutations();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->mutations(), before) << tail(fleet);
}

TEST_P(EndpointsAt, StayWhereTheyAreWhileTheNextAddressIsHeld) {
  make_network("lan", "10.66.0.0/24");
  fleet.files["fix.yaml"] = fixed("10.66.0.10");
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto started = look("fix-a-1").started_at;
  const auto holder = hold("lan", "10.66.0.20");
  fleet.files["fix.yaml"] = fixed("10.66.0.20");
  for (int i = 0; i < 120; ++i) {
    fleet.run_for(seconds(1));
    ASSERT_EQ(address_of("fix-a-1", "lan"), "10.66.0.10") << i << " s\n" << tail(fleet);
  }
  EXPECT_FALSE(fleet.all_ready());
  fleet.by_hand(hand().remove_container(holder, true)).value();
  ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  EXPECT_EQ(address_of("fix-a-1", "lan"), "10.66.0.20");
  EXPECT_EQ(look("fix-a-1").started_at, started) << "never restarted";
}

TEST_P(EndpointsAt, StayWhereTheyAreIfTheNextAddressIsOutside) {
  make_network("lan", "10.66.0.0/24");
  fleet.files["fix.yaml"] = fixed("10.66.0.10");
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.files["fix.yaml"] = fixed("10.99.0.9");
  for (int i = 0; i < 60; ++i) {
    fleet.run_for(seconds(1));
    ASSERT_EQ(address_of("fix-a-1", "lan"), "10.66.0.10") << i << " s\n" << tail(fleet);
  }
  EXPECT_FALSE(fleet.all_ready());
}

TEST_P(EndpointsAt, APhantomIsNotReadyAndHeals) {
  const auto lan = make_network("lan", "10.66.0.0/24");
  fleet.files["fix.yaml"] = fixed("10.66.0.10");
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.crash();
  const auto id = look("fix-a-1").id;
  fleet.by_hand(hand().disconnect_network(lan, id, false)).value();
  const auto holder = hold("lan", "10.66.0.10");
  docker::EndpointSpec taken;
  taken.network_id = lan;
  taken.network_name = "lan";
  taken.ipv4_address = "10.66.0.10";
  EXPECT_FALSE(fleet.by_hand(hand().connect_network(id, taken)));
  EXPECT_EQ(look("fix-a-1").endpoints.at(0).endpoint_id, "");
  fleet.start();
  fleet.run_for(minutes(1));
  EXPECT_FALSE(fleet.all_ready()) << tail(fleet);
  fleet.by_hand(hand().remove_container(holder, true)).value();
  ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  EXPECT_EQ(address_of("fix-a-1", "lan"), "10.66.0.10");
  EXPECT_EQ(look("fix-a-1").id, id);
}

TEST_P(EndpointsAt, AreRestoredOnANetworkMadeAnew) {
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto db = look("shop-db-1");
  const auto network = fleet.by_hand(hand().inspect_network("shop_backend")).value();
  fleet.crash();
  for (const auto& member : network.members)
    fleet.by_hand(hand().disconnect_network(network.id, member.container_id, true)).value();
  fleet.by_hand(hand().remove_network(network.id)).value();
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  EXPECT_EQ(look("shop-db-1").id, db.id) << "connected, not replaced";
  EXPECT_EQ(look("shop-db-1").started_at, db.started_at);
  fleet.by_hand(hand().stop_container(db.id, 1)).value();
  fleet.run_for(seconds(15));
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
}

// The primary network leaves the manifest: the mode goes on naming it when it is long gone.
TEST_P(EndpointsAt, ComeBackWhenTheModeNamesNothingAnyMore) {
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(look("shop-web-1").network_mode, "shop_frontend");
  fleet.files["shop.yaml"] =
      replaced(replaced(replaced(kShop, "networks: [frontend], r", "networks: [backend], r"),
                        "networks: [frontend, backend]", "networks: [backend]"),
               "    frontend: {}\n", "");
  fleet.run_for(minutes(5));
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  EXPECT_FALSE(fleet.by_hand(hand().inspect_network("shop_frontend")));
  fleet.by_hand(hand().stop_container(look("shop-web-1").id, 1)).value();
  fleet.run_for(seconds(5));
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  EXPECT_TRUE(look("shop-web-1").running);
  EXPECT_NE(address_of("shop-web-1", "shop_backend"), "");
}

INSTANTIATE_TEST_SUITE_P(Api, EndpointsAt, testing::Values("1.41", "1.51"), [](const auto& given) {
  return std::string(given.param).replace(1, 1, "_");
});

// A volume that goes with its container, at any moment before the next one is made: the engine
// would make it itself, without labels.

TEST_P(EndpointsAt, ARenamedNetworkWithItsSubnetCostsNoError) {
  const std::string text =
      "services: {a: {image: 'sample:1', networks: [old]}}\n"
      "networks: {old: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}\n";
  fleet.files["net.yaml"] = text;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto before = look("net-a-1").id;
  fleet.files["net.yaml"] = replaced(replaced(text, "[old]", "[new]"), "{old:", "{new:");
  fleet.run_for(minutes(2));
  EXPECT_TRUE(fleet.all_ready()) << tail(fleet);
  EXPECT_NE(address_of("net-a-1", "net_new"), "") << tail(fleet);
  EXPECT_EQ(lines_with(fleet, "level=error"), 0u) << tail(fleet);
  const bool must_exist = docker::has(GetParam(), docker::ApiFeature::kModeMustExist);
  EXPECT_EQ(look("net-a-1").id != before, must_exist) << tail(fleet);
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerCreate), must_exist ? 2u : 1u) << tail(fleet);
}

}  // namespace
}  // namespace fairlead::simulation
