#include "controller/guard/removal.h"

#include <gtest/gtest.h>

#include <functional>

namespace fairlead::controller {
namespace {

// Everything holds.
Removal leftover(Kind kind = Kind::kContainer) {
  Removal removal;
  removal.kind = kind;
  removal.ours = true;
  removal.named = true;
  removal.absent = true;
  removal.readable = true;
  return removal;
}

const std::string kId(64, 'a');

TEST(Removal, GoesWhenEveryConditionHolds) {
  EXPECT_EQ(why_it_stays(leftover()), Stays::kGoes);
  EXPECT_EQ(why_it_stays(leftover(Kind::kNetwork)), Stays::kGoes);
}

TEST(Removal, NeverOfAVolume) {
  EXPECT_EQ(why_it_stays(leftover(Kind::kVolume)), Stays::kVolume);
}

TEST(Removal, StaysForEachConditionAlone) {
  struct Case {
    std::function<void(Removal&)> spoil;
    Stays why;
  };
  const Case cases[] = {
      {[](Removal& r) { r.ours = false; }, Stays::kForeign},
      {[](Removal& r) { r.named = false; }, Stays::kStranger},
      {[](Removal& r) { r.prune = false; }, Stays::kKept},
      {[](Removal& r) { r.absent = false; }, Stays::kTooEarly},
      {[](Removal& r) { r.contended = true; }, Stays::kContended},
      {[](Removal& r) { r.readable = false; }, Stays::kUnreadable},
      {[](Removal& r) { r.going = true; }, Stays::kGoing},
      {[](Removal& r) { r.used = true; }, Stays::kUsed},
  };
  for (const auto& each : cases) {
    Removal removal = leftover();
    each.spoil(removal);
    EXPECT_EQ(why_it_stays(removal), each.why) << "condition " << static_cast<int>(each.why);
  }
}

TEST(Removal, OfNothingThatIsKnownByNothing) {
  EXPECT_EQ(why_it_stays({}), Stays::kForeign) << "what was not asked counts against it";
}

TEST(Departure, StaysWhileABrokenFileMayHoldIt) {
  const auto error = why_app_stays({"shop", {.allowed = {"shop"}}, "other.yaml", false});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->reason, Reason::kPruneBlocked);
  EXPECT_EQ(error->hint, "fix or delete other.yaml");
}

TEST(Departure, StaysWhileAManifestSpeaksOfIt) {
  EXPECT_TRUE(why_app_stays({"shop", {.allowed = {"shop"}}, "", true}));
}

TEST(Departure, StaysBeyondTheBudgetUntilConfirmed) {
  const auto error = why_app_stays({"shop", {.withheld = {"shop"}}, "", false});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->hint, "if that is meant: fairlead prune --confirm shop");
}

TEST(Departure, HasNothingAgainstItOtherwise) {
  EXPECT_FALSE(why_app_stays({"shop", {.allowed = {"shop"}}, "", false}));
}

TEST(LastGate, LetsAFullIdOfTheInventoryThrough) {
  EXPECT_TRUE(removes_one_of_ours(Kind::kContainer, kId, true));
}

TEST(LastGate, StopsWhatCouldBeTakenForAnother) {
  for (const std::string& id : {std::string(), std::string("shop-web-1"), kId.substr(1), kId + "a",
                                std::string(64, 'g'), std::string(64, 'A')}) {
    const auto verdict = removes_one_of_ours(Kind::kContainer, id, true);
    ASSERT_FALSE(verdict) << id;
    EXPECT_EQ(verdict.error().reason, Reason::kNotOwner);
  }
}

TEST(LastGate, StopsWhatTheInventoryDoesNotHave) {
  EXPECT_FALSE(removes_one_of_ours(Kind::kNetwork, kId, false));
}

TEST(LastGate, StopsEveryVolume) {
  EXPECT_FALSE(removes_one_of_ours(Kind::kVolume, kId, true));
}

}  // namespace
}  // namespace fairlead::controller
