// Nothing is changed twice: values that the engine reads in its own way, engines that nobody has
// seen, and containers that end by themselves.
#include "tests/simulation/shop.h"
#include "tests/support/spellings.h"

namespace fairlead::simulation {
namespace {

using docker::Operation;
using std::chrono::minutes;
using std::chrono::seconds;

std::uint64_t starts(const SimulatedFleet& fleet) {
  return fleet.engine->calls(Operation::kContainerStart);
}

TEST(Rest, EverySpellingIsAtRestAfterOneStart) {
  SimulatedFleet fleet(7001);
  const auto& all = test::kSpellings;
  ASSERT_GT(all.size(), 100u);
  for (std::size_t i = 0; i < all.size(); ++i)
    fleet.files["s" + std::to_string(i) + ".yaml"] = "services:\n" + test::spelled("a", all[i]);
  fleet.start();
  EXPECT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string app = "s" + std::to_string(i);
    ASSERT_TRUE(fleet.controller().apps().contains(app)) << all[i] << "\n" << tail(fleet);
    EXPECT_EQ(condition(fleet, app, "NotApplied"), "") << all[i];
    EXPECT_EQ(condition(fleet, app, "Ready"), "True Synced: everything is as the manifest says")
        << all[i];
  }
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerCreate), all.size());
  const auto before = fleet.engine->mutations();
  fleet.run_for(minutes(5));
  fleet.crash();
  fleet.start();
  fleet.run_for(minutes(5));
  EXPECT_EQ(fleet.engine->mutations(), before) << tail(fleet);
}

// The guard for what no table knows: said once, with both values, and never answered.
TEST(Rest, WhatTheEngineReadsInItsOwnWayReplacesNothing) {
  SimulatedFleet fleet(7002);
  fleet.engine->set_read_back([](docker::Container& container) {
    container.user = "u" + container.user;
    container.labels["mine"] = "other";
    container.settings["HostConfig.OomScoreAdj"] = 1;
    container.nano_cpus += 1;
  });
  fleet.files["odd.yaml"] =
      "services:\n  a: {image: i, user: '7', labels: {mine: x}, oom_score_adj: 5, cpus: 0.5}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  fleet.run_for(minutes(30));
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerCreate), 1u) << tail(fleet);
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerUpdate), 0u);
  EXPECT_EQ(lines_with(fleet, "value not applied"), 4u);
  EXPECT_EQ(lines_with(fleet, "have=u7 want=7"), 1u) << tail(fleet);
  EXPECT_NE(condition(fleet, "odd", "NotApplied").find("NotApplied"), std::string::npos);
  EXPECT_TRUE(condition(fleet, "odd", "Ready").starts_with("True"));
  fleet.crash();
  fleet.start();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerCreate), 1u) << tail(fleet);
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerUpdate), 0u);
}

TEST(Rest, AReadingExcusesNoChangeByHand) {
  SimulatedFleet fleet(7003);
  fleet.engine->set_read_back([](docker::Container& container) { container.nano_cpus += 1; });
  fleet.files["odd.yaml"] = "services:\n  a: {image: i, cpus: 0.5, restart: always}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  docker::ContainerUpdate update;
  update.nano_cpus = 300'000'000;
  update.restart = docker::RestartPolicy{"no", 0};
  ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().update_container("odd-a-1", update)));
  fleet.run_for(minutes(1));
  const auto found = fleet.by_hand(fleet.engine->by_hand().inspect_container("odd-a-1"));
  EXPECT_EQ(found->nano_cpus, 500'000'001);
  EXPECT_EQ(found->restart.name, "always");
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerUpdate), 1u) << tail(fleet);
}

