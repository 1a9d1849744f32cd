// Folders beneath the directory that hang: only what lies in them waits.
#include <iterator>
#include <memory>
#include <vector>

#include "tests/watch/fixture.h"
#include "tests/watch/hanging.h"

namespace fairlead::watch {
namespace {

class Beneath : public Watching, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    Watching::SetUp();
    apart_slow_after = 600ms;  // longer than what does not come to rest is waited for
    for (const char* name : {"sub", "sub/deep", "fine"})
      fs::create_directory(manifests / name);
    write(manifests / "a.yaml", "one");
    write(manifests / "sub/x", "X=1");
    write(manifests / "sub/deep/x", "D=1");
    write(manifests / "fine/y", "Y=1");
    followed = {"sub/x", "fine/y"};
  }
  void TearDown() override {
    mounts.clear();
    Watching::TearDown();
  }
  bool hang(const fs::path& where) {
    mounts.push_back(std::make_unique<Hanging>(where));
    return mounts.back()->mounted();
  }
  static bool hangs(const Files& files, const std::string& name) {
    const File* found = files.find(name);
    return found != nullptr && found->error.find("does its file system hang?") != std::string::npos;
  }
  static bool is(const Files& files, const std::string& name, const std::string& text) {
    const File* found = files.find(name);
    return found != nullptr && found->error.empty() && *found->bytes == text;
  }
  bool silent(const std::string& name) {
    return eventually([&](const Snapshot& s) { return s.complete && hangs(s.references, name); });
  }
  bool refers(const std::string& name, const std::string& text) {
    return eventually([&](const Snapshot& s) { return is(s.references, name, text); });
  }
  static std::size_t threads() {
    const fs::directory_iterator tasks("/proc/self/task");
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
  }
  // What hangs does so until the test ends: whoever waited for it would not go on at all.
  void expect_others_go_on() {
    write(manifests / "a.yaml", "two");
    write(manifests / "b.yaml", "new");
    EXPECT_TRUE(reads("a.yaml", "two"));
    EXPECT_TRUE(reads("b.yaml", "new"));
    write(manifests / "fine/y", "Y=2");
    EXPECT_TRUE(refers("fine/y", "Y=2"));
  }

  std::vector<std::unique_ptr<Hanging>> mounts;
};

INSTANTIATE_TEST_SUITE_P(Directory, Beneath, testing::Values(true, false),
                         [](const auto& test) { return test.param ? "events" : "polling"; });

TEST_P(Beneath, AFolderThatHangsFromTheStartHoldsUpOnlyWhatIsInIt) {
  if (!hang(manifests / "sub")) GTEST_SKIP() << "can't mount";
  start(200ms, GetParam());
  ASSERT_TRUE(eventually([](const Snapshot& s) { return s.references.contains("sub/x"); }));
  EXPECT_TRUE(hangs(snapshots.back().references, "sub/x"))
      << snapshots.back().references.at("sub/x").error;
  EXPECT_TRUE(is(snapshots.back().files, "a.yaml", "one"));
  EXPECT_TRUE(is(snapshots.back().references, "fine/y", "Y=1"));
  expect_others_go_on();
  EXPECT_TRUE(hangs(snapshots.back().references, "sub/x"));
  mounts.clear();
  EXPECT_TRUE(refers("sub/x", "X=1"));
}

TEST_P(Beneath, WhatHangsLaterKeepsItsLastVersion) {
  start(200ms, GetParam());
  ASSERT_TRUE(refers("sub/x", "X=1"));
  if (!hang(manifests / "sub")) GTEST_SKIP() << "can't mount";
  ASSERT_TRUE(silent("sub/x"));
  EXPECT_EQ(*snapshots.back().references.at("sub/x").bytes, "X=1");
  expect_others_go_on();
  mounts.clear();
  write(manifests / "sub/x", "X=2");
  EXPECT_TRUE(refers("sub/x", "X=2"));
}

TEST_P(Beneath, AManifestThatIsALinkIntoItWaitsAlone) {
  followed = {"fine/y"};
  write(manifests / "sub/l.yaml", "linked");
  fs::create_symlink("sub/l.yaml", manifests / "l.yaml");
  fs::create_symlink("fine/y", manifests / "y.yaml");
  if (!hang(manifests / "sub")) GTEST_SKIP() << "can't mount";
  start(200ms, GetParam());
  ASSERT_TRUE(eventually([](const Snapshot& s) { return hangs(s.files, "l.yaml"); }));
  EXPECT_TRUE(reads("y.yaml", "Y=1"));
  expect_others_go_on();
  EXPECT_TRUE(hangs(snapshots.back().files, "l.yaml"));
  mounts.clear();
  EXPECT_TRUE(reads("l.yaml", "linked"));
}

TEST_P(Beneath, AFolderFurtherDownHoldsUpNoFileAboveIt) {
  followed = {"sub/x", "sub/deep/x", "fine/y"};
  if (!hang(manifests / "sub/deep")) GTEST_SKIP() << "can't mount";
  start(200ms, GetParam());
  ASSERT_TRUE(silent("sub/deep/x"));
  EXPECT_TRUE(refers("sub/x", "X=1"));
  expect_others_go_on();
  mounts.clear();
  EXPECT_TRUE(refers("sub/deep/x", "D=1"));
}

TEST_P(Beneath, ManyFoldersOfOneThatHangsTakeFewThreads) {
  for (int i = 0; i < 50; ++i)
    followed.insert("sub/" + std::to_string(i) + "/x");
  if (!hang(manifests / "sub")) GTEST_SKIP() << "can't mount";
  const std::size_t before = threads();
  start(50ms, GetParam());
  ASSERT_TRUE(silent("sub/x"));
  run_for(2s);
  EXPECT_TRUE(hangs(snapshots.back().references, "sub/49/x"));
  expect_others_go_on();
  EXPECT_LE(threads(), before + 4);
  mounts.clear();
  EXPECT_TRUE(refers("sub/x", "X=1"));
}

TEST_P(Beneath, ManyThatHangTakeABoundedNumberOfThreads) {
  for (int i = 0; i < 30; ++i) {
    const std::string name = "h" + std::to_string(i);
    fs::create_directory(manifests / name);
    followed.insert(name + "/x");
    if (!hang(manifests / name)) GTEST_SKIP() << "can't mount";
  }
  const std::size_t before = threads();
  start(50ms, GetParam());
  ASSERT_TRUE(silent("h29/x"));
  run_for(1s);
  EXPECT_LE(threads(), before + 17);
  write(manifests / "a.yaml", "two");
  EXPECT_TRUE(reads("a.yaml", "two"));
  mounts.clear();
  EXPECT_TRUE(refers("sub/x", "X=1"));
  EXPECT_TRUE(eventually([](const Snapshot& s) { return !s.references.contains("h29/x"); }));
}

TEST_P(Beneath, StopsWhileAFolderHangs) {
  if (!hang(manifests / "sub")) GTEST_SKIP() << "can't mount";
  apart_slow_after = 30s;
  start(200ms, GetParam());
  run_for(100ms);
  EXPECT_TRUE(snapshots.empty());
  directory->stop();
  run_for(50ms);
  EXPECT_TRUE(ended) << "whoever waits for it can't be stopped";
}

}  // namespace
}  // namespace fairlead::watch
