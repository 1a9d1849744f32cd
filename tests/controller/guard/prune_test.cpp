// The prune guard: nothing goes by silence, by haste, or in bulk (F081–F084).
#include "controller/guard/prune.h"

#include <gmock/gmock.h>

#include "tests/controller/times.h"

namespace fairlead::controller {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

using Names = std::set<std::string>;

Names numbered(int from, int to) {
  Names names;
  for (int i = from; i < to; ++i)
    names.insert("app" + std::to_string(i));
  return names;
}

// Complete scans at 0, 10, 20 and 30 s.
void scan_for_30_seconds(PruneGuard& guard, const Names& present, const Names& owned) {
  for (int t = 0; t <= 30; t += 10)
    guard.scanned(true, present, owned, at(t));
}

TEST(PruneGuard, AllowsAfterThreeScansAndThirtySeconds) {
  PruneGuard guard;
  const Names owned = {"a", "b"};
  guard.scanned(true, {"a"}, owned, at(0));
  guard.scanned(true, {"a"}, owned, at(1));
  guard.scanned(true, {"a"}, owned, at(2));
  EXPECT_THAT(guard.decide(at(29)).pending, ElementsAre("b")) << "three scans, not yet 30 s";
  EXPECT_THAT(guard.decide(at(30)).allowed, ElementsAre("b"));
}

// A file that was edited is read alone: that its App is back is known, and no absence is counted.
TEST(PruneGuard, WhatIsSeenBetweenScansIsBackAndStartsOver) {
  PruneGuard guard;
  const Names owned = {"a", "b", "c"};
  guard.scanned(true, {"a"}, owned, at(0));
  guard.scanned(true, {"a"}, owned, at(10));
  for (int t = 11; t < 15; ++t)
    guard.seen({"a", "b"}, owned);
  guard.scanned(true, {"a"}, owned, at(30));
  EXPECT_THAT(guard.decide(at(60)).pending, ElementsAre("b")) << "gone since 30 s, and one scan";
  guard.scanned(true, {"a"}, owned, at(60));
  guard.scanned(true, {"a"}, owned, at(61));
  EXPECT_TRUE(guard.decide(at(61)).pending.empty());
}

TEST(PruneGuard, ThirtySecondsWithoutThreeScansAreNotEnough) {
  PruneGuard guard;
  guard.scanned(true, {"a"}, {"a", "b"}, at(0));
  guard.scanned(true, {"a"}, {"a", "b"}, at(60));
  EXPECT_THAT(guard.decide(at(60)).allowed, IsEmpty());
}

TEST(PruneGuard, StartsOverWhenAScanWasIncomplete) {
  PruneGuard guard;
  const Names owned = {"a", "b"};
  guard.scanned(true, {"a"}, owned, at(0));
  guard.scanned(true, {"a"}, owned, at(20));
  guard.scanned(false, {}, owned, at(25));
  guard.scanned(true, {"a"}, owned, at(30));
  guard.scanned(true, {"a"}, owned, at(40));
  EXPECT_THAT(guard.decide(at(59)).allowed, IsEmpty());
  guard.scanned(true, {"a"}, owned, at(60));
  EXPECT_THAT(guard.decide(at(60)).allowed, ElementsAre("b"));
}

TEST(PruneGuard, StartsOverWhenAnAppComesBack) {
  PruneGuard guard;
  scan_for_30_seconds(guard, {"a"}, {"a", "b"});
  guard.scanned(true, {"a", "b"}, {"a", "b"}, at(40));
  guard.scanned(true, {"a"}, {"a", "b"}, at(50));
  EXPECT_THAT(guard.decide(at(50)).allowed, IsEmpty());
  EXPECT_THAT(guard.decide(at(50)).pending, ElementsAre("b"));
}

TEST(PruneGuard, NeverAllowsAll) {
  PruneGuard guard;
  scan_for_30_seconds(guard, {}, {"a"});
  EXPECT_THAT(guard.decide(at(30)).allowed, IsEmpty());
  EXPECT_THAT(guard.decide(at(30)).withheld, ElementsAre("a"));
}

TEST(PruneGuard, WithholdsMoreThanThirtyPercent) {
  PruneGuard three;
  scan_for_30_seconds(three, numbered(3, 10), numbered(0, 10));
  EXPECT_EQ(three.decide(at(30)).allowed, numbered(0, 3));

  PruneGuard four;
  scan_for_30_seconds(four, numbered(4, 10), numbered(0, 10));
  EXPECT_THAT(four.decide(at(30)).allowed, IsEmpty());
  EXPECT_EQ(four.decide(at(30)).withheld, numbered(0, 4));
}

TEST(PruneGuard, OneAppMayAlwaysGoUnlessItIsTheOnlyOne) {
  PruneGuard guard;
  scan_for_30_seconds(guard, {"a"}, {"a", "b"});
  EXPECT_THAT(guard.decide(at(30)).allowed, ElementsAre("b"));
}

TEST(PruneGuard, ConsentReachesExactlyTheNamedOnes) {
  PruneGuard guard;
  scan_for_30_seconds(guard, {}, {"a", "b"});
  guard.confirm({"a"});
  EXPECT_THAT(guard.decide(at(30)).allowed, ElementsAre("a"));
  EXPECT_THAT(guard.decide(at(30)).withheld, ElementsAre("b"));
}

TEST(PruneGuard, ConsentDoesNotOutliveAReturn) {
  PruneGuard guard;
  scan_for_30_seconds(guard, {}, {"a"});
  guard.confirm({"a"});
  guard.scanned(true, {"a"}, {"a"}, at(40));
  for (int t = 50; t <= 90; t += 10)
    guard.scanned(true, {}, {"a"}, at(t));
  EXPECT_THAT(guard.decide(at(90)).allowed, IsEmpty());
}

TEST(PruneGuard, ConsentBeforehandDoesNotShortenTheWait) {
  PruneGuard guard;
  guard.scanned(true, {}, {"a"}, at(0));
  guard.confirm({"a"});
  EXPECT_THAT(guard.decide(at(0)).allowed, IsEmpty());
}

TEST(PruneGuard, AllowanceLastsUntilTheObjectsAreGone) {
  PruneGuard guard;
  scan_for_30_seconds(guard, numbered(3, 10), numbered(0, 10));
  ASSERT_EQ(guard.decide(at(30)).allowed, numbered(0, 3));
  // A fourth leaves while the first three are on their way out: those go on.
  guard.scanned(true, numbered(4, 10), numbered(0, 10), at(40));
  EXPECT_EQ(guard.decide(at(40)).allowed, numbered(0, 3));
}

TEST(PruneGuard, TwoWavesDoNotAddUpToMoreThanTheBudget) {
  PruneGuard guard;
  scan_for_30_seconds(guard, numbered(3, 10), numbered(0, 10));
  ASSERT_EQ(guard.decide(at(30)).allowed, numbered(0, 3));
  for (int t = 40; t <= 70; t += 10)
    guard.scanned(true, numbered(6, 10), numbered(0, 10), at(t));
  EXPECT_EQ(guard.decide(at(70)).allowed, numbered(0, 3));
  EXPECT_EQ(guard.decide(at(70)).withheld, numbered(3, 6));
}

}  // namespace
}  // namespace fairlead::controller