// A container that another program made, with our labels, is no container of ours.
TEST(Rest, ACopyMadeByHandIsReplacedOnce) {
  SimulatedFleet fleet(7004);
  fleet.files["copy.yaml"] = "services:\n  a: {image: i, user: '7', network_mode: none}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  auto& hand = fleet.engine->by_hand();
  const auto ours = fleet.by_hand(hand.inspect_container("copy-a-1"));
  docker::ContainerSpec spec;
  spec.name = "copy-a-1";
  spec.image = "i";
  spec.user = "8";
  spec.labels = ours->labels.map();
  spec.network_mode = "none";
  ASSERT_TRUE(fleet.by_hand(hand.remove_container(ours->id, true)));
  const auto id = fleet.by_hand(hand.create_container(spec));
  ASSERT_TRUE(id);
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  fleet.run_for(minutes(5));
  EXPECT_EQ(fleet.by_hand(hand.inspect_container("copy-a-1"))->user, "7") << tail(fleet);
}

// ---- Ends ----

std::string job(const std::string& more = "", const std::string& rest = "") {
  return "services:\n  a: {image: i, network_mode: none, command: [/sample, exit, '3']" + more +
         "}\n" + rest;
}

TEST(Ends, AServiceWithoutPolicyIsTriedSixTimesAndThenGivenUp) {
  for (const std::string policy : {"", ", restart: 'no'", ", restart: ''"}) {
    SimulatedFleet fleet(7101);
    fleet.files["job.yaml"] = job(policy);
    fleet.start();
    fleet.run_for(seconds(6));
    EXPECT_EQ(starts(fleet), 3u) << "at 0, 1 and 4 s\n" << tail(fleet);
    EXPECT_NE(condition(fleet, "job", "Ready").find("False CrashLooping"), std::string::npos)
        << condition(fleet, "job", "Ready");
    EXPECT_NE(condition(fleet, "job", "Ready").find("exited with code 3 after 0.1 s"),
              std::string::npos);
    fleet.run_for(minutes(60));
    EXPECT_EQ(starts(fleet), 7u) << tail(fleet);
    EXPECT_NE(condition(fleet, "job", "Stalled").find("True JobFailed"), std::string::npos);
    EXPECT_NE(condition(fleet, "job", "Stalled").find("code 3"), std::string::npos);
    EXPECT_EQ(status_of(fleet, "job").containers.at(0).restarts, 6);
    EXPECT_LE(lines_with(fleet, "msg=\"app converged\""), 1u) << "before the first end only";
    EXPECT_EQ(lines_with(fleet, "Contended"), 0u);
    EXPECT_GE(lines_with(fleet, "level=warn msg=\"container ended\""), 1u);
  }
}

TEST(Ends, ARestartOfFairleadForgetsNoFailure) {
  SimulatedFleet fleet(7102);
  fleet.files["job.yaml"] = job();
  fleet.start();
  for (int i = 0; i < 10; ++i) {
    fleet.run_for(minutes(3));
    fleet.crash();
    fleet.start();
  }
  fleet.run_for(minutes(30));
  EXPECT_EQ(starts(fleet), 7u) << tail(fleet);
  EXPECT_NE(condition(fleet, "job", "Stalled").find("JobFailed"), std::string::npos);
}

TEST(Ends, ARequestOrAChangeTriesAgain) {
  SimulatedFleet fleet(7103);
  fleet.files["job.yaml"] = job("", "x-fairlead: {retries: 1}\n");
  fleet.start();
  fleet.run_for(minutes(10));
  EXPECT_EQ(starts(fleet), 2u) << tail(fleet);
  ASSERT_TRUE(fleet.controller().reconcile_now("job", "uid 0"));
  fleet.run_for(minutes(10));
  EXPECT_EQ(starts(fleet), 4u) << "at once, and one more\n" << tail(fleet);
  fleet.files["job.yaml"] = job("", "x-fairlead: {retries: 2}\n");
  fleet.run_for(minutes(10));
  EXPECT_EQ(starts(fleet), 7u) << tail(fleet);
}

