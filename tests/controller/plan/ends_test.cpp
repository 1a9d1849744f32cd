// A container ended: what follows, and when. Time is a value.
#include <gmock/gmock.h>

#include "controller/plan/ends.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// `web` ran from 12:00:00 to 12:00:02 and ended with a code.
struct Ended {
  explicit Ended(const std::string& policy, int code = 3) {
    desired = small_app();
    desired.services[0].restart.reset();
    if (!policy.empty()) desired.services[0].restart = model::RestartPolicy{policy, 0};
    observed = settled(desired);
    auto& web = container_of(observed, "web");
    web.state = "exited";
    web.exit_code = code;
    web.started_at = "2026-01-01T12:00:00Z";
    web.finished_at = "2026-01-01T12:00:02Z";
    id = web.id;
    end = WallTime(seconds(1767268802));
  }
  Plan at(Duration after_end) {
    observed.now = end + std::chrono::duration_cast<WallTime::duration>(after_end);
    return plan_app(desired, observed, policy(), memory);
  }
  model::App desired;
  Observed observed;
  Memory memory;
  std::string id;
  WallTime end{};
};

TEST(PlanEnds, WaitsThreeTimesAsLongEachTimeUpToFiveMinutes) {
  const Duration expected[] = {seconds(1),  seconds(3),   seconds(9), seconds(27),
                               seconds(81), seconds(243), minutes(5), minutes(5)};
  int failures = 0;
  for (const auto delay : expected) {
    Ended ended("on-failure");
    ended.memory.runs[ended.id] = {failures, failures};
    EXPECT_EQ(restart_delay(failures + 1), delay);
    const auto early = ended.at(delay - std::chrono::milliseconds(1));
    EXPECT_THAT(lines(early), IsEmpty()) << failures;
    EXPECT_EQ(early.wake_at, ended.end + delay);
    EXPECT_THAT(early.waiting, ElementsAre(HasSubstr("CrashLooping")));
    const auto due = ended.at(delay);
    ASSERT_THAT(lines(due), ElementsAre("start shop-web-1")) << failures;
    const auto& start = std::get<StartContainer>(due.operations[0].action);
    EXPECT_EQ(start.runs, (Runs{failures + 1, failures + 1}));
    ++failures;
  }
}

TEST(PlanEnds, SaysHowItEndedAndWhatItWrote) {
  Ended ended("");
  ended.memory.ends[ended.id] = {"2026-01-01T12:00:02Z", {}, "no database"};
  ended.memory.runs[ended.id] = {1, 1};
  const auto plan = ended.at(seconds(1));
  ASSERT_EQ(plan.crashes.size(), 1u);
  EXPECT_EQ(plan.crashes[0].failures, 2);
  EXPECT_EQ(plan.crashes[0].message,
            "container shop-web-1 is CrashLooping: exited with code 3 after 2.0 s, 2 times in a "
            "row; started again 3.0 s later; it wrote: no database");
  EXPECT_FALSE(plan.in_sync());
}

TEST(PlanEnds, GivesUpAfterTheRetriesUnlessAskedToTryAgain) {
  Ended ended("no");
  ended.desired.retries = 2;
  ended.memory.runs[ended.id] = {2, 2};
  const auto plan = ended.at(minutes(60));
  EXPECT_THAT(lines(plan), IsEmpty());
  ASSERT_EQ(plan.refusals.size(), 1u);
  EXPECT_EQ(plan.refusals[0].error.reason, Reason::kJobFailed);
  EXPECT_THAT(plan.refusals[0].error.message, HasSubstr("code 3"));
  ended.memory.runs[ended.id].again = true;
  EXPECT_THAT(lines(ended.at(seconds(0))), ElementsAre("start shop-web-1"));
}

TEST(PlanEnds, AClockThatRunsAheadIsNotWaitedFor) {
  Ended ended("no");
  ended.memory.ends[ended.id] = {"2026-01-01T12:00:02Z", ended.end - minutes(60), ""};
  EXPECT_THAT(lines(ended.at(-minutes(60))), IsEmpty());
  EXPECT_THAT(lines(ended.at(-minutes(60) + seconds(1))), ElementsAre("start shop-web-1"));
}

TEST(PlanEnds, AYoungStartAfterAFailureIsNotYetSettled) {
  Ended ended("no");
  auto& web = container_of(ended.observed, "web");
  web.state = "running";
  web.started_at = "2026-01-01T12:00:02Z";
  EXPECT_TRUE(ended.at(seconds(1)).in_sync()) << "it never failed";
  ended.memory.runs[ended.id] = {1, 1};
  const auto young = ended.at(seconds(9));
  EXPECT_FALSE(young.in_sync());
  EXPECT_EQ(young.wake_at, ended.end + seconds(10));
  EXPECT_TRUE(ended.at(seconds(10)).in_sync());
}

// What is read back right after a create or update is the engine's form of what was given.
TEST(PlanReadings, ADifferenceOfAFreshContainerIsNoDrift) {
  auto desired = small_app();
  desired.services[0].user = "7";
  Observed observed = settled(desired);
  auto& web = container_of(observed, "web");
  web.user = "seven";
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), testing::Not(IsEmpty()));
  Memory memory;
  memory.unread = {web.id};
  const auto first = plan_app(desired, observed, policy(), memory);
  EXPECT_TRUE(first.in_sync());
  ASSERT_EQ(first.not_applied.size(), 1u);
  EXPECT_EQ(first.not_applied[0].field, "user");
  const Readings expected{{"user", "7", "seven"}};
  EXPECT_EQ(first.compared.at(web.id), expected);
  memory.unread.clear();
  memory.readings = {{web.id, expected}};
  EXPECT_TRUE(plan_app(desired, observed, policy(), memory).in_sync());
  web.user = "eight";
  EXPECT_FALSE(plan_app(desired, observed, policy(), memory).in_sync()) << "changed since";
}

TEST(PlanReadings, AnotherManifestIsAnotherMatter) {
  auto desired = small_app();
  desired.services[0].user = "7";
  Observed observed = settled(desired);
  auto& web = container_of(observed, "web");
  web.user = "seven";
  Memory memory;
  memory.unread = {web.id};
  desired.services[0].user = "8";
  const auto plan = plan_app(desired, observed, policy(), memory);
  EXPECT_THAT(plan.not_applied, IsEmpty());
  EXPECT_THAT(lines(plan), testing::Contains("create shop-web-1.next"));
}

}  // namespace
}  // namespace fairlead::controller
