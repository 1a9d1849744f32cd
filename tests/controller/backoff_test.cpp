#include "controller/backoff.h"

#include <gtest/gtest.h>

#include <set>

namespace fairlead::controller {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Backoff, DoublesFromOneSecondToFiveMinutesWithJitter) {
  SeededRandom random(1);
  Backoff backoff;
  Duration step = seconds(1);
  for (int i = 1; i <= 20; ++i) {
    const auto delay = backoff.failed(app_key("shop"), ErrorClass::kTransient, "d1", random);
    EXPECT_GE(delay, step / 2) << i;
    EXPECT_LE(delay, step) << i;
    EXPECT_EQ(backoff.failures(app_key("shop")), i);
    step = std::min<Duration>(step * 2, minutes(5));
  }
}

TEST(EarlyTries, AreAtOnceAndThenEverMoreRarely) {
  EarlyTries tries;
  const auto key = app_key("shop");
  const SteadyTime begin{minutes(10)};
  EXPECT_EQ(tries.next(key, begin), begin);
  std::set<SteadyTime> planned;
  for (int tenth = 1; tenth <= 6000; ++tenth)
    planned.insert(tries.next(key, begin + tenth * std::chrono::milliseconds(100)));
  EXPECT_EQ(*planned.begin(), begin + seconds(1));
  EXPECT_GE(planned.size(), 13u);
  EXPECT_LE(planned.size(), 16u) << "a flood of ten minutes";
  EXPECT_GE(*planned.rbegin(), begin + minutes(9)) << "the last event has a try after it";
  const auto later = begin + minutes(30);
  EXPECT_EQ(tries.next(key, later), later) << "quiet since";
  EXPECT_EQ(tries.next(app_key("other"), begin), begin);
}

TEST(EarlyTries, AreForWhatTheEventMayHaveFreed) {
  EXPECT_TRUE(may_free("container", "die", Reason::kPortConflict));
  EXPECT_TRUE(may_free("network", "disconnect", Reason::kAddressInUse));
  EXPECT_TRUE(may_free("container", "destroy", Reason::kNameTaken));
  EXPECT_TRUE(may_free("network", "destroy", Reason::kSubnetOverlap));
  EXPECT_FALSE(may_free("container", "start", Reason::kPortConflict));
  EXPECT_FALSE(may_free("container", "die", Reason::kNameTaken)) << "it keeps its name";
  EXPECT_FALSE(may_free("container", "die", Reason::kImageNotFound));
}

TEST(Backoff, SpreadsTheRetriesOfManyApps) {
  SeededRandom random(1);
  Backoff backoff;
  std::set<Duration> delays;
  for (int i = 0; i < 50; ++i)
    delays.insert(
        backoff.failed(app_key("app" + std::to_string(i)), ErrorClass::kTransient, "d", random));
  EXPECT_GT(delays.size(), 45u);
}

TEST(Backoff, StartsOverAfterSuccessANewDigestOrAnotherClass) {
  SeededRandom random(1);
  Backoff backoff;
  const auto fail = [&](ErrorClass error_class, const char* digest) {
    return backoff.failed(app_key("shop"), error_class, digest, random);
  };
  for (int i = 0; i < 8; ++i)
    fail(ErrorClass::kTransient, "d1");
  EXPECT_LE(fail(ErrorClass::kTransient, "d2"), seconds(1));
  for (int i = 0; i < 8; ++i)
    fail(ErrorClass::kTransient, "d2");
  EXPECT_LE(fail(ErrorClass::kBlocked, "d2"), seconds(1));
  for (int i = 0; i < 8; ++i)
    fail(ErrorClass::kBlocked, "d2");
  backoff.succeeded(app_key("shop"));
  EXPECT_EQ(backoff.failures(app_key("shop")), 0);
  EXPECT_LE(fail(ErrorClass::kBlocked, "d2"), seconds(1));
}

// Names are the manifests' to choose: none of them is the engine's, or a network's.
TEST(Backoff, AnAppOfAnyNameHasABackOffOfItsOwn) {
  SeededRandom random(1);
  Backoff backoff;
  for (int i = 0; i < 3; ++i)
    backoff.failed(app_key("engine"), ErrorClass::kTransient, "d", random);
  backoff.succeeded(engine_key());
  EXPECT_EQ(backoff.failures(app_key("engine")), 3);
  EXPECT_EQ(backoff.failures(key_from("network/engine")), 0);
}

TEST(Keys, AreTextsOnlyWhereTheyAreNamed) {
  EXPECT_EQ(to_string(app_key("engine")), "engine");
  EXPECT_EQ(key_from("engine"), app_key("engine"));
  EXPECT_NE(app_key("engine"), engine_key());
  EXPECT_EQ(key_from("network/edge"), (Key{Key::Kind::kNetwork, "edge"}));
  EXPECT_EQ(to_string(key_from("network/edge")), "network/edge");
}

TEST(Backoff, NeverRetriesInvalidOnATimer) {
  SeededRandom random(1);
  Backoff backoff;
  EXPECT_EQ(backoff.failed(app_key("shop"), ErrorClass::kInvalid, "d", random), Duration::max());
}

}  // namespace
}  // namespace fairlead::controller
