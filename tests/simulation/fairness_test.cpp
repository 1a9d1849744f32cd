// What one App, one file or one name does must not be felt by the others.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Fault;
using docker::Operation;
using std::chrono::minutes;
using std::chrono::seconds;

std::string small(const std::string& image) {
  return "services: {a: {image: \"" + image + "\", restart: unless-stopped}}\n";
}

// A manifest that refers to other files is known one scan later than the rest. What the others were
// owed by then used to be dropped until the next resync.
TEST(Fairness, AManifestWithFurtherFilesDelaysNobody) {
  SimulatedFleet fleet(9000);
  for (const std::string name : {"a", "b", "c"})
    fleet.files[name + ".yaml"] = small("x:1");
  fleet.files["env.env"] = "A=1\n";
  fleet.files["secret.txt"] = "s3cret\n";
  fleet.files["parts/more.yml"] = "services: {more: {image: \"x:1\", restart: unless-stopped}}\n";
  fleet.files["withenv.yaml"] =
      "include: [parts/more.yml]\n"
      "services: {a: {image: \"x:1\", env_file: env.env, secrets: [s], restart: unless-stopped}}\n"
      "secrets: {s: {file: secret.txt}}\n";
  fleet.start();
  fleet.run_for(seconds(1));
  EXPECT_EQ(fleet.controller().apps().size(), 4u) << tail(fleet);
  for (const std::string name : {"a", "b", "c"})
    EXPECT_GE(lines_with(fleet, "msg=\"change applied\" app=" + name + " "), 1u) << tail(fleet);
  ASSERT_TRUE(fleet.converges_within(seconds(3))) << tail(fleet);
}

TEST(Fairness, AppsAreListedBeforeTheEngineAnswers) {
  SimulatedFleet fleet(9001);
  fleet.files["a.yaml"] = small("x:1");
  fleet.engine->set_reachable(false);
  fleet.start();
  fleet.run_for(seconds(5));
  ASSERT_TRUE(fleet.controller().apps().contains("a"));
  const auto& status = fleet.controller().apps().at("a");
  EXPECT_EQ(status.sync, "Unknown");
  EXPECT_EQ(status.file, "a.yaml");
  const auto* ready = controller::find_condition(status.conditions, "Ready");
  ASSERT_NE(ready, nullptr);
  EXPECT_EQ(ready->status, controller::Truth::kUnknown);
  fleet.engine->set_reachable(true);
  EXPECT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
}

// The engine's own back-off once had the key of an App with this name.
TEST(Fairness, AnAppMayBeCalledEngine) {
  SimulatedFleet fleet(9002);
  fleet.files["engine.yaml"] = small("refused:1");
  fleet.files["other.yaml"] = small("refused:2");
  std::map<std::string, int> tries;
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
    if (operation != Operation::kContainerCreate) return Fault{};
    return Fault{.kind = Fault::Kind::kReply, .status = 500, .message = "no"};
  });
  fleet.start();
  for (int second = 0; second < 1200; ++second) {
    fleet.run_for(seconds(1));
    for (const std::string name : {"engine", "other"}) {
      const auto found = fleet.controller().apps().find(name);
      if (found != fleet.controller().apps().end())
        tries[name] = found->second.consecutive_failures;
    }
  }
  EXPECT_GE(tries["engine"], 5);
  EXPECT_LE(tries["engine"], 20) << "1 s doubling to 5 min";
  EXPECT_LE(tries["other"], 20);
  fleet.engine->set_fault_hook(nullptr);
  EXPECT_TRUE(fleet.converges_within(minutes(6))) << tail(fleet);
}

std::string pair_of(const std::string& restart, bool with_b) {
  return "services:\n  a: {image: \"x:1\", restart: " + restart + "}\n" +
         (with_b ? "  b: {image: \"x:1\", networks: [old], restart: unless-stopped}\n"
                   "networks: {old: {}}\n"
                 : "");
}

// The grace of thirty seconds is the part's: edits of the rest must not renew it for ever.
TEST(Fairness, APartThatLeftGoesAlthoughItsFileKeepsChanging) {
  SimulatedFleet fleet(9003);
  fleet.files["app.yaml"] = pair_of("always", true);
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1)));
  fleet.run_for(minutes(2));
  const auto there = [&fleet](const std::string& name) {
    return inventory_of(fleet).contains(name);
  };
  for (int second = 0; second < 60; second += 5) {
    fleet.files["app.yaml"] = pair_of(second % 2 == 0 ? "unless-stopped" : "always", false);
    fleet.run_for(seconds(5));
    if (second <= 20) {
      EXPECT_TRUE(there("container app-b-1 running x:1")) << second;
      EXPECT_TRUE(there("network app_old")) << second;
    }
  }
  EXPECT_FALSE(there("container app-b-1 running x:1")) << tail(fleet);
  EXPECT_FALSE(there("network app_old")) << tail(fleet);
  EXPECT_TRUE(there("container app-a-1 running x:1"));
}

// A file that is broken now may hold what its last good version does not.
TEST(Fairness, NothingLeavesWhileTheFileIsBroken) {
  SimulatedFleet fleet(9004);
  fleet.files["app.yaml"] = pair_of("always", true);
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1)));
  fleet.files["app.yaml"] = pair_of("always", false);
  fleet.run_for(seconds(20));
  fleet.files["app.yaml"] = pair_of("always", true) + "oops: [";
  fleet.run_for(minutes(10));
  EXPECT_TRUE(inventory_of(fleet).contains("container app-b-1 running x:1")) << tail(fleet);
  fleet.files["app.yaml"] = pair_of("always", false);
  fleet.run_for(seconds(25));
  EXPECT_TRUE(inventory_of(fleet).contains("container app-b-1 running x:1")) << tail(fleet);
  fleet.run_for(minutes(1));
  EXPECT_FALSE(inventory_of(fleet).contains("container app-b-1 running x:1")) << tail(fleet);
}

}  // namespace
}  // namespace fairlead::simulation
