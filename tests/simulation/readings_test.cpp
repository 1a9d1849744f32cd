// An engine that shows what it was given in a form that nobody has foreseen, one value after the
// other: nothing is taken off a network, made anew or refused for it, and it is said once.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Operation;
using std::chrono::minutes;

constexpr const char* kApp = R"(services:
  a:
    image: i
    networks: {front: {aliases: [x, y], ipv4_address: 172.31.60.9, ipv6_address: "fd00:60::9"}}
    volumes: ["data:/data"]
networks:
  front:
    driver: bridge
    driver_opts: {com.docker.network.driver.mtu: "1400"}
    internal: false
    attachable: true
    enable_ipv6: true
    labels: {tier: web}
    ipam:
      driver: default
      options: {deep: "no"}
      config:
        - {subnet: 172.31.60.0/24, gateway: 172.31.60.1, ip_range: 172.31.60.0/25,
           aux_addresses: {spare: 172.31.60.99}}
        - {subnet: "fd00:60::/64"}
volumes:
  data: {driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}}
)";

// `field`: of the line that says it; "" if the engine may show there what it likes.
template <typename T>
struct Oddity {
  const char* field;
  void (*show)(T&);
};

using OddEndpoint = Oddity<docker::Endpoint>;
using OddNetwork = Oddity<docker::Network>;
using OddVolume = Oddity<docker::Volume>;

// All fields but name and ID, by which each is known.
const OddEndpoint kEndpoints[] = {
    {"aliases", [](auto& e) { e.aliases.clear(); }},
    {"aliases", [](auto& e) { e.aliases.push_back("engine-made"); }},
    {"aliases", [](auto& e) { std::ranges::for_each(e.aliases, [](auto& each) { each += "."; }); }},
    {"ipv4_address", [](auto& e) { e.ipv4_configured.clear(); }},
    {"ipv4_address", [](auto& e) { e.ipv4_configured += "/24"; }},
    {"ipv6_address", [](auto& e) { e.ipv6_configured.clear(); }},
    {"ipv6_address", [](auto& e) { e.ipv6_configured += "%eth0"; }},
    {"", [](auto& e) { e.ip_address += "/24"; }},
    {"", [](auto& e) { e.ipv6_address = "fd00:60::dead"; }},
    {"", [](auto& e) { e.link_local_ips = {"169.254.1.1"}; }},
    {"", [](auto& e) { e.mac_address = "02-42-00-00-00-01"; }},
    {"", [](auto& e) { e.gateway = "172.31.60.254"; }},
};

const OddNetwork kNetworks[] = {
    {"driver", [](auto& n) { n.driver = "Bridge"; }},
    {"driver_opts", [](auto& n) { n.options.clear(); }},
    {"driver_opts", [](auto& n) { n.options.begin()->second += "0"; }},
    {"internal", [](auto& n) { n.internal = !n.internal; }},
    {"attachable", [](auto& n) { n.attachable = !n.attachable; }},
    {"enable_ipv6", [](auto& n) { n.enable_ipv6 = !n.enable_ipv6; }},
    {"labels.tier", [](auto& n) { n.labels["tier"] += "!"; }},
    {"labels.tier", [](auto& n) { n.labels.erase("tier"); }},
    {"ipam.driver", [](auto& n) { n.ipam_driver = "builtin"; }},
    {"ipam.options", [](auto& n) { n.ipam_options.clear(); }},
    {"subnet", [](auto& n) { n.ipam[0].subnet = "172.31.60.0/25"; }},
    {"gateway", [](auto& n) { n.ipam[0].gateway.clear(); }},
    {"ip_range", [](auto& n) { n.ipam[0].ip_range.clear(); }},
    {"aux_addresses", [](auto& n) { n.ipam[0].aux_addresses.clear(); }},
    {"", [](auto& n) { n.config_only = !n.config_only; }},
    {"", [](auto& n) { n.config_from = "other"; }},
    {"", [](auto& n) { n.scope = "global"; }},
    {"", [](auto& n) { n.labels["added"] = "by the engine"; }},
};

const OddVolume kVolumes[] = {
    {"driver", [](auto& v) { v.driver = "LOCAL"; }},
    {"driver_opts", [](auto& v) { v.options["o"] = "size=1048576"; }},
    {"driver_opts", [](auto& v) { v.options.erase("device"); }},
    {"", [](auto& v) { v.options["added"] = "by the engine"; }},
    {"", [](auto& v) { v.created = "yesterday"; }},
};

std::uint64_t re_homings(const SimulatedFleet& fleet) {
  return fleet.engine->calls(Operation::kNetworkConnect) +
         fleet.engine->calls(Operation::kNetworkDisconnect);
}

