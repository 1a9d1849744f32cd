// Two files that claim the same, on a running engine: nothing of either is touched, whatever the
// order of files and restarts.
#include <gtest/gtest.h>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kOtherShop =
    "name: shop\nservices: {intruder: {image: 'x:1', networks: [lan]}}\nnetworks: {lan: }\n";
const std::set<std::string> kOtherConverged = {"container shop-intruder-1 running x:1",
                                               "network shop_lan"};

class Clashes : public testing::TestWithParam<const char*> {};

TEST_P(Clashes, AnAppIsSafeFromItsNamesake) {
  SimulatedFleet fleet(21);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto mutations = fleet.engine->mutations();
  fleet.files[GetParam()] = kOtherShop;
  for (int i = 0; i < 3; ++i) {
    fleet.run_for(minutes(10));
    EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
    fleet.crash();
    fleet.start();
  }
  fleet.run_for(minutes(10));
  EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
  EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
}

// The first file goes: the other takes over once that has stood as long as a removal takes.
TEST_P(Clashes, ANewcomerTakesOverAfterTheGrace) {
  for (const bool restarted : {false, true}) {
    SimulatedFleet fleet(22);
    fleet.files["shop.yaml"] = kShop;
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    fleet.files[GetParam()] = kOtherShop;
    fleet.run_for(minutes(1));
    fleet.files.erase("shop.yaml");
    fleet.run_for(seconds(15));
    if (restarted) {
      fleet.crash();
      fleet.start();
    }
    fleet.run_for(seconds(10));
    EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
    fleet.run_for(minutes(5));
    EXPECT_EQ(inventory_of(fleet), kOtherConverged) << tail(fleet);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Clashes, testing::Values("a.yaml", "z.yaml"),
                         [](const auto& run) { return std::string(1, *run.param); });

// App `a-b` with service `c`, and App `a` with service `b-c`.
TEST(DockerNames, StayWithTheAppThatHasThem) {
  SimulatedFleet fleet(23);
  fleet.files["m.yaml"] = "name: a-b\nservices: {c: {image: 'x:1', network_mode: none}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto before = inventory_of(fleet);
  const auto mutations = fleet.engine->mutations();
  fleet.files["a.yaml"] = "name: a\nservices: {b-c: {image: 'x:2', network_mode: none}}\n";
  for (int i = 0; i < 2; ++i) {
    fleet.run_for(minutes(10));
    EXPECT_EQ(inventory_of(fleet), before) << tail(fleet);
    EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
    fleet.crash();
    fleet.start();
  }
}

}  // namespace
}  // namespace fairlead::simulation
