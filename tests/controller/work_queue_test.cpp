#include "controller/work_queue.h"

#include <gtest/gtest.h>

#include "tests/controller/times.h"

namespace fairlead::controller {
namespace {

using std::chrono::seconds;

TEST(WorkQueue, CollapsesAnyNumberOfAddsIntoOneRun) {
  WorkQueue queue;
  for (int i = 0; i < 5; ++i)
    queue.add(app_key("shop"), at(0));
  EXPECT_EQ(queue.adds(), 1u);
  EXPECT_EQ(queue.take(at(0)), app_key("shop"));
  EXPECT_EQ(queue.take(at(0)), std::nullopt);
}

TEST(WorkQueue, RunsAKeyOnceMoreIfItWasAddedWhileItRan) {
  WorkQueue queue;
  queue.add(app_key("shop"), at(0));
  ASSERT_TRUE(queue.take(at(0)));
  queue.add(app_key("shop"), at(1));
  queue.add(app_key("shop"), at(2));
  EXPECT_EQ(queue.take(at(2)), std::nullopt) << "one key is never processed twice at once";
  queue.done(app_key("shop"), at(3));
  EXPECT_EQ(queue.take(at(3)), app_key("shop"));
  queue.done(app_key("shop"), at(4));
  EXPECT_TRUE(queue.idle());
}

TEST(WorkQueue, GivesKeysInTheOrderOfTheirArrival) {
  WorkQueue queue;
  queue.add(app_key("b"), at(0));
  queue.add(app_key("a"), at(0));
  EXPECT_EQ(queue.take(at(0)), app_key("b"));
  EXPECT_EQ(queue.take(at(0)), app_key("a"));
}

TEST(WorkQueue, KeepsTheEarlierOfTwoDelays) {
  WorkQueue queue;
  queue.add_after(app_key("shop"), at(10), at(0));
  queue.add_after(app_key("shop"), at(5), at(0));
  queue.add_after(app_key("shop"), at(20), at(0));
  EXPECT_EQ(queue.next_due(), at(5));
  EXPECT_EQ(queue.take(at(4)), std::nullopt);
  EXPECT_EQ(queue.take(at(5)), app_key("shop"));
  EXPECT_EQ(queue.retries(), 3u);
}

TEST(WorkQueue, AnAddOverridesADelay) {
  WorkQueue queue;
  queue.add_after(app_key("shop"), at(300), at(0));
  queue.add(app_key("shop"), at(1));
  EXPECT_EQ(queue.take(at(1)), app_key("shop"));
  queue.done(app_key("shop"), at(1));
  EXPECT_EQ(queue.next_due(), SteadyTime::max());
}

TEST(WorkQueue, ADelayThatHasPassedIsDueAtOnce) {
  WorkQueue queue;
  queue.add_after(app_key("shop"), at(1), at(2));
  EXPECT_EQ(queue.take(at(2)), app_key("shop"));
}

TEST(WorkQueue, ForgetsWaitingAndDelayedKeys) {
  WorkQueue queue;
  queue.add(app_key("a"), at(0));
  queue.add_after(app_key("b"), at(1), at(0));
  queue.forget(app_key("a"));
  queue.forget(app_key("b"));
  EXPECT_EQ(queue.take(at(2)), std::nullopt);
}

TEST(WorkQueue, AKeyForgottenWhileItRunsDoesNotRunAgain) {
  WorkQueue queue;
  queue.add(app_key("a"), at(0));
  ASSERT_TRUE(queue.take(at(0)));
  queue.add(app_key("a"), at(0));
  queue.forget(app_key("a"));
  queue.done(app_key("a"), at(1));
  EXPECT_EQ(queue.take(at(1)), std::nullopt);
}

TEST(WorkQueue, MeasuresAsClientGoDoes) {
  WorkQueue queue;
  queue.add(app_key("a"), at(0));
  queue.add(app_key("b"), at(0));
  EXPECT_EQ(queue.depth(), 2u);
  ASSERT_TRUE(queue.take(at(2)));
  ASSERT_TRUE(queue.take(at(3)));
  EXPECT_EQ(queue.take_queue_durations(), (std::vector<double>{2, 3}));
  EXPECT_EQ(queue.unfinished(at(5)), seconds(5));
  EXPECT_EQ(queue.longest_running(at(5)), seconds(3));
  queue.done(app_key("a"), at(6));
  EXPECT_EQ(queue.take_work_durations(), std::vector<double>{4});
  EXPECT_TRUE(queue.take_work_durations().empty());
}

}  // namespace
}  // namespace fairlead::controller