TEST(Ends, EachContainerIsCountedForItself) {
  SimulatedFleet fleet(7113);
  const std::string fails = "image: i, network_mode: none, command: [/sample, exit, '3']";
  fleet.files["job.yaml"] =
      "services:\n  a: {" + fails + "}\n  b: {" + fails + ", scale: 2}\nx-fairlead: {retries: 2}\n";
  fleet.start();
  fleet.run_for(minutes(60));
  EXPECT_EQ(starts(fleet), 9u) << "three containers, three times each\n" << tail(fleet);
  for (const auto& row : status_of(fleet, "job").containers)
    EXPECT_EQ(row.restarts, 2) << row.service;
}

TEST(Ends, WhatOthersWaitForIsTriedWithoutEnd) {
  SimulatedFleet fleet(7104);
  fleet.files["job.yaml"] =
      job("", "  b: {image: i, network_mode: none, depends_on: [a]}\nx-fairlead: {retries: 1}\n");
  fleet.start();
  fleet.run_for(minutes(60));
  const auto before = starts(fleet);
  EXPECT_GT(before, 12u);
  EXPECT_LT(before, 30u);
  fleet.run_for(minutes(60));
  EXPECT_GE(starts(fleet), before + 11) << "every five minutes, for ever";
  EXPECT_LE(starts(fleet), before + 13);
}

TEST(Ends, ADependentHearsHowItsJobEnded) {
  SimulatedFleet fleet(7105);
  fleet.files["job.yaml"] = job("",
                                "  b:\n    image: i\n    network_mode: none\n    depends_on:\n"
                                "      a: {condition: service_completed_successfully}\n");
  fleet.start();
  fleet.run_for(minutes(60));
  EXPECT_GE(lines_with(fleet, "waits for a to complete, which exited with code 3"), 1u)
      << tail(fleet);
  EXPECT_EQ(starts(fleet), 7u);
}

TEST(Ends, AJobThatEndedWellIsDone) {
  SimulatedFleet fleet(7106);
  fleet.files["job.yaml"] =
      "services:\n  a: {image: i, network_mode: none, command: [/sample, exit, '0']}\n";
  fleet.start();
  fleet.run_for(minutes(30));
  fleet.crash();
  fleet.start();
  fleet.run_for(minutes(30));
  EXPECT_EQ(starts(fleet), 1u) << tail(fleet);
  EXPECT_TRUE(condition(fleet, "job", "Ready").starts_with("True"));
}

TEST(Ends, OnFailureIsTheEnginesToCount) {
  SimulatedFleet fleet(7107);
  fleet.files["job.yaml"] = job(", restart: 'on-failure:3'");
  fleet.start();
  fleet.run_for(minutes(60));
  EXPECT_EQ(starts(fleet), 1u) << tail(fleet);
  EXPECT_NE(condition(fleet, "job", "Stalled").find("JobFailed"), std::string::npos);
  EXPECT_EQ(status_of(fleet, "job").containers.at(0).restarts, 3);
}

TEST(Ends, AnEngineThatRestartsForEverIsACrashLoop) {
  SimulatedFleet fleet(7108);
  fleet.files["job.yaml"] = job(", restart: always");
  fleet.start();
  fleet.run_for(minutes(10));
  EXPECT_EQ(starts(fleet), 1u) << tail(fleet);
  EXPECT_NE(condition(fleet, "job", "Ready").find("False CrashLooping"), std::string::npos);
  EXPECT_NE(condition(fleet, "job", "Ready").find("code 3"), std::string::npos);
  EXPECT_LE(lines_with(fleet, "msg=\"app converged\""), 1u);
}

TEST(Ends, AStopByHandIsAnsweredAtOnce) {
  for (const std::string policy : {"", ", restart: 'no'", ", restart: always"}) {
    SimulatedFleet fleet(7109);
    fleet.files["web.yaml"] = "services:\n  a: {image: i, network_mode: none" + policy + "}\n";
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
    ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().stop_container("web-a-1", 1)));
    fleet.run_for(seconds(1));
    EXPECT_EQ(starts(fleet), 2u) << policy << "\n" << tail(fleet);
    EXPECT_TRUE(fleet.converges_within(seconds(30)));
    EXPECT_EQ(lines_with(fleet, "CrashLooping"), 0u) << tail(fleet);
  }
}

