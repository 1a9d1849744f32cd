#include "base/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fairlead {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<void> ask(Pool& pool, std::function<int()> work, Duration deadline, std::string& said) {
  auto answer = co_await pool.ask(std::move(work), deadline);
  said = answer ? std::to_string(*answer) : "too late";
}

// Work that lasts until this is released or gone: whoever waited for it would wait for ever.
class Held {
 public:
  ~Held() { release(); }
  void release() {
    if (!std::exchange(released_, true)) promise_.set_value();
  }
  std::function<int()> work() const {
    return [until = until_] {
      until.wait();
      return 1;
    };
  }

 private:
  bool released_ = false;
  std::promise<void> promise_;
  std::shared_future<void> until_ = promise_.get_future().share();
};

class PoolTest : public testing::Test {
 protected:
  std::string run(std::function<int()> work, Duration deadline = seconds(20)) {
    std::string said;
    boost::asio::co_spawn(io, ask(pool, std::move(work), deadline, said),
                          [&said](const std::exception_ptr& failed) {
                            if (failed) said = "threw " + what_of(failed);
                          });
    io.restart();
    io.run();
    return said;
  }

  boost::asio::io_context io;
  Pool pool{io.get_executor()};
};

TEST_F(PoolTest, GivesWhatTheWorkReturnsAndWorksElsewhere) {
  const auto here = std::this_thread::get_id();
  EXPECT_EQ(run([here] { return std::this_thread::get_id() == here ? 1 : 2; }), "2");
}

TEST_F(PoolTest, HandsExceptionsOn) {
  EXPECT_EQ(run([]() -> int { throw std::runtime_error("broken"); }), "threw broken");
}

TEST_F(PoolTest, DoesNotWaitLongerThanAsked) {
  const Held held;
  EXPECT_EQ(run(held.work(), milliseconds(50)), "too late");
}

TEST_F(PoolTest, TheLoopGoesOnMeanwhile) {
  int turns = 0;
  std::function<void()> turn;
  boost::asio::steady_timer timer(io);
  turn = [&] {
    ++turns;
    if (turns == 5) return;
    timer.expires_after(milliseconds(1));
    timer.async_wait([&](const boost::system::error_code&) { turn(); });
  };
  turn();
  EXPECT_EQ(run([] {
              std::this_thread::sleep_for(milliseconds(500));
              return 3;
            }),
            "3");
  EXPECT_EQ(turns, 5);
}

Task<void> ask_thrice(Pool& pool, std::vector<std::string>& said) {
  std::function<int()> work = [] {
    std::this_thread::sleep_for(milliseconds(300));
    return 4;
  };
  auto answer = pool.begin(std::move(work));
  for (const Duration patience : {Duration(milliseconds(5)), Duration(seconds(20)), Duration(0)}) {
    auto given = co_await pool.wait(answer, patience);
    said.push_back(given ? std::to_string(*given) : "nothing");
  }
}

TEST_F(PoolTest, SlowWorkMayBeWaitedForAgain) {
  std::vector<std::string> said;
  boost::asio::co_spawn(io, ask_thrice(pool, said), [](const std::exception_ptr&) {});
  io.run();
  EXPECT_EQ(said, (std::vector<std::string>{"nothing", "4", "nothing"}));
}

TEST_F(PoolTest, GivingUpEndsEveryWait) {
  const Held held;
  int begun = 0;
  std::string first;
  boost::asio::co_spawn(io, ask(pool, held.work(), std::chrono::hours(1), first),
                        [](const std::exception_ptr&) {});
  boost::asio::steady_timer timer(io, milliseconds(20));
  timer.async_wait([this](const boost::system::error_code&) { pool.give_up(); });
  io.run();
  EXPECT_EQ(first, "too late");
  EXPECT_EQ(run([&begun] { return ++begun; }), "too late");
  EXPECT_EQ(begun, 0);
}

TEST_F(PoolTest, WhatNobodyWaitsForAnyMoreIsNotBegun) {
  Pool one{io.get_executor(), 1};
  std::atomic<int> begun = 0;
  std::string held;
  std::string late;
  boost::asio::co_spawn(io,
                        ask(
                            one,
                            [] {
                              std::this_thread::sleep_for(milliseconds(300));
                              return 1;
                            },
                            seconds(20), held),
                        [](const std::exception_ptr&) {});
  boost::asio::co_spawn(io,
                        ask(
                            one, [&begun] { return ++begun; }, milliseconds(10), late),
                        [](const std::exception_ptr&) {});
  io.run();
  EXPECT_EQ(held, "1");
  EXPECT_EQ(late, "too late");
  EXPECT_EQ(run([] { return 7; }), "7");
  EXPECT_EQ(begun, 0);
}

TEST(Pools, MayGoWhileTheirWorkLasts) {
  const Held held;
  boost::asio::io_context io;
  std::string said;
  {
    Pool pool(io.get_executor());
    boost::asio::co_spawn(io, ask(pool, held.work(), milliseconds(10), said),
                          [](const std::exception_ptr&) {});
    io.run();
  }
  EXPECT_EQ(said, "too late");
}

}  // namespace
}  // namespace fairlead
