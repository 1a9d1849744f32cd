#include "controller/record/group_commit.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace fairlead::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a disk was asked to write, and for how long it takes.
struct Disk {
  std::vector<std::string> begun;
  std::string bytes;
  std::optional<Error> refusal;
  bool refuses_end = false;  // of appends, after a part of each
  Duration takes = seconds(10);
};

class SlowFile final : public StateFile {
 public:
  SlowFile(Disk& disk, Clock& clock) : disk_(disk), clock_(clock) {}
  Result<std::string> read() override { return disk_.bytes; }
  Status replace(const std::string& bytes) override {
    disk_.bytes = bytes;
    return {};
  }
  Status append(const std::string& bytes) override {
    disk_.bytes += bytes;
    return {};
  }
  Task<Status> write(How how, std::string bytes) override {
    disk_.begun.push_back(bytes);
    const auto refusal = disk_.refusal;
    const bool refuses_end = disk_.refuses_end && how == How::kAppend;
    co_await sleep_for(clock_, disk_.takes);
    if (refusal) co_return std::unexpected(*refusal);
    if (refuses_end) {
      disk_.bytes += "+to";
      co_return failure(ErrorClass::kBlocked, Reason::kEngineDiskFull, "no space after it");
    }
    if (how == How::kAppend) co_return append(bytes);
    co_return replace(bytes);
  }

 private:
  Disk& disk_;
  Clock& clock_;
};

class GroupCommitTest : public testing::Test {
 protected:
  static constexpr std::size_t kFloor = 10;

  // Ends by itself only if all have ended.
  ~GroupCommitTest() override {
    commit.stop();
    run_for(std::chrono::hours(48));
  }

  // One change after which somebody waits; its result is to be found under its number.
  std::size_t change_and_wait() {
    ++value;
    commit.changed();
    return wait();
  }
  std::size_t wait() {
    const auto number = results.size();
    results.emplace_back();
    boost::asio::co_spawn(io, commit.durable(),
                          [this, number](const std::exception_ptr&, Status status) {
                            results[number] = std::move(status);
                          });
    poll();
    return number;
  }
  void poll() {
    io.restart();
    io.poll();
  }
  void run_for(Duration duration) {
    const auto until = clock.steady_now() + duration;
    poll();
    while (clock.has_timers() && clock.next_timer() <= until) {
      clock.advance_to_next();
      poll();
    }
    clock.advance_time_to(until);
  }
  void start_keeper() {
    boost::asio::co_spawn(io, commit.keep([this](const Status& status) { told.push_back(status); }),
                          [](const std::exception_ptr& failed) {
                            if (failed) std::rethrow_exception(failed);
                          });
    poll();
  }

  boost::asio::io_context io;
  VirtualClock clock;
  Disk disk;
  int value = 0;
  GroupCommit commit{std::make_unique<SlowFile>(disk, clock),
                     clock,
                     {.whole = [this] { return std::to_string(value); },
                      .changes = [this] { return "+" + std::to_string(value); }},
                     kFloor};
  std::vector<std::optional<Status>> results;
  std::vector<Status> told;
};

const Error kFull{ErrorClass::kBlocked, Reason::kEngineDiskFull, "no space left", "make some"};

TEST_F(GroupCommitTest, FiftyWhoWaitShareTwoWrites) {
  disk.takes = milliseconds(300);
  for (int i = 0; i < 50; ++i)
    change_and_wait();
  run_for(seconds(1));
  EXPECT_EQ(disk.begun, (std::vector<std::string>{"1", "+50"}));
  EXPECT_EQ(disk.bytes, "1+50");
  for (const auto& each : results)
    EXPECT_TRUE(each && *each);
}

TEST_F(GroupCommitTest, NobodyIsToldBeforeTheirChangeIsOnDisk) {
  disk.takes = seconds(3);
  const auto first = change_and_wait();
  const auto second = change_and_wait();
  run_for(milliseconds(2999));
  EXPECT_FALSE(results[first]);
  run_for(milliseconds(1));
  EXPECT_TRUE(results[first] && *results[first]);
  EXPECT_FALSE(results[second]) << "the write on its way began before";
  run_for(seconds(3));
  EXPECT_TRUE(results[second] && *results[second]);
  EXPECT_EQ(disk.bytes, "1+2");
  const auto third = wait();
  EXPECT_TRUE(results[third] && *results[third]) << "nothing is left to be written";
  EXPECT_EQ(disk.begun.size(), 2u);
}

