// The watcher's acceptance list, once with events and a rescan too slow to help, once without.
#include "tests/watch/fixture.h"

namespace fairlead::watch {
namespace {

using Texts = std::vector<std::string>;

class Cases : public Watching, public testing::WithParamInterface<bool> {
 protected:
  // `rescan_with_events`: short only where the kernel reports nothing.
  void watch(Duration rescan_with_events = 60s) {
    start(GetParam() ? rescan_with_events : Duration(200ms), GetParam());
    ASSERT_TRUE(eventually([](const Snapshot&) { return true; }));
  }
};

INSTANTIATE_TEST_SUITE_P(Directory, Cases, testing::Values(true, false),
                         [](const auto& test) { return test.param ? "events" : "polling"; });

TEST_P(Cases, W1W27_TruncateAndWriteIsSeenWhole) {
  write(manifests / "a.yaml", "one");
  watch();
  write(manifests / "a.yaml", "two");
  EXPECT_TRUE(reads("a.yaml", "two"));
  EXPECT_EQ(history("a.yaml"), (Texts{"one", "two"}));
}

TEST_P(Cases, W2_SlowWriterIsSeenOnceAndWhole) {
  write(manifests / "a.yaml", "one");
  settle = 2s;
  watch();
  shell("(for i in 1 2 3; do printf $i; sleep 0.02; done > manifests/a.yaml) &");
  EXPECT_TRUE(reads("a.yaml", "123"));
  EXPECT_EQ(history("a.yaml"), (Texts{"one", "123"}));
}

TEST_P(Cases, W3W4W7W9_RenamedIntoPlace) {
  write(manifests / "a.yaml", "one");
  watch();
  shell("printf two > manifests/.a.yaml.Xy12 && mv manifests/.a.yaml.Xy12 manifests/a.yaml");
  EXPECT_TRUE(reads("a.yaml", "two"));
  shell("printf three > outside && mv outside manifests/a.yaml");
  EXPECT_TRUE(reads("a.yaml", "three"));
  shell("printf four > outside && ln -f outside manifests/a.yaml");
  EXPECT_TRUE(reads("a.yaml", "four"));
  EXPECT_EQ(snapshots.back().files.size(), 1u);
}

TEST_P(Cases, W5W6_EditorsLeaveNoTraceButTheFile) {
  write(manifests / "a.yaml", "one");
  watch();
  write(manifests / ".a.yaml.swp", "x");
  write(manifests / "4913", "x");
  write(manifests / "a.yaml~", "x");
  shell("sed -i s/one/two/ manifests/a.yaml");
  EXPECT_TRUE(reads("a.yaml", "two"));
  EXPECT_EQ(snapshots.back().files.size(), 1u);
}

TEST_P(Cases, W10_WriteThroughAnotherHardLink) {
  write(manifests / "a.yaml", "one");
  fs::create_hard_link(manifests / "a.yaml", root / "other");
  watch(200ms);
  write(root / "other", "two");
  EXPECT_TRUE(reads("a.yaml", "two"));
}

TEST_P(Cases, W11W12_FileLinksAreFollowed) {
  fs::create_directory(manifests / "parts");
  write(manifests / "parts/target", "one");
  write(manifests / "parts/second", "three");
  fs::create_symlink("parts/target", manifests / "a.yaml");
  watch();
  write(manifests / "parts/target", "two");
  EXPECT_TRUE(reads("a.yaml", "two"));
  shell("ln -s parts/second manifests/t && mv -T manifests/t manifests/a.yaml");
  EXPECT_TRUE(reads("a.yaml", "three"));
}

// F103: what a link names outside must not be read, let alone told in a log.
TEST_P(Cases, LinksOutOfTheDirectoryAreNotFollowed) {
  fs::create_directory(root / "elsewhere");
  write(root / "elsewhere/secret", "password");
  write(manifests / "good.yaml", "one");
  fs::create_symlink("../elsewhere/secret", manifests / "a.yaml");
  fs::create_symlink(root / "elsewhere/secret", manifests / "b.yaml");
  fs::create_directory_symlink("../elsewhere", manifests / "way");
  fs::create_symlink("way/secret", manifests / "c.yaml");
  fs::create_symlink("/proc/self/environ", manifests / "d.yaml");
  watch();
  EXPECT_TRUE(reads("good.yaml", "one"));
  for (const char* name : {"a.yaml", "b.yaml", "c.yaml", "d.yaml"}) {
    const File& file = snapshots.back().files.at(name);
    EXPECT_EQ(file.error, "it leads out of the manifests directory") << name;
    EXPECT_EQ(*file.bytes, "") << name;
  }
  fs::remove(manifests / "a.yaml");
  fs::create_symlink("good.yaml", manifests / "a.yaml");
  EXPECT_TRUE(reads("a.yaml", "one"));
}

TEST_P(Cases, W13_DataLinkFlips) {
  shell("cd manifests && mkdir ..1 ..2 && printf one > ..1/a.yaml && printf two > ..2/a.yaml");
  shell("cd manifests && ln -s ..1 ..data && ln -s ..data/a.yaml a.yaml");
  watch();
  shell("cd manifests && ln -s ..2 ..tmp && mv -T ..tmp ..data && rm -r ..1");
  EXPECT_TRUE(reads("a.yaml", "two"));
  EXPECT_EQ(history("a.yaml"), (Texts{"one", "two"}));
}

TEST_P(Cases, W14W15_GitSyncFlips) {
  shell("mkdir -p w/1/m w/2/m w/3/m && for i in 1 2 3; do printf $i > w/$i/m/a.yaml; done");
  shell("ln -s w/1 current");
  path = root / "current/m";
  watch();
  shell("ln -s w/2 tmp && mv -T tmp current");
  EXPECT_TRUE(reads("a.yaml", "2"));
  shell("ln -s w/3 tmp && mv -T tmp current && rm -r w/2 w/1");
  EXPECT_TRUE(reads("a.yaml", "3"));
  EXPECT_EQ(history("a.yaml"), (Texts{"1", "2", "3"}));
  write(root / "w/3/m/a.yaml", "4");
  EXPECT_TRUE(reads("a.yaml", "4"));
}

TEST_P(Cases, W16_DirectorySwappedByRename) {
  write(manifests / "a.yaml", "one");
  shell("mkdir next && printf two > next/a.yaml");
  watch();
  shell("mv manifests old && mv next manifests");
  EXPECT_TRUE(reads("a.yaml", "two"));
  write(manifests / "a.yaml", "three");
  EXPECT_TRUE(reads("a.yaml", "three"));
}

TEST_P(Cases, W17_DirectoryRemovedAndRecreated) {
  write(manifests / "a.yaml", "one");
  watch();
  fs::remove_all(manifests);
  EXPECT_TRUE(eventually([](const Snapshot& s) { return !s.complete && s.problem != ""; }));
  EXPECT_EQ(history("a.yaml"), (Texts{"one"}));
  fs::create_directory(manifests);
  write(manifests / "a.yaml", "two");
  EXPECT_TRUE(reads("a.yaml", "two"));
  write(manifests / "a.yaml", "three");
  EXPECT_TRUE(reads("a.yaml", "three"));
}

TEST_P(Cases, W19_BriefAbsenceIsNotADeletion) {
  write(manifests / "a.yaml", "one");
  settle = 2s;
  watch();
  shell("(rm manifests/a.yaml; sleep 0.02; printf two > manifests/a.yaml) &");
  EXPECT_TRUE(reads("a.yaml", "two"));
  EXPECT_EQ(history("a.yaml"), (Texts{"one", "two"}));
}

TEST_P(Cases, W24_WhatCannotBeReadKeepsItsLastGoodVersion) {
  for (const char* name : {"fifo.yaml", "huge.yaml", "directory.yaml", "fine.yaml"}) {
    write(manifests / name, "good");
  }
  watch();
  shell("cd manifests && rm fifo.yaml directory.yaml && mkfifo fifo.yaml && mkdir directory.yaml");
  write(manifests / "huge.yaml", std::string(5000, 'x'));
  write(manifests / "fine.yaml", "two");
  ASSERT_TRUE(reads("fine.yaml", "two"));
  for (const char* name : {"fifo.yaml", "huge.yaml", "directory.yaml"}) {
    EXPECT_EQ(history(name), (Texts{"good"})) << name;
    EXPECT_NE(snapshots.back().files.at(name).error, "") << name;
  }
}

TEST_P(Cases, W24_SocketsAndDanglingLinksNeverBlock) {
  write(manifests / "fine.yaml", "one");
  shell(
      "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"manifests/socket.yaml\")' "
      "&& "
      "ln -s nowhere manifests/dangling.yaml && ln -s loop.yaml manifests/loop.yaml");
  watch();
  ASSERT_TRUE(reads("fine.yaml", "one"));
  for (const char* name : {"socket.yaml", "dangling.yaml", "loop.yaml"})
    EXPECT_NE(snapshots.back().files.at(name).error, "") << name;
}

TEST_P(Cases, W7W8_Rsync) {
  write(manifests / "a.yaml", "one");
  watch();
  shell("mkdir source && printf two > source/a.yaml && rsync -aI source/ manifests/");
  EXPECT_TRUE(reads("a.yaml", "two"));
  shell("printf three > source/a.yaml && rsync -aI --inplace source/ manifests/");
  EXPECT_TRUE(reads("a.yaml", "three"));
  EXPECT_EQ(history("a.yaml"), (Texts{"one", "two", "three"}));
  for (const Snapshot& s : snapshots)
    EXPECT_EQ(s.files.size(), 1u);
}

TEST_P(Cases, W25_TouchAndIdenticalRewriteAreNoNews) {
  write(manifests / "a.yaml", "one");
  watch();
  const std::string digest = snapshots.back().files.at("a.yaml").digest;
  shell(
      "touch -d 2001-01-01 manifests/a.yaml && cp -p manifests/a.yaml t && mv t manifests/a.yaml");
  run_for(400ms);
  for (const Snapshot& s : snapshots)
    EXPECT_EQ(s.files.at("a.yaml").digest, digest);
  if (GetParam()) {
    EXPECT_EQ(snapshots.size(), 1u);
  }
}

TEST_P(Cases, W26_RenameOfAManifestIsOneStep) {
  write(manifests / "a.yaml", "one");
  watch();
  fs::rename(manifests / "a.yaml", manifests / "b.yaml");
  EXPECT_TRUE(reads("b.yaml", "one"));
  for (const Snapshot& s : snapshots)
    EXPECT_EQ(s.files.size(), 1u);
}

TEST_P(Cases, W29_EmptyDirectoryIsACompleteScan) {
  watch();
  EXPECT_TRUE(snapshots.front().complete);
  EXPECT_TRUE(snapshots.front().files.empty());
}

TEST_P(Cases, MissingDirectoryIsReportedAndAwaited) {
  path = root / "later/manifests";
  watch();
  EXPECT_FALSE(snapshots.front().complete);
  shell("mkdir -p later/manifests && printf one > later/manifests/a.yaml");
  EXPECT_TRUE(reads("a.yaml", "one"));
}

TEST_P(Cases, StopEndsTheWait) {
  watch();
  directory->stop();
  run_for(50ms);
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace fairlead::watch