// A long run is no failed start: the next end is answered as the first one was.
TEST(Ends, ALongRunEndsTheBackOff) {
  SimulatedFleet fleet(7110);
  fleet.files["web.yaml"] = "services:\n  a: {image: i, network_mode: none}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  for (std::uint64_t i = 0; i < 20; ++i) {
    fleet.run_for(minutes(2));
    fleet.engine->exit_container("web-a-1", 1);
    fleet.run_for(seconds(2));
    EXPECT_EQ(starts(fleet), i + 2) << tail(fleet);
    EXPECT_TRUE(condition(fleet, "web", "Ready").starts_with("False CrashLooping"))
        << "not up for long yet";
    EXPECT_TRUE(fleet.converges_within(seconds(15))) << tail(fleet);
  }
}

TEST(Ends, ReplicasAreCountedEachForItself) {
  SimulatedFleet fleet(7111);
  fleet.files["web.yaml"] =
      "services:\n  a: {image: i, network_mode: none, scale: 5, restart: always}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  for (int i = 1; i <= 5; ++i)
    ASSERT_TRUE(
        fleet.by_hand(fleet.engine->by_hand().stop_container("web-a-" + std::to_string(i), 1)));
  EXPECT_TRUE(fleet.converges_within(seconds(30))) << tail(fleet);
  EXPECT_EQ(lines_with(fleet, "Contended"), 0u) << tail(fleet);
}

TEST(Ends, ContentionEndsByItself) {
  SimulatedFleet fleet(7112);
  fleet.files["web.yaml"] = "services:\n  a: {image: i, network_mode: none, restart: always}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
  for (int i = 0; i < 6; ++i) {
    static_cast<void>(fleet.by_hand(fleet.engine->by_hand().stop_container("web-a-1", 1)));
    fleet.run_for(seconds(20));
  }
  EXPECT_NE(condition(fleet, "web", "Stalled").find("Contended"), std::string::npos) << tail(fleet);
  EXPECT_TRUE(fleet.converges_within(minutes(12))) << tail(fleet);
}

// ---- What does not exist ----

TEST(Missing, AnExternalVolumeIsNotMade) {
  SimulatedFleet fleet(7201);
  fleet.files["ext.yaml"] =
      "services:\n  a: {image: i, network_mode: none, volumes: ['data:/data']}\n"
      "volumes: {data: {external: true, name: shop_data}}\n";
  fleet.start();
  fleet.run_for(minutes(5));
  EXPECT_EQ(fleet.engine->mutations(), 0u) << tail(fleet);
  EXPECT_NE(condition(fleet, "ext", "Stalled").find("NotFound"), std::string::npos);
  EXPECT_NE(condition(fleet, "ext", "Stalled").find("shop_data"), std::string::npos);
  ASSERT_TRUE(fleet.by_hand(fleet.engine->by_hand().create_volume({"shop_data", {}, {}, {}})));
  EXPECT_TRUE(fleet.converges_within(seconds(30))) << tail(fleet);
}

TEST(Missing, AHealthCheckThatNobodyGaveIsSaid) {
  SimulatedFleet fleet(7202);
  fleet.files["web.yaml"] =
      "services:\n"
      "  db: {image: i, network_mode: none}\n"
      "  app:\n    image: i\n    network_mode: none\n    depends_on:\n"
      "      db: {condition: service_healthy}\n";
  fleet.start();
  fleet.run_for(minutes(5));
  EXPECT_NE(condition(fleet, "web", "Stalled").find("True DependencyNotReady"), std::string::npos)
      << tail(fleet);
  EXPECT_NE(condition(fleet, "web", "Stalled")
                .find("service app waits for db to be healthy, but "
                      "db has no health check"),
            std::string::npos)
      << condition(fleet, "web", "Stalled");
  EXPECT_EQ(starts(fleet), 1u);
}

}  // namespace
}  // namespace fairlead::simulation
