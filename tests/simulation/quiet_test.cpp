// What is in sync, and of which nothing has changed, costs no pass; and whatever has changed is
// found by the next list, with or without an event.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string app_with_subnet(int number) {
  return "services: {a: {image: i, networks: [n]}}\nnetworks: {n: {ipam: {config: [{subnet: 10." +
         std::to_string(number / 256) + "." + std::to_string(number % 256) + ".0/24}]}}}\n";
}

TEST(Quiet, AResyncPassesOverNoAppThatIsInSync) {
  SimulatedFleet fleet(7301);
  for (int number = 0; number < 200; ++number)
    fleet.files["app" + std::to_string(number) + ".yaml"] = app_with_subnet(number);
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  fleet.run_for(seconds(30));
  const auto passes = fleet.controller().queue().adds;
  const auto confirmed = status_of(fleet, "app7").last_success;
  fleet.run_for(minutes(1));
  EXPECT_EQ(fleet.controller().queue().adds, passes);
  EXPECT_GT(status_of(fleet, "app7").last_success, confirmed) << "listed, and as it was";
  fleet.engine->drop_events(true);
  ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().remove_container("app7-a-1", true)));
  fleet.run_for(seconds(12));
  EXPECT_TRUE(fleet.by_hand(fleet.engine->by_hand().inspect_container("app7-a-1"))) << tail(fleet);
  EXPECT_LE(fleet.controller().queue().adds, passes + 6) << "of that App";
}

TEST(Quiet, AChangeOfOneAppListsNoOthers) {
  SimulatedFleet fleet(7303);
  for (int number = 0; number < 3; ++number)
    fleet.files["app" + std::to_string(number) + ".yaml"] = app_with_subnet(number);
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto lists_in_a_minute = [&fleet] {
    const auto before = fleet.engine->calls(docker::Operation::kContainerList);
    fleet.run_for(minutes(1));
    return fleet.engine->calls(docker::Operation::kContainerList) - before;
  };
  fleet.run_for(seconds(30));
  const auto quiet = lists_in_a_minute();
  fleet.files["app1.yaml"] = replaced(app_with_subnet(1), "image: i", "image: j");
  EXPECT_EQ(lists_in_a_minute(), quiet) << "the new container is asked for itself";
  EXPECT_TRUE(fleet.all_ready());
  const auto made = fleet.by_hand(fleet.engine->by_hand().inspect_container("app1-a-1"));
  ASSERT_TRUE(made) << tail(fleet);
  EXPECT_EQ(made->image, "j");
}

TEST(Quiet, WhatIsNamedAndIsNobodysIsMissedByTheNextList) {
  SimulatedFleet fleet(7302);
  ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().create_volume({"shop_data", {}, {}, {}})));
  fleet.files["ext.yaml"] =
      "services:\n  a: {image: i, network_mode: none, volumes: ['data:/data']}\n"
      "volumes: {data: {external: true, name: shop_data}}\n";
  fleet.files["other.yaml"] = "services: {a: {image: i, network_mode: none}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.run_for(seconds(30));
  fleet.engine->drop_events(true);
  fleet.engine->remove_volume("shop_data");
  fleet.run_for(seconds(11));
  EXPECT_NE(condition(fleet, "ext", "Stalled").find("shop_data"), std::string::npos)
      << condition(fleet, "ext", "Stalled");
  EXPECT_TRUE(condition(fleet, "other", "Ready").starts_with("True"));
  ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().create_volume({"shop_data", {}, {}, {}})));
  EXPECT_TRUE(fleet.converges_within(seconds(30))) << tail(fleet);
}

// Several lists were the same by then.
TEST(Quiet, WhatTheEngineDoesByItselfIsFoundByTheNextList) {
  SimulatedFleet fleet(7303);
  fleet.engine->drop_events(true);
  fleet.files["app.yaml"] =
      "services: {a: {image: i, healthcheck: {test: [CMD, 'true'], interval: 45s}}}\n";
  fleet.start();
  fleet.run_for(seconds(40));
  EXPECT_EQ(status_of(fleet, "app").health, "Progressing") << tail(fleet);
  fleet.run_for(seconds(20));
  EXPECT_EQ(status_of(fleet, "app").health, "Healthy") << tail(fleet);
  fleet.run_for(minutes(1));
  fleet.engine->exit_container("app-a-1", 3);
  fleet.run_for(seconds(12));
  EXPECT_EQ(fleet.by_hand(fleet.engine->by_hand().inspect_container("app-a-1"))->state, "running")
      << tail(fleet);
}

// No list tells of a restart policy, nor of an alias: only the event does, or a look at each.
TEST(Quiet, WhatHappensWhileTheStreamIsAwayIsFoundWhenItIsBack) {
  SimulatedFleet fleet(7304);
  fleet.files["app.yaml"] = "services: {a: {image: i, restart: unless-stopped}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
  fleet.run_for(seconds(30));
  fleet.engine->drop_events(true);
  docker::ContainerUpdate update;
  update.restart = docker::RestartPolicy{"always", 0};
  ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().update_container("app-a-1", update)));
  fleet.engine->stop_events();
  fleet.engine->drop_events(false);
  fleet.run_for(seconds(15));
  const auto policy = [&fleet] {
    return fleet.by_hand(fleet.engine->by_hand().inspect_container("app-a-1"))->restart.name;
  };
  EXPECT_EQ(policy(), "unless-stopped") << tail(fleet);

  // Lost without a sign: found when the stream is renewed.
  fleet.engine->drop_events(true);
  ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().update_container("app-a-1", update)));
  fleet.engine->drop_events(false);
  fleet.run_for(controller::ControllerOptions{}.stream_renewal + seconds(30));
  EXPECT_EQ(policy(), "unless-stopped") << tail(fleet);
}

}  // namespace
}  // namespace fairlead::simulation
