// Containers whose namespace or dependency was made anew under them are started again.
#include <gmock/gmock.h>

#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kFirst = "2026-01-01T00:00:01.12Z";
constexpr const char* kSecond = "2026-01-01T00:00:01.123Z";  // earlier in text, later in time
constexpr const char* kThird = "2026-01-01T00:00:02Z";

// `torrent` shares a namespace of `vpn`, as `field` says.
model::App tunnel(const std::string& field) {
  auto torrent = service("torrent");
  if (field == "network_mode") {
    torrent.endpoints.clear();
    torrent.network_mode = "service:vpn";
  } else {
    torrent.settings[field] = "service:vpn";
  }
  model::Dependency implied;
  implied.service = "vpn";
  implied.restart = true;
  torrent.depends_on = {implied};
  return app({std::move(torrent), service("vpn")}, {network("default")});
}

Observed with_starts(const model::App& desired, const std::string& vpn,
                     const std::string& torrent) {
  Observed observed = settled(app({desired.services[1]}, desired.networks));
  put(observed, running(desired, "torrent", observed));
  container_of(observed, "torrent").settings =
      container_spec(desired, desired.services[0], observed, policy(), {}).settings;
  container_of(observed, "vpn").started_at = vpn;
  container_of(observed, "torrent").started_at = torrent;
  return observed;
}

TEST(PlanFollowers, RestartsWhatWasStartedBeforeTheOwnerOfItsNamespace) {
  for (const std::string field : {"network_mode", "pid", "ipc"}) {
    const auto desired = tunnel(field);
    const auto plan = plan_app(desired, with_starts(desired, kSecond, kFirst), policy(), {});
    EXPECT_THAT(lines(plan), ElementsAre("restart shop-torrent-1")) << field;
    ASSERT_THAT(plan.drift, testing::SizeIs(1)) << field;
    EXPECT_EQ(plan.drift[0].field, field);
    EXPECT_TRUE(plan_app(desired, with_starts(desired, kFirst, kSecond), policy(), {}).in_sync())
        << field;
  }
}

TEST(PlanFollowers, WaitsUntilTheOwnerIsWhatItIsAskedToBe) {
  auto desired = tunnel("network_mode");
  desired.services[0].depends_on[0].condition = model::Dependency::Condition::kHealthy;
  auto observed = with_starts(desired, kSecond, kFirst);
  container_of(observed, "vpn").health = "starting";
  const auto early = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(lines(early), IsEmpty());
  EXPECT_FALSE(early.waiting.empty());
  container_of(observed, "vpn").health = "healthy";
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})),
              ElementsAre("restart shop-torrent-1"));
}

TEST(PlanFollowers, AClockThatWasSetBackRestartsNothingTwice) {
  const auto desired = tunnel("network_mode");
  const auto observed = with_starts(desired, kSecond, kFirst);
  const auto plan = plan_app(desired, observed, policy(), {});
  const auto& restart = std::get<RestartContainer>(plan.operations.at(0).action);
  Memory memory;
  memory.restarted[restart.start.container.id] = restart.because_of;
  EXPECT_TRUE(plan_app(desired, observed, policy(), memory).in_sync());

  auto before = with_starts(desired, kSecond, "2025-12-31T00:00:00Z");
  EXPECT_TRUE(plan_app(desired, before, policy(), {}).in_sync())
      << "started before it was created: its time says nothing";
}

// It ended with 0 because it was stopped for the restart that a crash cut short.
TEST(PlanFollowers, OneThatEndedWhileItWasStaleIsNotDone) {
  auto desired = tunnel("network_mode");
  desired.services[0].restart.reset();
  auto observed = with_starts(desired, kSecond, kFirst);
  auto& torrent = container_of(observed, "torrent");
  torrent.state = "exited";
  torrent.restart = {};
  torrent.finished_at = kThird;
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})),
              ElementsAre("start shop-torrent-1"));
  torrent.finished_at = kFirst;
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), IsEmpty()) << "it was done before";
}

model::App with_database(bool restart) {
  auto web = service("web");
  model::Dependency dependency;
  dependency.service = "db";
  dependency.restart = restart;
  web.depends_on = {dependency};
  return app({service("db"), std::move(web)}, {network("default")});
}

TEST(PlanFollowers, DependsOnRestartFollowsAReplacementAndNoOtherStart) {
  const auto desired = with_database(true);
  Observed observed = settled(desired);
  auto& db = container_of(observed, "db");
  auto& web = container_of(observed, "web");
  db.started_at = kThird;  // by hand, or by the engine's restart policy
  web.started_at = kFirst;
  EXPECT_TRUE(plan_app(desired, observed, policy(), {}).in_sync());
  db.created = kSecond;
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), ElementsAre("restart shop-web-1"));
  EXPECT_TRUE(plan_app(with_database(false), observed, policy(), {}).in_sync());
  web.started_at = kThird;
  EXPECT_TRUE(plan_app(desired, observed, policy(), {}).in_sync());
}

TEST(PlanFollowers, ANewDependencyCountsWhenItHasTakenItsPlace) {
  auto desired = with_database(true);
  Observed observed = settled(desired);
  desired.services[0].image = "app:2";
  desired.services[0].deploy.emplace().start_first = true;
  container_of(observed, "web").started_at = kFirst;
  auto fresh = running(desired, "db", observed, "22");
  fresh.details.name = "shop-db-1.next";
  fresh.details.created = fresh.details.started_at = kSecond;
  fresh.details.health = "starting";
  put(observed, fresh);
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})),
              testing::Not(Contains("restart shop-web-1")));
}

// A container that was created while its network was being removed: the engine knows it by the ID
// of what is gone, and nothing takes that off again.
TEST(PlanFollowers, AContainerThatWasMadeForAGoneNetworkIsMadeAgain) {
  Observed observed = settled(small_app());
  auto& web = container_of(observed, "web");
  web.state = "created";
  web.running = false;
  web.endpoints = {{.network_name = long_id("dead")}};
  const auto plan = plan_app(small_app(), observed, policy(), {});
  EXPECT_THAT(lines(plan), Contains("create shop-web-1.next"));
  EXPECT_THAT(lines(plan), Contains("remove shop-web-1"));
  EXPECT_THAT(lines(plan), testing::Not(Contains("disconnect shop-web-1")));
  EXPECT_EQ(plan.drift.at(0).field, "networks");
}

}  // namespace
}  // namespace fairlead::controller