// Starts the App and shows that nothing follows, not even a restart of Fairlead.
void comes_to_rest(SimulatedFleet& fleet, const std::string& field) {
  fleet.files["odd.yaml"] = kApp;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  fleet.run_for(minutes(30));
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerCreate), 1u) << tail(fleet);
  EXPECT_EQ(fleet.engine->calls(Operation::kNetworkCreate), 1u) << tail(fleet);
  EXPECT_EQ(re_homings(fleet), 0u) << tail(fleet);
  EXPECT_TRUE(condition(fleet, "odd", "Ready").starts_with("True")) << tail(fleet);
  const std::size_t said = field.empty() ? 0 : 1;
  EXPECT_EQ(lines_with(fleet, "value not applied"), said) << tail(fleet);
  EXPECT_EQ(lines_with(fleet, field.empty() ? "have=" : "field="), said) << tail(fleet);
  EXPECT_NE(condition(fleet, "odd", "NotApplied").find(field), std::string::npos) << tail(fleet);
  const auto before = fleet.engine->mutations();
  fleet.crash();
  fleet.start();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->mutations(), before) << tail(fleet);
  EXPECT_TRUE(condition(fleet, "odd", "Ready").starts_with("True")) << tail(fleet);
}

template <typename T, std::size_t kSize>
void each_comes_to_rest(const Oddity<T> (&oddities)[kSize], docker::ShownAs (*as)(void (*)(T&))) {
  for (std::size_t i = 0; i < kSize; ++i) {
    SCOPED_TRACE("row " + std::to_string(i) + ": " + oddities[i].field);
    SimulatedFleet fleet(7300 + i);
    fleet.engine->set_shown(as(oddities[i].show));
    comes_to_rest(fleet, oddities[i].field);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Readings, OfAnEndpointMoveNothing) {
  each_comes_to_rest(
      kEndpoints,
      +[](void (*show)(docker::Endpoint&)) { return docker::ShownAs{.endpoint = show}; });
}

TEST(Readings, OfANetworkRefuseNothing) {
  each_comes_to_rest(
      kNetworks, +[](void (*show)(docker::Network&)) {
        return docker::ShownAs{.network = [show](docker::Network& network) {
          if (network.name == "odd_front") show(network);
        }};
      });
}

TEST(Readings, OfAVolumeRefuseNothing) {
  each_comes_to_rest(
      kVolumes, +[](void (*show)(docker::Volume&)) { return docker::ShownAs{.volume = show}; });
}

// A new value is given once, and what the engine makes of that is a reading of its own.
TEST(Readings, OfAnEndpointExcuseNoChange) {
  SimulatedFleet fleet(7400);
  fleet.engine->set_shown({.endpoint = [](docker::Endpoint& endpoint) {
    std::ranges::for_each(endpoint.aliases, [](auto& each) { each += "."; });
  }});
  comes_to_rest(fleet, "aliases");
  fleet.files["odd.yaml"] = replaced(kApp, "[x, y]", "[x, z]");
  fleet.run_for(minutes(5));
  EXPECT_EQ(re_homings(fleet), 2u) << tail(fleet);
  EXPECT_TRUE(condition(fleet, "odd", "Ready").starts_with("True")) << tail(fleet);
  auto& hand = fleet.engine->by_hand();
  ASSERT_TRUE(fleet.by_hand(hand.disconnect_network("odd_front", "odd-a-1", false)));
  docker::EndpointSpec other;
  other.network_name = "odd_front";
  other.aliases = {"w"};
  ASSERT_TRUE(fleet.by_hand(hand.connect_network("odd-a-1", other)));
  fleet.run_for(minutes(5));
  fleet.engine->set_shown({});
  const auto now = fleet.by_hand(hand.inspect_container("odd-a-1"));
  const auto& aliases = now->endpoints.at(0).aliases;
  EXPECT_NE(std::ranges::find(aliases, "z"), aliases.end()) << tail(fleet);
  EXPECT_EQ(std::ranges::find(aliases, "w"), aliases.end()) << tail(fleet);
}

// What could not be given is no reading of what was given, also where the same change succeeded in
// something else of the container.
TEST(Readings, AnAddressThatIsTakenIsAskedForAgain) {
  SimulatedFleet fleet(7401);
  fleet.files["odd.yaml"] = kApp;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  auto& hand = fleet.engine->by_hand();
  docker::ContainerSpec spec;
  spec.name = "stranger";
  spec.image = "i";
  spec.network_mode = "odd_front";
  spec.endpoints = {{}};
  spec.endpoints[0].network_name = "odd_front";
  spec.endpoints[0].ipv4_address = "172.31.60.10";
  const auto stranger = fleet.by_hand(hand.create_container(spec));
  ASSERT_TRUE(stranger);
  ASSERT_TRUE(fleet.by_hand(hand.start_container(*stranger)));
  fleet.files["odd.yaml"] = replaced(replaced(kApp, "172.31.60.9", "172.31.60.10"), "image: i",
                                     "image: i\n    cpus: 0.5");
  fleet.run_for(minutes(2));
  EXPECT_EQ(lines_with(fleet, "value not applied"), 0u) << tail(fleet);
  EXPECT_NE(condition(fleet, "odd", "Stalled").find("AddressInUse"), std::string::npos)
      << tail(fleet);
  ASSERT_TRUE(fleet.by_hand(hand.remove_container(*stranger, true)));
  ASSERT_TRUE(fleet.converges_within(minutes(6))) << tail(fleet);
  const auto now = fleet.by_hand(hand.inspect_container("odd-a-1"));
  EXPECT_EQ(now->endpoints.at(0).ipv4_configured, "172.31.60.10");
}

}  // namespace
}  // namespace fairlead::simulation
