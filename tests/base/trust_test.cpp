#include "base/trust.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace fairlead {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct stat found_as(uid_t owner, mode_t mode) {
  struct stat found{};
  found.st_uid = owner;
  found.st_mode = mode;
  return found;
}

TEST(Trust, BelievesRootAndItself) {
  EXPECT_TRUE(check_trust(found_as(0, S_IFREG | 0644), trusted_users()));
  EXPECT_TRUE(check_trust(found_as(::geteuid(), S_IFREG | 0664), trusted_users()));
  EXPECT_TRUE(check_trust(found_as(77, S_IFREG | 0644), {.users = {0, 77}}));
  EXPECT_TRUE(check_trust(found_as(77, S_IFREG | 0666), {.users = {}, .anyone = true}));
}

TEST(Trust, NamesTheOwnerOfWhatItRefuses) {
  const auto foreign = check_trust(found_as(12345, S_IFREG | 0644), trusted_users(), "the switch");
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().message, HasSubstr("user 12345"));
  EXPECT_EQ(foreign.error().hint, "the switch");
  for (const mode_t mode : {S_IFREG | 0666, S_IFDIR | 0777, S_IFDIR | S_ISVTX | 0777}) {
    const auto open = check_trust(found_as(0, mode), trusted_users());
    ASSERT_FALSE(open) << std::oct << mode;
    EXPECT_THAT(open.error().message, HasSubstr("everybody may write it"));
  }
}

class OpenTrusted : public testing::Test {
 protected:
  std::string refusal(const std::string& name) const {
    const auto opened = open_trusted(folder, name, O_RDONLY);
    if (opened) ::close(*opened);
    return opened ? "" : opened.error().message;
  }

  test::TemporaryFolder made;
  fs::path folder = made.path;
};

TEST_F(OpenTrusted, FollowsNoLink) {
  std::ofstream(folder / "file") << "x";
  fs::create_symlink("file", folder / "link");
  EXPECT_EQ(refusal("file"), "");
  EXPECT_THAT(refusal("link"), HasSubstr("symbolic link"));
  EXPECT_EQ(open_trusted(folder, "none", O_RDONLY).error().reason, Reason::kNotFound);
  const auto written = open_trusted(folder, "link", O_WRONLY | O_CREAT | O_TRUNC);
  EXPECT_FALSE(written);
  EXPECT_EQ(fs::file_size(folder / "file"), 1u);
}

TEST_F(OpenTrusted, AWorldWritableFolderIsNobodys) {
  std::ofstream(folder / "file") << "x";
  for (const mode_t mode : {0777, 01777}) {
    ASSERT_EQ(::chmod(folder.c_str(), mode), 0);
    EXPECT_THAT(refusal("file"), HasSubstr("everybody may write it"));
    EXPECT_FALSE(check_folder(folder));
  }
}

TEST_F(OpenTrusted, SomebodyElsesFolderOrFileIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  std::ofstream(folder / "file") << "x";
  ASSERT_EQ(::chown((folder / "file").c_str(), 12345, 0), 0);
  EXPECT_THAT(refusal("file"), HasSubstr("user 12345"));
  ASSERT_EQ(::chown(folder.c_str(), 12346, 0), 0);
  EXPECT_THAT(refusal("file"), HasSubstr("user 12346"));
}

TEST_F(OpenTrusted, ANamedFileIsJudgedByWhatItsLinksLeadTo) {
  const auto refused = [this](const std::string& name) {
    const auto read = read_trusted(folder / name, 100);
    return read ? *read : read.error().message + "; " + read.error().hint;
  };
  std::ofstream(folder / "file") << "x";
  fs::create_symlink("file", folder / "link");
  EXPECT_EQ(refused("file"), "x");
  EXPECT_EQ(refused("link"), "x");
  EXPECT_EQ(read_trusted(folder / "none", 100).error().reason, Reason::kNotFound);
  EXPECT_THAT(refused(""), HasSubstr("not a regular file, but a folder"));
  for (const auto& [mode, why] :
       {std::pair{0666, "everybody may write it"}, std::pair{0660, "its group may write it"}}) {
    ASSERT_EQ(::chmod((folder / "file").c_str(), static_cast<mode_t>(mode)), 0);
    EXPECT_THAT(refused("file"), HasSubstr((folder / "file").string() + ": " + why));
    EXPECT_THAT(refused("link"), HasSubstr(why));
  }
  ASSERT_EQ(::chmod((folder / "file").c_str(), 0644), 0);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::lchown((folder / "link").c_str(), 12345, 0), 0);
  EXPECT_EQ(refused("link"), "x") << "a link holds nothing";
  ASSERT_EQ(::chown((folder / "file").c_str(), 12345, 0), 0);
  EXPECT_THAT(refused("link"), HasSubstr("user 12345"));
  EXPECT_THAT(refused("link"), HasSubstr("chown root"));
}

TEST_F(OpenTrusted, WhatIsMadeTakesOwnerAndGroupOfItsFolderAndNeverByALink) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::chown(folder.c_str(), 0, 4321), 0);
  std::ofstream(folder / "elsewhere") << "x";
  fs::create_symlink("elsewhere", folder / "link");
  std::ofstream(folder / "file") << "x";
  take_folders_owner(folder / "file");
  take_folders_owner(folder / "link");
  struct stat found{};
  ASSERT_EQ(::lstat((folder / "file").c_str(), &found), 0);
  EXPECT_EQ(found.st_gid, 4321u);
  ASSERT_EQ(::lstat((folder / "link").c_str(), &found), 0);
  EXPECT_EQ(found.st_gid, 4321u);
  ASSERT_EQ(::lstat((folder / "elsewhere").c_str(), &found), 0);
  EXPECT_EQ(found.st_gid, ::getegid());
}

TEST_F(OpenTrusted, ANewFileTakesTheFoldersGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::chown(folder.c_str(), 0, 4321), 0);
  const auto file = open_trusted(folder, "new", O_WRONLY | O_CREAT | O_EXCL);
  ASSERT_TRUE(file);
  ::close(*file);
  struct stat found{};
  ASSERT_EQ(::stat((folder / "new").c_str(), &found), 0);
  EXPECT_EQ(found.st_gid, 4321u);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace fairlead
