#include "base/task.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <vector>

#include "base/guard.h"

namespace fairlead {
namespace {

using std::chrono::seconds;

class TaskTest : public testing::Test {
 protected:
  void run() {
    io.restart();
    io.poll();
    while (clock.advance_to_next()) {
      io.restart();
      io.poll();
    }
  }
  double elapsed() const {
    return std::chrono::duration<double>(clock.steady_now().time_since_epoch()).count();
  }

  boost::asio::io_context io;
  VirtualClock clock;
  std::vector<std::string> failures;
  TaskGroup group{io.get_executor(), clock,
                  [this](const std::string& task, const std::string& what) {
                    failures.push_back(task + ": " + what);
                  }};
};

Task<void> wait_for(Signal& signal, SteadyTime deadline, std::vector<bool>& out) {
  const bool notified = co_await signal.wait_until(deadline);
  out.push_back(notified);
}

Task<void> hold(Semaphore& permits, Clock& clock, int& inside, int& most) {
  const auto permit = co_await permits.acquire();
  ++inside;
  most = std::max(most, inside);
  co_await sleep_for(clock, seconds(1));
  --inside;
}

Task<void> fail() {
  throw std::runtime_error("broken");
  co_return;
}

Task<void> join_and_say(TaskGroup& group, bool& joined) {
  co_await group.join();
  joined = true;
}

TEST_F(TaskTest, ASignalWakesAllWhoWaitBeforeTheirDeadlines) {
  Signal signal(clock);
  std::vector<bool> woken;
  group.spawn("a", wait_for(signal, SteadyTime(seconds(10)), woken));
  group.spawn("b", wait_for(signal, SteadyTime(seconds(20)), woken));
  clock.call_at(SteadyTime(seconds(5)), [&signal] { signal.notify(); });
  run();
  EXPECT_EQ(woken, (std::vector<bool>{true, true}));
  EXPECT_EQ(elapsed(), 5);
}

TEST_F(TaskTest, AWaitEndsAtItsDeadline) {
  Signal signal(clock);
  std::vector<bool> woken;
  group.spawn("a", wait_for(signal, SteadyTime(seconds(10)), woken));
  run();
  EXPECT_EQ(woken, std::vector<bool>{false});
  EXPECT_EQ(elapsed(), 10);
}

TEST_F(TaskTest, ANotificationWithoutAWaiterIsKeptForTheNextOne) {
  Signal signal(clock);
  signal.notify();
  std::vector<bool> woken;
  group.spawn("a", wait_for(signal, SteadyTime(seconds(10)), woken));
  run();
  EXPECT_EQ(woken, std::vector<bool>{true});
  EXPECT_EQ(elapsed(), 0);
}

Task<void> fail_holding(Semaphore& permits) {
  const auto permit = co_await permits.acquire();
  throw std::runtime_error("broken");
}

Task<void> fail_oddly() {
  throw 7;
  co_return;
}

Task<Result<int>> fail_for_a_number() {
  throw std::runtime_error("broken");
  co_return 1;
}

Task<void> ask_safely(std::vector<std::string>& said) {
  auto number = co_await caught(fail_for_a_number(), "counting", ErrorClass::kUnknown);
  said.push_back(number ? "fine" : number.error().message);
  auto nothing = co_await caught(fail_oddly(), "oddity");
  said.push_back(nothing ? "fine" : nothing.error().message);
  said.emplace_back(to_string(number.error().error_class));
  said.emplace_back(to_string(nothing.error().reason));
}

TEST_F(TaskTest, APermitComesBackWhenItsHolderThrows) {
  Semaphore permits(clock, 1);
  int inside = 0;
  int most = 0;
  group.spawn("thrower", fail_holding(permits));
  group.spawn("holder", hold(permits, clock, inside, most));
  run();
  EXPECT_EQ(most, 1) << "the second one got it";
  EXPECT_EQ(failures, std::vector<std::string>{"thrower: broken"});
}

TEST_F(TaskTest, APermitMayOutliveItsSemaphore) {
  auto permits = std::make_unique<Semaphore>(clock, 1);
  int inside = 0;
  int most = 0;
  group.spawn("holder", hold(*permits, clock, inside, most));
  io.poll();
  permits.reset();
  run();
  EXPECT_EQ(most, 1);
}

TEST_F(TaskTest, WhatIsNoStdExceptionIsReportedToo) {
  group.spawn("odd", fail_oddly());
  run();
  EXPECT_EQ(failures, std::vector<std::string>{"odd: an exception of an unknown kind"});
  EXPECT_EQ(group.running(), 0u);
}

TEST_F(TaskTest, CaughtTurnsAnExceptionIntoAnError) {
  std::vector<std::string> said;
  group.spawn("asker", ask_safely(said));
  run();
  EXPECT_EQ(said,
            (std::vector<std::string>{"counting: broken", "oddity: an exception of an unknown kind",
                                      "Unknown", "InternalError"}));
  EXPECT_TRUE(failures.empty());
}

TEST_F(TaskTest, ASemaphoreAdmitsNoMoreThanItsPermits) {
  Semaphore permits(clock, 2);
  int inside = 0;
  int most = 0;
  for (int i = 0; i < 6; ++i)
    group.spawn("holder", hold(permits, clock, inside, most));
  run();
  EXPECT_EQ(most, 2);
  EXPECT_EQ(inside, 0);
  EXPECT_EQ(elapsed(), 3);
}

TEST_F(TaskTest, AGroupReportsExceptionsAndJoinsWhenAllHaveEnded) {
  group.spawn("bad", fail());
  group.spawn("slow", sleep_for(clock, seconds(7)));
  bool joined = false;
  boost::asio::co_spawn(io, join_and_say(group, joined),
                        [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
  run();
  EXPECT_TRUE(joined);
  EXPECT_EQ(elapsed(), 7);
  EXPECT_EQ(failures, std::vector<std::string>{"bad: broken"});
}

TEST_F(TaskTest, ACancelledTimerNeverFires) {
  bool fired = false;
  const auto timer = clock.call_at(SteadyTime(seconds(1)), [&fired] { fired = true; });
  clock.cancel(timer);
  run();
  EXPECT_FALSE(fired);
}

}  // namespace
}  // namespace fairlead
