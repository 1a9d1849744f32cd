
#include <gmock/gmock.h>

#include "controller/guard/part_absence.h"
#include "controller/guard/prune.h"

namespace fairlead::controller {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const PruneRules kRules;

SteadyTime at(int second) {
  return SteadyTime(seconds(second));
}

TEST(PartAbsence, NeedsThreeWholeScansAndThirtySeconds) {
  PartAbsence parts;
  parts.scanned(true, {"a"}, at(0));
  parts.scanned(true, {"a"}, at(10));
  EXPECT_FALSE(parts.ripe(kRules, at(40))) << "two scans";
  parts.scanned(true, {"a"}, at(20));
  EXPECT_FALSE(parts.ripe(kRules, at(29)));
  EXPECT_TRUE(parts.ripe(kRules, at(30)));
}

// Each edit used to begin the wait anew.
TEST(PartAbsence, OtherChangesDoNotDelayAPart) {
  PartAbsence parts;
  parts.scanned(true, {"a", "b"}, at(0));
  for (int second = 1; second <= 31; ++second)
    parts.scanned(true, {"a", "edit" + std::to_string(second)}, at(second));
  const auto recent = parts.recent(kRules, at(31));
  EXPECT_FALSE(recent.contains("b")) << "gone since second 1";
  EXPECT_TRUE(recent.contains("edit30"));
  EXPECT_TRUE(recent.contains("edit2"));
}

TEST(PartAbsence, APartThatCameBackBeginsAnew) {
  PartAbsence parts;
  parts.scanned(true, {"a", "b"}, at(0));
  parts.scanned(true, {"a"}, at(10));
  parts.scanned(true, {"a"}, at(20));
  parts.scanned(true, {"a", "b"}, at(30));
  parts.scanned(true, {"a"}, at(40));
  EXPECT_TRUE(parts.ripe(kRules, at(69)));
  EXPECT_THAT(parts.recent(kRules, at(69)), ElementsAre("b"));
  parts.scanned(true, {"a"}, at(50));
  parts.scanned(true, {"a"}, at(60));
  EXPECT_THAT(parts.recent(kRules, at(69)), ElementsAre("b"));
  EXPECT_THAT(parts.recent(kRules, at(70)), IsEmpty());
}

// Edits come between scans of the directory: no scan saw the part while it was back.
TEST(PartAbsence, APartThatCameBackBetweenScansBeginsAnew) {
  PartAbsence parts;
  parts.scanned(true, {"a", "b"}, at(0));
  for (int second = 10; second <= 40; second += 10)
    parts.scanned(true, {"a"}, at(second));
  EXPECT_THAT(parts.recent(kRules, at(40)), IsEmpty()) << "it may have gone by now";
  parts.declare({"a", "b"});
  parts.declare({"a"});
  EXPECT_THAT(parts.recent(kRules, at(41)), ElementsAre("b"));
  parts.scanned(true, {"a"}, at(50));
  parts.scanned(true, {"a"}, at(60));
  parts.scanned(true, {"a"}, at(70));
  EXPECT_THAT(parts.recent(kRules, at(79)), ElementsAre("b"));
  EXPECT_THAT(parts.recent(kRules, at(80)), IsEmpty());
}

TEST(PartAbsence, AScanThatIsNotWholeBeginsAllAnew) {
  PartAbsence parts;
  parts.scanned(true, {"a", "b"}, at(0));
  for (int second = 10; second <= 60; second += 10)
    parts.scanned(true, {"a"}, at(second));
  EXPECT_TRUE(parts.ripe(kRules, at(60)));
  EXPECT_THAT(parts.recent(kRules, at(60)), IsEmpty());
  parts.scanned(false, {"a"}, at(70));
  EXPECT_FALSE(parts.ripe(kRules, at(70)));
  EXPECT_THAT(parts.recent(kRules, at(70)), ElementsAre("b"));
  for (int second = 80; second <= 110; second += 10)
    parts.scanned(true, {"a"}, at(second));
  EXPECT_TRUE(parts.ripe(kRules, at(110)));
  EXPECT_THAT(parts.recent(kRules, at(110)), IsEmpty());
}

TEST(PartAbsence, DoesNotGrowWithEveryNameThatEverWas) {
  PartAbsence parts;
  for (int second = 0; second < 20'000; ++second)
    parts.scanned(true, {"part" + std::to_string(second)}, at(second));
  EXPECT_LE(parts.recent({.scans = 1'000'000}, at(20'000)).size(), 3700u);
}

}  // namespace
}  // namespace fairlead::controller
