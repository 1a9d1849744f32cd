// Whose manifests are read: root's, Fairlead's own user's, and the directory's owner's where the
// administrator says so.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/watch/fixture.h"

namespace fairlead::watch {
namespace {

using testing::HasSubstr;

constexpr uid_t kStranger = 12345;
constexpr uid_t kSyncJob = 12346;

class Owners : public Watching {
 protected:
  void SetUp() override {
    Watching::SetUp();
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    write(manifests / "mine.yaml", "mine");
    write(manifests / "theirs.yaml", "password");
    fs::create_directories(manifests / "env");
    write(manifests / "env/x.env", "A=1");
    options.path = manifests.string();
    options.settle_time = Duration::zero();
    options.followed = {"env/x.env"};
  }

  static void give(const fs::path& path, uid_t owner) {
    ASSERT_EQ(::lchown(path.c_str(), owner, owner), 0);
  }

  // "=text" of a file, or why it is refused.
  std::string found(const std::string& name) const {
    const Snapshot snapshot = scan_once(options);
    if (!snapshot.complete) return snapshot.problem;
    const auto& files = snapshot.files.contains(name) ? snapshot.files : snapshot.references;
    const File& file = files.at(name);
    EXPECT_TRUE(file.error.empty() || file.bytes->empty());
    return file.error.empty() ? "=" + *file.bytes : file.error;
  }

  Options options;
};

TEST_F(Owners, AStrangersFileIsRefusedWithOwnerAndSwitch) {
  give(manifests / "theirs.yaml", kStranger);
  EXPECT_EQ(found("mine.yaml"), "=mine");
  for (const bool trusting : {false, true}) {
    options.trust_directory_owner = trusting;
    EXPECT_THAT(found("theirs.yaml"),
                testing::AllOf(HasSubstr("user 12345"), HasSubstr("trustDirectoryOwner"),
                               HasSubstr("--trust-directory-owner")));
  }
}

TEST_F(Owners, TheDirectorysOwnerIsTrustedBySwitchOnly) {
  give(manifests, kSyncJob);
  give(manifests / "theirs.yaml", kSyncJob);
  EXPECT_THAT(found("mine.yaml"),
              testing::AllOf(HasSubstr("the directory is not trusted"), HasSubstr("user 12346")));
  options.trust_directory_owner = true;
  EXPECT_EQ(found("theirs.yaml"), "=password");
  give(manifests / "theirs.yaml", kStranger);
  EXPECT_THAT(found("theirs.yaml"), HasSubstr("user 12345"));
}

TEST_F(Owners, WhatEverybodyMayWriteIsRefused) {
  ASSERT_EQ(::chmod((manifests / "theirs.yaml").c_str(), 0666), 0);
  EXPECT_THAT(found("theirs.yaml"), HasSubstr("everybody may write it"));
  for (const mode_t mode : {0777, 01777}) {
    ASSERT_EQ(::chmod(manifests.c_str(), mode), 0);
    EXPECT_THAT(found("mine.yaml"), HasSubstr("everybody may write it"));
  }
}

TEST_F(Owners, FilesThatManifestsReferToAreNoException) {
  EXPECT_EQ(found("env/x.env"), "=A=1");
  ASSERT_EQ(::chmod((manifests / "env").c_str(), 0777), 0);
  EXPECT_THAT(found("env/x.env"), testing::AllOf(HasSubstr("folder env"), HasSubstr("everybody")));
  ASSERT_EQ(::chmod((manifests / "env").c_str(), 0755), 0);
  give(manifests / "env", kStranger);
  EXPECT_THAT(found("env/x.env"), testing::AllOf(HasSubstr("folder env"), HasSubstr("12345")));
  give(manifests / "env", 0);
  give(manifests / "env/x.env", kStranger);
  EXPECT_THAT(found("env/x.env"), HasSubstr("user 12345"));
}

// git-sync: the directory is a link that flips; Kubernetes' `..data`: links within it.
TEST_F(Owners, TheLayoutsOfSyncJobsWork) {
  options.trust_directory_owner = true;
  fs::create_directories(root / "w/1/..data");
  write(root / "w/1/..data/a.yaml", "synced");
  fs::create_symlink("..data/a.yaml", root / "w/1/a.yaml");
  for (const char* each : {"w/1", "w/1/..data", "w/1/..data/a.yaml", "w/1/a.yaml"})
    give(root / each, kSyncJob);
  fs::create_directory_symlink("w/1", root / "current");
  options.path = (root / "current").string();
  options.followed = {};
  EXPECT_EQ(found("a.yaml"), "=synced");
  // Whose a folder on the way is counts, by whatever link it is reached.
  give(root / "w/1/..data", kStranger);
  EXPECT_THAT(found("a.yaml"), testing::AllOf(HasSubstr("folder ..data"), HasSubstr("12345")));
}

}  // namespace
}  // namespace fairlead::watch