TEST_F(GroupCommitTest, ARefusalIsToldToAllWhoWaitedAndTheNextWriteHoldsEverything) {
  disk.takes = seconds(1);
  disk.refusal = kFull;
  const auto first = change_and_wait();
  const auto second = change_and_wait();
  run_for(milliseconds(1500));
  ASSERT_TRUE(results[first]);
  EXPECT_EQ(results[first]->error(), kFull);
  EXPECT_FALSE(results[second]) << "its own write is on its way";
  disk.refusal.reset();
  run_for(seconds(1));
  EXPECT_EQ(results[second]->error(), kFull);
  EXPECT_EQ(disk.bytes, "");
  // Without a new change, too: what failed is still to be written.
  const auto third = wait();
  EXPECT_FALSE(results[third]);
  run_for(seconds(1));
  EXPECT_TRUE(results[third] && *results[third]);
  EXPECT_EQ(disk.bytes, "2");
}

TEST_F(GroupCommitTest, AWriteThatDoesNotEndIsGivenUpAndNeverOvertaken) {
  disk.takes = std::chrono::minutes(5);
  const auto first = change_and_wait();
  run_for(milliseconds(9999));
  EXPECT_FALSE(results[first]);
  run_for(milliseconds(1));
  ASSERT_TRUE(results[first]);
  EXPECT_EQ(results[first]->error().reason, Reason::kTimeout);
  EXPECT_EQ(results[first]->error().error_class, ErrorClass::kBlocked);
  EXPECT_NE(results[first]->error().hint, "");
  const auto second = change_and_wait();
  ASSERT_TRUE(results[second]) << "at once: all know by now";
  EXPECT_EQ(disk.begun.size(), 1u);
  EXPECT_TRUE(commit.writing());
  disk.takes = seconds(1);
  run_for(std::chrono::minutes(5));
  EXPECT_FALSE(commit.writing());
  const auto third = wait();
  run_for(seconds(1));
  EXPECT_TRUE(results[third] && *results[third]);
  EXPECT_EQ(disk.begun, (std::vector<std::string>{"1", "+2"}));
}

TEST_F(GroupCommitTest, AnAppendThatFailedIsFollowedByTheWholeForTheSameWhoWait) {
  disk.takes = seconds(1);
  change_and_wait();
  run_for(seconds(1));
  disk.refuses_end = true;
  const auto second = change_and_wait();
  run_for(milliseconds(500));
  const auto third = change_and_wait();
  run_for(milliseconds(1499));
  EXPECT_FALSE(results[second]);
  run_for(milliseconds(1));
  EXPECT_TRUE(results[second] && *results[second]);
  EXPECT_TRUE(results[third] && *results[third]) << "the whole has what came after the append";
  EXPECT_EQ(disk.begun, (std::vector<std::string>{"1", "+2", "3"}));
  EXPECT_EQ(disk.bytes, "3") << "and nothing of the append";
}

TEST_F(GroupCommitTest, NothingIsAppendedToWhatAWholeThatFailedWasToReplace) {
  disk.takes = seconds(1);
  change_and_wait();
  run_for(seconds(1));
  disk.refusal = kFull;
  const auto second = change_and_wait();
  run_for(seconds(2));
  ASSERT_TRUE(results[second]);
  EXPECT_EQ(results[second]->error(), kFull);
  disk.refusal.reset();
  change_and_wait();
  run_for(seconds(2));
  EXPECT_EQ(disk.begun, (std::vector<std::string>{"1", "+2", "2", "3"}));
  EXPECT_EQ(disk.bytes, "3");
}

TEST_F(GroupCommitTest, WhatWasAppendedIsFoldedIntoTheWholeWhenItIsMuchLonger) {
  disk.takes = milliseconds(1);
  for (int i = 0; i < 9; ++i) {
    change_and_wait();
    run_for(milliseconds(1));
  }
  EXPECT_EQ(disk.begun,
            (std::vector<std::string>{"1", "+2", "+3", "+4", "+5", "+6", "+7", "8", "+9"}));
  EXPECT_EQ(disk.bytes, "8+9");
}

TEST_F(GroupCommitTest, WhatWasReadIsAppendedToIfItsReaderSaysSo) {
  disk.takes = milliseconds(1);
  disk.bytes = "1+2+3+4";
  EXPECT_EQ(commit.read().value(), disk.bytes);
  commit.go_on(1, 6);
  value = 4;
  change_and_wait();
  run_for(milliseconds(1));
  EXPECT_EQ(disk.bytes, "1+2+3+4+5");
}

TEST_F(GroupCommitTest, AnOrderlyEndLeavesTheWholeAlone) {
  disk.takes = milliseconds(1);
  const auto fold = [this] {
    boost::asio::co_spawn(io, commit.folded(clock.steady_now() + seconds(1)),
                          [](const std::exception_ptr&, const Status& kept) { EXPECT_TRUE(kept); });
    run_for(milliseconds(3));
  };
  change_and_wait();
  run_for(milliseconds(1));
  change_and_wait();
  fold();
  EXPECT_EQ(disk.bytes, "2");
  fold();
  EXPECT_EQ(disk.begun.size(), 3u) << "nothing was appended since";
}

