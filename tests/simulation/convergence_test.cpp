// Convergence of the production loop under crashes and interference, on a virtual clock.
#include <gtest/gtest.h>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Convergence, BringsUpAnAppAndThenMakesNoFurtherMutation) {
  SimulatedFleet fleet(1);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);
  const auto mutations = fleet.engine->mutations();
  fleet.run_for(hours(1));
  EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
}

TEST(Convergence, FiftyAppsAtRestCostThreeListsPerResync) {
  SimulatedFleet fleet(2);
  for (int i = 0; i < 50; ++i) {
    const auto name = "app" + std::to_string(i);
    fleet.files[name + ".yaml"] = "name: " + name +
                                  "\nservices: {a: {image: 'x:1', network_mode: none}, "
                                  "b: {image: 'x:1', network_mode: none}}\n";
  }
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  fleet.run_for(minutes(1));
  using docker::Operation;
  const auto mutations = fleet.engine->mutations();
  const auto lists = [&fleet] {
    return fleet.engine->calls(Operation::kContainerList) +
           fleet.engine->calls(Operation::kNetworkList) +
           fleet.engine->calls(Operation::kVolumeList);
  };
  const auto lists_before = lists();
  const auto inspects = fleet.engine->calls(Operation::kContainerInspect);
  fleet.run_for(hours(1));
  EXPECT_EQ(fleet.engine->mutations(), mutations);
  // A look at each container for each renewal of the event stream, and none between.
  EXPECT_LE(fleet.engine->calls(Operation::kContainerInspect) - inspects, 12u * 100);
  // 360 resyncs of three lists, and one more resync for each of 12 renewals of the event stream.
  EXPECT_LE(lists() - lists_before, 3u * (360 + 2 * 12 + 2));
}

TEST(Convergence, ReplacesExactlyTheChangedService) {
  SimulatedFleet fleet(3);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto created = fleet.engine->calls(docker::Operation::kContainerCreate);
  fleet.files["shop.yaml"] =
      replaced(kShop, "web: {image: \"sample:1\"", "web: {image: \"sample:2\"");
  fleet.run_for(seconds(1));
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(fleet.engine->calls(docker::Operation::kContainerCreate), created + 1);
  auto expected = kConvergedShop;
  expected.erase("container shop-web-1 running sample:1");
  expected.insert("container shop-web-1 running sample:2");
  EXPECT_EQ(inventory_of(fleet), expected) << tail(fleet);
}

TEST(Convergence, FollowsTheFilesThatAManifestRefersTo) {
  SimulatedFleet fleet(31);
  fleet.files["shop.yaml"] = "services:\n  web: {image: \"sample:$TAG\", env_file: env/web.env}\n";
  fleet.files[".env"] = "TAG=1\n";
  fleet.start();
  fleet.run_for(minutes(1));
  EXPECT_EQ(fleet.engine->calls(docker::Operation::kContainerCreate), 0u)
      << "env/web.env is missing";
  fleet.files["env/web.env"] = "A=1\n";
  fleet.run_for(seconds(1));
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_TRUE(inventory_of(fleet).contains("container shop-web-1 running sample:1")) << tail(fleet);

  fleet.files[".env"] = "TAG=2\n";
  fleet.run_for(seconds(1));
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_TRUE(inventory_of(fleet).contains("container shop-web-1 running sample:2")) << tail(fleet);

  // A file that goes away is no wish: the last good version stays in force.
  const auto mutations = fleet.engine->mutations();
  fleet.files.erase("env/web.env");
  fleet.run_for(hours(1));
  EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
}

TEST(Convergence, RemovesNothingUntilConfirmedWhenTheOnlyAppLeaves) {
  SimulatedFleet fleet(4);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.files.clear();
  fleet.run_for(minutes(10));
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);  // all gone needs consent (W29)
  ASSERT_TRUE(fleet.controller().confirm_prune({"shop"}, "uid 0"));
  fleet.run_for(minutes(2));
  EXPECT_EQ(inventory_of(fleet), std::set<std::string>{}) << tail(fleet);
}

