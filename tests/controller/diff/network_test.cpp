#include <gmock/gmock.h>

#include "controller/diff/network.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;

struct Case {
  const char* field;
  void (*change)(model::Network&);
};

// Every declared field that differs is found, and none is found that was not declared.
const Case kCases[] = {
    {"driver", [](auto& n) { n.driver = "macvlan"; }},
    {"driver_opts.mtu", [](auto& n) { n.driver_opts["mtu"] = "1400"; }},
    {"internal", [](auto& n) { n.internal = true; }},
    {"attachable", [](auto& n) { n.attachable = true; }},
    {"enable_ipv6", [](auto& n) { n.enable_ipv6 = true; }},
    {"labels.team", [](auto& n) { n.labels["team"] = "web"; }},
    {"ipam.driver", [](auto& n) { n.ipam_driver = "dhcp"; }},
    {"subnet", [](auto& n) { n.ipam = {{"10.9.0.0/24", "", "", {}}}; }},
    {"gateway", [](auto& n) { n.ipam = {{"172.17.0.0/16", "172.17.0.9", "", {}}}; }},
    {"ip_range", [](auto& n) { n.ipam = {{"172.17.0.0/16", "", "172.17.9.0/24", {}}}; }},
    {"aux_addresses.host",
     [](auto& n) { n.ipam = {{"172.17.0.0/16", "", "", {{"host", "172.17.0.5"}}}}; }},
};

TEST(DiffNetwork, FindsEachDeclaredFieldThatDiffers) {
  const auto actual = live(small_app(), "default");
  for (const auto& each : kCases) {
    auto desired = network("default");
    each.change(desired);
    const auto drift = diff_network(desired, actual);
    ASSERT_EQ(drift.size(), 1u) << each.field;
    EXPECT_EQ(drift[0].field, each.field);
  }
}

TEST(DiffNetwork, IgnoresWhatTheEngineAdds) {  // F006
  auto actual = live(small_app(), "default");
  actual.options["com.docker.network.enable_ipv4"] = "true";
  actual.labels["added"] = "later";
  EXPECT_TRUE(diff_network(network("default"), actual).empty());
}

TEST(DiffNetwork, IgnoresTheIpv4PoolBesideADeclaredIpv6One) {  // F006
  auto actual = live(small_app(), "default");
  actual.ipam.push_back({"fd00::/64", "", "", {}});
  EXPECT_TRUE(diff_network(network("default", "FD00::/64"), actual).empty());
}

}  // namespace
}  // namespace fairlead::controller
