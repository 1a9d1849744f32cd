// Cases that need more than a file: mounts, maps, queue and descriptor limits.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <thread>

#include "tests/watch/fixture.h"
#include "tests/watch/hanging.h"

namespace fairlead::watch {
namespace {

class Limits : public Watching, public testing::WithParamInterface<bool> {};

INSTANTIATE_TEST_SUITE_P(Directory, Limits, testing::Values(true, false),
                         [](const auto& test) { return test.param ? "events" : "polling"; });

TEST_P(Limits, W18_MountedOverWithNothingIsNotADeletion) {
  write(manifests / "a.yaml", "one");
  start(150ms, GetParam());
  ASSERT_TRUE(reads("a.yaml", "one"));
  if (::mount("none", manifests.c_str(), "tmpfs", 0, nullptr) != 0) GTEST_SKIP() << "can't mount";
  const bool told = eventually([](const Snapshot& s) { return !s.complete; });
  const Snapshot over = snapshots.back();
  ::umount2(manifests.c_str(), MNT_DETACH);
  EXPECT_TRUE(told);
  EXPECT_TRUE(over.files.contains("a.yaml"));
  EXPECT_TRUE(reads("a.yaml", "one"));
}

// The kernel says nothing of a write to a layer beneath an overlay; nor is it bound to show it.
TEST_P(Limits, W22_WritesToALayerOfAnOverlayAreFoundByTheRescan) {
  shell("mkdir lower upper work");
  write(root / "lower/a.yaml", "one");
  write(root / "upper/b.yaml", "one");
  const std::string layers = "lowerdir=" + (root / "lower").string() +
                             ",upperdir=" + (root / "upper").string() +
                             ",workdir=" + (root / "work").string();
  if (::mount("overlay", manifests.c_str(), "overlay", 0, layers.c_str()) != 0) {
    GTEST_SKIP() << "can't mount an overlay here";
  }
  start(150ms, GetParam());
  const bool read = reads("a.yaml", "one");
  write(root / "upper/b.yaml", "two");
  const bool found = reads("b.yaml", "two");
  ::umount2(manifests.c_str(), MNT_DETACH);
  EXPECT_TRUE(read);
  EXPECT_TRUE(found);
}

TEST_P(Limits, W28_HalfOfAThousandFilesVanish) {
  for (int i = 0; i < 1000; ++i)
    write(manifests / ("f" + std::to_string(i) + ".yaml"), "x");
  start(GetParam() ? Duration(60s) : Duration(200ms), GetParam());
  ASSERT_TRUE(eventually([](const Snapshot& s) { return s.files.size() == 1000; }));
  for (int i = 0; i < 500; ++i)
    fs::remove(manifests / ("f" + std::to_string(i) + ".yaml"));
  EXPECT_TRUE(eventually([](const Snapshot& s) { return s.complete && s.files.size() == 500; }));
}

// Whatever lies between the first scan and the first watch: nothing is lost in it.
TEST_P(Limits, W30_ChangesWhileTheWatchIsBeingArmedAreSeen) {
  for (int round = 0; round < 20; ++round) {
    const std::string text = std::to_string(round);
    shell("rm -rf manifests && mkdir manifests");
    write(manifests / "a.yaml", "before");
    std::thread writer([this, &text, round] {
      std::this_thread::sleep_for(std::chrono::microseconds(150 * round));
      write(manifests / "a.yaml", text);
    });
    start(GetParam() ? Duration(60s) : Duration(200ms), GetParam());
    run_for(1ms);
    writer.join();
    EXPECT_TRUE(reads("a.yaml", text)) << round;
    directory->stop();
    run_for(20ms);
    snapshots.clear();
  }
}

TEST_F(Watching, W20W28_OverflowLeadsToAScan) {
  start(60s, true);
  ASSERT_TRUE(eventually([](const Snapshot&) { return true; }));
  for (int i = 0; i < 20000; ++i)
    write(manifests / ("f" + std::to_string(i)), "");
  write(manifests / "a.yaml", "last");
  EXPECT_TRUE(reads("a.yaml", "last"));
  EXPECT_GE(directory->statistics().overflows, 1u);
}

TEST_F(Watching, W21_PollsWithoutInotifyAndTakesItBackLater) {
  // UBSan needs a pipe when it meets a class for the first time.
  watch_directory(io.get_executor(), clock, {.path = manifests.string()}).reset();
  const int lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(lowest);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest);
  ::setrlimit(RLIMIT_NOFILE, &none);
  start(100ms, true);
  const bool polling = directory->statistics().polling_only;
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(polling);
  write(manifests / "a.yaml", "one");
  EXPECT_TRUE(reads("a.yaml", "one"));
  EXPECT_FALSE(directory->statistics().polling_only);
}

TEST_P(Limits, W23_MappedWriteIsFoundByTheRescan) {
  write(manifests / "a.yaml", "one");
  start(100ms, GetParam());
  ASSERT_TRUE(reads("a.yaml", "one"));
  const int fd = ::open((manifests / "a.yaml").c_str(), O_RDWR | O_CLOEXEC);
  char* map = static_cast<char*>(::mmap(nullptr, 3, PROT_WRITE, MAP_SHARED, fd, 0));
  ASSERT_NE(map, MAP_FAILED);
  map[0] = 'O';
  EXPECT_TRUE(reads("a.yaml", "One"));
  ::munmap(map, 3);
  ::close(fd);
}

TEST_F(Watching, AFileSystemThatHangsIsSaidAndHoldsUpNobody) {
  Hanging hanging(manifests);
  if (!hanging.mounted()) GTEST_SKIP() << "can't mount";
  slow_after = 300ms;
  start(10s, true);
  run_for(100ms);  // comes back: the loop goes on
  EXPECT_TRUE(snapshots.empty());
  EXPECT_TRUE(eventually([](const Snapshot& s) {
    return !s.complete && s.problem.find("does its file system hang?") != std::string::npos;
  }));
  directory->stop();
  run_for(50ms);
  EXPECT_TRUE(ended) << "whoever waits for it can't be stopped";
  hanging.release();
}

TEST_F(Watching, WhatHangsForAWhileIsReadAfterThat) {
  write(manifests / "a.yaml", "one");
  fs::create_directory(root / "aside");
  fs::create_directory_symlink("manifests", root / "link");
  path = root / "link";
  // `ln` looks at what a link leads to.
  const auto lead_to = [this](const char* where) {
    fs::create_symlink(where, root / "new");
    ASSERT_EQ(::rename((root / "new").c_str(), (root / "link").c_str()), 0);
  };
  slow_after = 100ms;
  start(100ms, true);
  ASSERT_TRUE(reads("a.yaml", "one"));
  auto hanging = std::make_unique<Hanging>(root / "aside");
  if (!hanging->mounted()) GTEST_SKIP() << "can't mount";
  lead_to("aside");
  EXPECT_TRUE(eventually([](const Snapshot& s) { return !s.complete; }));
  EXPECT_TRUE(snapshots.back().files.contains("a.yaml")) << "silence says nothing of it";
  lead_to("manifests");
  write(manifests / "a.yaml", "two");
  hanging.reset();
  EXPECT_TRUE(reads("a.yaml", "two"));
}

TEST_F(Watching, AgainRepeatsTheSnapshotSoon) {
  write(manifests / "a.yaml", "one");
  start(60s, true);
  ASSERT_TRUE(reads("a.yaml", "one"));
  const auto before = snapshots.size();
  directory->again();
  EXPECT_TRUE(eventually([&](const Snapshot&) { return snapshots.size() > before; }, 20s));
  EXPECT_EQ(snapshots.size(), before + 1);
}

TEST_F(Watching, RepeatsTheSnapshotOnTheRescan) {
  write(manifests / "a.yaml", "one");
  start(100ms, true);
  EXPECT_TRUE(eventually([](const Snapshot& s) { return s.number >= 3; }));
  EXPECT_EQ(snapshots[0].files.at("a.yaml").bytes, snapshots[2].files.at("a.yaml").bytes);
}

TEST_F(Watching, RestsWhileNothingHappens) {
  start(60s, true);
  ASSERT_TRUE(eventually([](const Snapshot&) { return true; }));
  run_for(100ms);
  const auto scans = directory->statistics().scans;
  io.restart();
  EXPECT_LE(io.run_for(300ms), 1u);
  EXPECT_EQ(directory->statistics().scans, scans);
}

TEST_F(Watching, BelievesOneScanWhereNothingHasToSettle) {
  write(manifests / "a.yaml", "one");
  Options options;
  options.path = manifests.string();
  options.settle_time = Duration::zero();
  const Snapshot snapshot = scan_once(options);
  EXPECT_TRUE(snapshot.complete) << snapshot.problem;
  EXPECT_EQ(snapshot.files.size(), 1u);
}

TEST_F(Watching, ScansOnceWithoutALoop) {
  write(manifests / "a.yaml", "one");
  write(manifests / "note.txt", "no");
  Options options;
  options.path = manifests.string();
  options.settle_time = 20ms;
  const Snapshot snapshot = scan_once(options);
  EXPECT_TRUE(snapshot.complete);
  ASSERT_EQ(snapshot.files.size(), 1u);
  EXPECT_EQ(*snapshot.files.at("a.yaml").bytes, "one");
}

}  // namespace
}  // namespace fairlead::watch