// F082, F084: a truncated file is no wish, and a broken one may hold any App that left another.
TEST(Convergence, RemovesNothingWhileAFileIsEmptyOrBroken) {
  for (const std::string broken : {"", "apiVersion: fairlead.dev/v1\nkind: App\nspec: {serv"}) {
    SimulatedFleet fleet(7);
    fleet.files["shop.yaml"] = kShop;
    for (const char* name : {"one", "two", "three"}) {
      fleet.files[std::string(name) + ".yaml"] =
          "name: " + std::string(name) + "\nservices: {a: {image: 'x:1', network_mode: none}}\n";
    }
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    const auto before = inventory_of(fleet);
    fleet.files["one.yaml"] = broken;
    fleet.files.erase("two.yaml");
    fleet.run_for(minutes(10));
    EXPECT_EQ(inventory_of(fleet), before) << tail(fleet);
    fleet.crash();  // a restart knows no last good version
    fleet.start();
    fleet.run_for(minutes(10));
    EXPECT_EQ(inventory_of(fleet), before) << tail(fleet);
    fleet.files["one.yaml"] = fleet.files["three.yaml"];
    fleet.files["one.yaml"].replace(0, 11, "name: one");
    fleet.run_for(minutes(10));
    EXPECT_EQ(inventory_of(fleet).size(), before.size() - 1) << "and then it goes on";
  }
}

// What an App waits for need not carry its labels.
TEST(Convergence, GoesOnWhenAForeignNetworkAppears) {
  SimulatedFleet fleet(8);
  fleet.files["guest.yaml"] =
      "name: guest\nservices: {a: {image: 'x:1', networks: [lan]}}\n"
      "networks: {lan: {external: true}}\n";
  fleet.start();
  fleet.run_for(minutes(30));
  EXPECT_EQ(inventory_of(fleet), std::set<std::string>{});
  docker::NetworkSpec lan;
  lan.name = "lan";
  fleet.by_hand(fleet.engine->by_hand().create_network(lan)).value();
  EXPECT_TRUE(fleet.converges_within(seconds(15))) << tail(fleet);
}

// Both files arrive at once: the App waits for its Network, and nothing is called an error.
TEST(Convergence, WaitsForANetworkThatTheDirectoryDeclares) {
  SimulatedFleet fleet(9);
  fleet.files["a-guest.yaml"] =
      "name: guest\nservices: {a: {image: 'x:1', networks: [edge]}}\n"
      "networks: {edge: {external: true}}\n";
  fleet.files["edge.yaml"] =
      "apiVersion: fairlead.dev/v1\nkind: Network\nmetadata: {name: edge}\nspec: {}\n";
  fleet.start();
  EXPECT_TRUE(fleet.converges_within(seconds(5))) << tail(fleet);
  for (const auto& line : fleet.log)
    EXPECT_EQ(line.find("level=error"), std::string::npos) << line;
}

TEST(Convergence, RepairsWhatIsDoneByHand) {
  SimulatedFleet fleet(5);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  auto& hand = fleet.engine->by_hand();
  fleet.by_hand(hand.stop_container("shop-web-1", 1)).value();
  fleet.by_hand(hand.remove_container("shop-api-1", true)).value();
  fleet.by_hand(hand.rename_container("shop-db-1", "mine")).value();
  fleet.run_for(seconds(30));
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
}

TEST(Convergence, SurvivesAnEngineRestartWithLostEvents) {
  SimulatedFleet fleet(6);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.engine->drop_events(true);
  fleet.engine->restart_engine(false);
  fleet.run_for(minutes(1));
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
}

// Sieve's intermediate-state pattern, enumerated (F089): the process dies at every mutation of a
// first roll-out followed by a replacement, before it is sent and after it took effect.
class CrashAtEveryMutation : public testing::TestWithParam<bool> {};

// The process dies and starts anew.
void recover(SimulatedFleet& fleet, const std::set<std::string>& expected) {
  fleet.crash();
  fleet.start();
  fleet.run_for(seconds(1));
  ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  fleet.run_for(minutes(2));
  EXPECT_EQ(inventory_of(fleet), expected) << tail(fleet);
  EXPECT_EQ(recorded_ids(fleet), existing_ids(fleet)) << *fleet.disk.bytes;
}