TEST_F(GroupCommitTest, WhatNobodyWaitsForIsWrittenSoonAndTogether) {
  disk.takes = milliseconds(10);
  start_keeper();
  for (int i = 0; i < 9; ++i) {
    ++value;
    commit.changed();
    run_for(milliseconds(10));
  }
  run_for(seconds(1));
  EXPECT_EQ(disk.begun, std::vector<std::string>{"9"});
  EXPECT_EQ(disk.bytes, "9");
  run_for(std::chrono::hours(1));
  EXPECT_EQ(disk.begun.size(), 1u) << "nothing changed";
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0]);
}

TEST_F(GroupCommitTest, WhatADiskRefusesIsTriedAgainWithPatience) {
  disk.takes = milliseconds(10);
  disk.refusal = kFull;
  start_keeper();
  ++value;
  commit.changed();
  run_for(std::chrono::minutes(10));
  EXPECT_GE(disk.begun.size(), 20u);
  EXPECT_LE(disk.begun.size(), 26u) << "1, 2, 4, 8, 16, 30, 30 … s";
  ASSERT_EQ(told.size(), disk.begun.size());
  EXPECT_EQ(told.back().error(), kFull);
  disk.refusal.reset();
  run_for(seconds(31));
  EXPECT_EQ(disk.bytes, "1");
  EXPECT_TRUE(told.back());
}

TEST_F(GroupCommitTest, StopEndsAllThatWaitAndLeavesOneLastWrite) {
  disk.takes = seconds(60);
  start_keeper();
  const auto first = change_and_wait();
  run_for(seconds(1));
  commit.stop();
  poll();
  ASSERT_TRUE(results[first]);
  EXPECT_EQ(results[first]->error().error_class, ErrorClass::kTransient);
  std::optional<Status> last;
  boost::asio::co_spawn(
      io, commit.durable(clock.steady_now() + seconds(1)),
      [&last](const std::exception_ptr&, Status status) { last = std::move(status); });
  run_for(milliseconds(999));
  EXPECT_FALSE(last);
  run_for(milliseconds(1));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->error().reason, Reason::kTimeout);
}

// A file whose disk blocks the thread that writes, until it is let go.
struct Gate {
  std::mutex mutex;
  std::condition_variable opened;
  bool open = false;
  std::string bytes;
};

class BlockingFile final : public StateFile {
 public:
  explicit BlockingFile(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
  Result<std::string> read() override { return gate_->bytes; }
  Status replace(const std::string& bytes) override {
    std::unique_lock lock(gate_->mutex);
    gate_->opened.wait(lock, [this] { return gate_->open; });
    gate_->bytes = bytes;
    return {};
  }
  Status append(const std::string& bytes) override { return replace(gate_->bytes + bytes); }

 private:
  std::shared_ptr<Gate> gate_;
};

TEST(WrittenAway, TheLoopGoesOnWhileTheDiskBlocks) {
  const auto gate = std::make_shared<Gate>();
  boost::asio::io_context io;
  SystemClock clock(io.get_executor());
  GroupCommit commit(written_away(std::make_unique<BlockingFile>(gate), io.get_executor()), clock,
                     {.whole = [] { return std::string("all of it"); }, .changes = {}});
  std::optional<Status> written;
  int turns = 0;
  std::function<void()> turn = [&] {
    if (written) return;
    EXPECT_TRUE(commit.writing());
    if (++turns == 20) {
      const std::lock_guard lock(gate->mutex);
      gate->open = true;
      gate->opened.notify_all();
    }
    clock.call_at(clock.steady_now() + milliseconds(5), turn);
  };
  commit.changed();
  boost::asio::co_spawn(io, commit.durable(),
                        [&written](const std::exception_ptr& failed, Status status) {
                          EXPECT_FALSE(failed);
                          written = std::move(status);
                        });
  clock.call_at(clock.steady_now() + milliseconds(50), turn);
  io.run();
  EXPECT_TRUE(written && *written);
  EXPECT_GE(turns, 20);
  EXPECT_EQ(gate->bytes, "all of it");
}

TEST(WrittenAway, AnEndDoesNotWaitForADiskThatDoesNot) {
  const auto gate = std::make_shared<Gate>();
  {
    boost::asio::io_context io;
    SystemClock clock(io.get_executor());
    GroupCommit commit(written_away(std::make_unique<BlockingFile>(gate), io.get_executor()), clock,
                       {.whole = [] { return std::string("late"); }, .changes = {}});
    std::optional<Status> written;
    commit.changed();
    boost::asio::co_spawn(
        io, commit.durable(clock.steady_now() + milliseconds(50)),
        [&written](const std::exception_ptr&, Status status) { written = std::move(status); });
    while (!written)
      io.run_one();
    EXPECT_EQ(written->error().reason, Reason::kTimeout);
    EXPECT_TRUE(commit.writing());
  }
  const std::lock_guard lock(gate->mutex);
  EXPECT_EQ(gate->bytes, "");
  gate->open = true;
  gate->opened.notify_all();
}

}  // namespace
}  // namespace fairlead::controller
