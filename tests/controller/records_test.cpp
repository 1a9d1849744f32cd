// What the loop remembers between passes: events, conditions, and who fights over a field.
#include <gtest/gtest.h>

#include "controller/guard/contention.h"
#include "controller/report/event_log.h"
#include "tests/controller/times.h"

namespace fairlead::controller {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

WallTime wall(int second) {
  return WallTime(seconds(second));
}

TEST(EventLog, RaisesTheCountOfARepeat) {
  EventLog log;
  EXPECT_TRUE(log.record("Warning", "InUse", "shop", "network/a", "in use", wall(1)));
  EXPECT_TRUE(log.record("Normal", "NetworkCreated", "shop", "network/b", "created", wall(2)));
  EXPECT_FALSE(log.record("Warning", "InUse", "shop", "network/a", "in use", wall(3)));
  ASSERT_EQ(log.records().size(), 2u);
  const auto& repeated = log.records().back();
  EXPECT_EQ(repeated.count, 2u);
  EXPECT_EQ(repeated.first, wall(1));
  EXPECT_EQ(repeated.last, wall(3));
  EXPECT_EQ(repeated.sequence, 3u) << "a reader that knows number 2 must see the repeat";
}

TEST(EventLog, KeepsTheLatestThousand) {
  EventLog log;
  for (int i = 0; i < 1200; ++i)
    log.record("Normal", "R", "shop", "o" + std::to_string(i), "m", wall(i));
  ASSERT_EQ(log.records().size(), EventLog::kCapacity);
  EXPECT_EQ(log.records().front().object, "o200");
  EXPECT_EQ(log.forgotten(), 200u) << "who knows 199 has missed one, who knows 200 has not";
}

TEST(Conditions, MoveTheirTimeOnlyWithTheirStatus) {
  std::vector<Condition> conditions;
  set_condition(conditions,
                {"Ready", Truth::kFalse, "A", SharedText("first"), SharedText("d1"), wall(1)});
  set_condition(conditions,
                {"Ready", Truth::kFalse, "B", SharedText("second"), SharedText("d2"), wall(2)});
  ASSERT_EQ(conditions.size(), 1u);
  EXPECT_EQ(conditions[0].reason, "B");
  EXPECT_EQ(conditions[0].last_transition, wall(1));
  set_condition(conditions,
                {"Ready", Truth::kTrue, "C", SharedText("third"), SharedText("d2"), wall(3)});
  EXPECT_EQ(conditions[0].last_transition, wall(3));
  EXPECT_EQ(find_condition(conditions, "Stalled"), nullptr);
}

TEST(Contention, HoldsAFieldAfterFiveCorrectionsWithinTenMinutes) {
  Contention contention;
  for (int i = 0; i < 4; ++i)
    contention.note_correction("shop", "container/web/aliases", at(60 * i));
  EXPECT_TRUE(contention.contended("shop", at(240)).empty());
  contention.note_correction("shop", "container/web/aliases", at(240));
  EXPECT_TRUE(contention.contended("shop", at(240)).contains("container/web/aliases"));
  EXPECT_TRUE(contention.contended("other", at(240)).empty());
}

TEST(Contention, LetsGoAfterTenQuietMinutes) {
  Contention contention;
  for (int i = 0; i < 5; ++i)
    contention.note_correction("shop", "f", at(i));
  EXPECT_FALSE(contention.contended("shop", at(4) + minutes(10)).empty());
  EXPECT_TRUE(contention.contended("shop", at(5) + minutes(10)).empty());
}

TEST(Contention, IgnoresSlowOscillation) {
  Contention contention;
  for (int i = 0; i < 20; ++i)
    contention.note_correction("shop", "f", at(181 * i));
  EXPECT_TRUE(contention.contended("shop", at(181 * 19)).empty());
}

TEST(Contention, StartsOverWithANewManifest) {
  Contention contention;
  for (int i = 0; i < 5; ++i)
    contention.note_correction("shop", "f", at(i));
  contention.reset("shop");
  EXPECT_TRUE(contention.contended("shop", at(5)).empty());
}

}  // namespace
}  // namespace fairlead::controller