TEST_P(CrashAtEveryMutation, EndsInTheSameState) {
  const std::string changed =
      replaced(kShop, "db: {image: \"sample:1\"", "db: {image: \"sample:2\"");
  auto expected = kConvergedShop;
  expected.erase("container shop-db-1 running sample:1");
  expected.insert("container shop-db-1 running sample:2");
  for (std::uint64_t n = 1; n < 40; ++n) {
    SimulatedFleet fleet(100 + n);
    fleet.files["shop.yaml"] = kShop;
    fleet.crash_at(n, GetParam());
    fleet.start();
    fleet.run_until([&fleet] { return fleet.crashed() || fleet.all_ready(); }, minutes(2));
    fleet.files["shop.yaml"] = changed;
    fleet.run_until([&fleet] { return fleet.crashed(); }, minutes(2));
    if (!fleet.crashed()) {
      EXPECT_GT(n, 10u);  // the whole workload was enumerated
      return;
    }
    SCOPED_TRACE("crash at " + std::to_string(n));
    ASSERT_NO_FATAL_FAILURE(recover(fleet, expected));
  }
  FAIL() << "the workload has more mutations than were enumerated";
}

// A service never starts unprepared, its `post_start` runs at least once, and nothing of the steps
// is left, whatever call the process dies at.
TEST_P(CrashAtEveryMutation, HooksAreNeitherLostNorLeftBehind) {
  constexpr const char* kHooked = R"(services:
  web:
    image: "sample:1"
    restart: unless-stopped
    pre_start: [{command: [/sample, exit, "0"]}, {command: [/sample, exit, "0"]}]
    post_start: [{command: [/sample, exit, "0"]}]
)";
  const std::set<std::string> expected = {"container hooked-web-1 running sample:1",
                                          "network hooked_default"};
  for (std::uint64_t n = 1; n < 40; ++n) {
    SimulatedFleet fleet(200 + n);
    fleet.files["hooked.yaml"] = kHooked;
    fleet.crash_at(n, GetParam());
    fleet.start();
    fleet.run_until([&fleet] { return fleet.crashed() || fleet.all_ready(); }, minutes(2));
    if (!fleet.crashed()) {
      EXPECT_GT(n, 8u);
      EXPECT_EQ(fleet.engine->calls(docker::Operation::kExecStart), 1u);
      return;
    }
    SCOPED_TRACE("crash at " + std::to_string(n));
    ASSERT_NO_FATAL_FAILURE(recover(fleet, expected));
    EXPECT_GE(fleet.engine->calls(docker::Operation::kExecStart), 1u);
  }
  FAIL() << "the workload has more mutations than were enumerated";
}

// Of a removal that was not written nothing is remembered for ever.
TEST_P(CrashAtEveryMutation, TheRecordDoesNotGrow) {
  SimulatedFleet fleet(300);
  std::string image = "sample:1";
  for (std::uint64_t n = 1; n <= 40; ++n) {
    image = "sample:" + std::to_string(n);
    fleet.files["shop.yaml"] =
        replaced(kShop, "db: {image: \"sample:1\"", "db: {image: \"" + image + "\"");
    fleet.crash_at(n % 8 + 1, GetParam());
    fleet.start();
    fleet.run_until([&fleet] { return fleet.crashed(); }, minutes(1));
    fleet.crash();
  }
  auto expected = kConvergedShop;
  expected.erase("container shop-db-1 running sample:1");
  expected.insert("container shop-db-1 running " + image);
  fleet.crash_at(0, false);
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  fleet.run_for(minutes(2));
  EXPECT_EQ(inventory_of(fleet), expected) << tail(fleet);
  EXPECT_EQ(recorded_ids(fleet), existing_ids(fleet)) << *fleet.disk.bytes;
}

INSTANTIATE_TEST_SUITE_P(Sides, CrashAtEveryMutation, testing::Bool(), [](const auto& run) {
  return run.param ? "AfterEffect" : "BeforeSending";
});

}  // namespace
}  // namespace fairlead::simulation
