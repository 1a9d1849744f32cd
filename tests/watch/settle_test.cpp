#include "watch/settle.h"

#include <gtest/gtest.h>

#include <chrono>

namespace fairlead::watch {
namespace {
using namespace std::chrono_literals;

constexpr Duration kSettle = 200ms;

File text(const std::string& bytes) {
  return File{std::make_shared<const std::string>(bytes), "digest of " + bytes, {}};
}

File broken(const std::string& why) {
  return File{std::make_shared<const std::string>(), {}, why};
}

Scan holding(std::map<std::string, File> files, std::uint64_t device = 1) {
  Scan scan;
  scan.device = device;
  scan.inode = 7;
  scan.files = std::move(files);
  return scan;
}

class Settling : public testing::Test {
 protected:
  std::optional<Snapshot> offer(const Scan& scan, Duration at) {
    return settler.offer(scan, SteadyTime(at), SteadyTime(at));
  }
  Snapshot settle(const Scan& scan, Duration at) {
    offer(scan, at);
    return offer(scan, at + kSettle).value_or(Snapshot{});
  }
  Settler settler{kSettle};
};

TEST_F(Settling, AcceptsTwoEqualScansOverTheSettleTime) {
  EXPECT_FALSE(offer(holding({{"a.yaml", text("one")}}), 0ms));
  EXPECT_EQ(settler.recheck_at(), SteadyTime(kSettle));
  EXPECT_FALSE(offer(holding({{"a.yaml", text("one")}}), 199ms));
  const auto snapshot = offer(holding({{"a.yaml", text("one")}}), 200ms);
  ASSERT_TRUE(snapshot);
  EXPECT_TRUE(snapshot->complete);
  EXPECT_EQ(*snapshot->files.at("a.yaml").bytes, "one");
  EXPECT_EQ(settler.recheck_at(), SteadyTime::max());
}

TEST_F(Settling, CountsRestFromTheEndOfOneScanToTheBeginningOfAnother) {
  const Scan scan = holding({{"a.yaml", text("one")}});
  EXPECT_FALSE(settler.offer(scan, SteadyTime(0ms), SteadyTime(150ms)));
  EXPECT_FALSE(settler.offer(scan, SteadyTime(300ms), SteadyTime(400ms)));
  EXPECT_TRUE(settler.offer(scan, SteadyTime(350ms), SteadyTime(450ms)));
}

TEST_F(Settling, DoesNotTakeABriefAbsenceForADeletion) {  // W19
  const Scan full = holding({{"a.yaml", text("one")}});
  settle(full, 0ms);
  EXPECT_FALSE(offer(holding({}), 1000ms));
  EXPECT_FALSE(offer(full, 1100ms));
  EXPECT_TRUE(offer(full, 1300ms)->files.contains("a.yaml"));
}

TEST_F(Settling, DeliversTheOthersWhenOneFileNeverRests) {
  settle(holding({{"a.yaml", text("0")}, {"b.yaml", text("old")}}), 0ms);
  std::optional<Snapshot> snapshot;
  Duration at = 1000ms;
  for (int i = 1; !snapshot && i < 100; ++i, at += 100ms) {
    snapshot = offer(holding({{"a.yaml", text(std::to_string(i))}, {"b.yaml", text("new")}}), at);
  }
  ASSERT_TRUE(snapshot);
  EXPECT_LE(at, 1000ms + kPatienceInSettleTimes * kSettle + 100ms);
  EXPECT_EQ(*snapshot->files.at("b.yaml").bytes, "new");
  EXPECT_EQ(*snapshot->files.at("a.yaml").bytes, "0");
  EXPECT_NE(snapshot->files.at("a.yaml").error, "");
}

TEST_F(Settling, KeepsTheLastGoodVersionOfAnUnreadableFile) {  // W24
  settle(holding({{"a.yaml", text("good")}}), 0ms);
  const Snapshot snapshot = settle(holding({{"a.yaml", broken("denied")}}), 1000ms);
  EXPECT_TRUE(snapshot.complete);
  EXPECT_EQ(*snapshot.files.at("a.yaml").bytes, "good");
  EXPECT_EQ(snapshot.files.at("a.yaml").error, "denied");
  // And again from a good version that already bears an error.
  EXPECT_EQ(*settle(holding({{"a.yaml", broken("FIFO")}}), 2000ms).files.at("a.yaml").bytes,
            "good");
}

TEST_F(Settling, KeepsEverythingWhileTheDirectoryIsMissing) {  // W17
  settle(holding({{"a.yaml", text("good")}}), 0ms);
  Scan missing;
  missing.problem = "missing";
  const Snapshot snapshot = settle(missing, 1000ms);
  EXPECT_EQ(snapshot.number, 2u);
  EXPECT_FALSE(snapshot.complete);
  EXPECT_EQ(snapshot.problem, "missing");
  EXPECT_TRUE(snapshot.files.contains("a.yaml"));
}

TEST_F(Settling, DoesNotBelieveAnotherAndEmptyFileSystem) {  // W18
  settle(holding({{"a.yaml", text("good")}}), 0ms);
  const Snapshot snapshot = settle(holding({}, 2), 1000ms);
  EXPECT_FALSE(snapshot.complete);
  EXPECT_TRUE(snapshot.files.contains("a.yaml"));
  EXPECT_TRUE(settle(holding({{"b.yaml", text("x")}}, 2), 2000ms).complete);
}

TEST_F(Settling, BelievesAnEmptyDirectoryOnTheSameFileSystem) {
  settle(holding({{"a.yaml", text("good")}}), 0ms);
  const Snapshot snapshot = settle(holding({}), 1000ms);
  EXPECT_TRUE(snapshot.complete);
  EXPECT_TRUE(snapshot.files.empty());
}

}  // namespace
}  // namespace fairlead::watch
