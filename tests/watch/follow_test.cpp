// Files that manifests refer to: seen as surely as the manifests, and never outside the directory.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.h"
#include "tests/watch/fixture.h"

namespace fairlead::watch {
namespace {

using namespace std::chrono_literals;

class Following : public Watching, public testing::WithParamInterface<bool> {
 protected:
  void begin(Followed paths) {
    fs::create_directories(manifests / "sub" / "deep");
    write(manifests / "a.yaml", "one");
    start(100ms, GetParam());
    directory->follow(std::make_shared<const Followed>(std::move(paths)));
  }
  // The reference's text; its error with a `!`; "-" if it was looked for in vain.
  std::string reference(const std::string& name) {
    const Snapshot& last = snapshots.back();
    if (!last.followed->contains(name)) return "?";
    const File* found = last.references.find(name);
    if (found == nullptr) return "-";
    return found->error.empty() ? *found->bytes : "!" + found->error;
  }
  bool becomes(const std::string& name, const std::string& text) {
    return eventually([&](const Snapshot&) { return reference(name) == text; });
  }
};

INSTANTIATE_TEST_SUITE_P(Directory, Following, testing::Values(true, false),
                         [](const auto& test) { return test.param ? "events" : "polling"; });

TEST_P(Following, SeesAFileOfAFolderComeChangeAndGo) {
  begin({"sub/deep/x.env"});
  EXPECT_TRUE(becomes("sub/deep/x.env", "-"));
  write(manifests / "sub/deep/x.env", "A=1");
  EXPECT_TRUE(becomes("sub/deep/x.env", "A=1"));
  write(manifests / "sub/deep/x.env", "A=2");
  EXPECT_TRUE(becomes("sub/deep/x.env", "A=2"));
  fs::remove_all(manifests / "sub");
  EXPECT_TRUE(becomes("sub/deep/x.env", "-"));
  EXPECT_EQ(*snapshots.back().files.at("a.yaml").bytes, "one");
}

TEST_P(Following, TakesFurtherFilesInAndDropsOthers) {
  begin({".env"});
  write(manifests / ".env", "A=1");
  write(manifests / "sub/b.env", "B=1");
  EXPECT_TRUE(becomes(".env", "A=1"));
  EXPECT_EQ(reference("sub/b.env"), "?");
  directory->follow(std::make_shared<const Followed>(Followed{"sub/b.env"}));
  EXPECT_TRUE(becomes("sub/b.env", "B=1"));
  EXPECT_EQ(reference(".env"), "?");
}

TEST_P(Following, F103_NeverLeavesTheDirectory) {
  write(root / "secret", "password");
  begin({"out", "sub/up", "in", "../secret"});
  fs::create_symlink("../secret", manifests / "out");
  fs::create_symlink(root, manifests / "sub/up");
  fs::create_symlink("sub/deep/real", manifests / "in");
  write(manifests / "sub/deep/real", "fine");
  EXPECT_TRUE(becomes("out", "!it leads out of the manifests directory"));
  EXPECT_TRUE(becomes("in", "fine"));
  EXPECT_TRUE(becomes("../secret", "!it leads out of the manifests directory"));
}

TEST_P(Following, DoesNotWaitForAPipe) {
  begin({"pipe", "sub"});
  ASSERT_EQ(::mkfifo((manifests / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(becomes("pipe", "!not a regular file"));
  EXPECT_TRUE(becomes("sub", "!not a regular file, but a folder"));
}

TEST(ReadBeneath, ReadsOneFileWithoutAWatch) {
  const test::TemporaryFolder folder;
  const fs::path& root = folder.path;
  fs::create_directory(root / "in");
  fs::create_symlink("/etc/hostname", root / "out");
  EXPECT_FALSE(read_beneath(root.string(), "x", 100));
  EXPECT_EQ(read_beneath(root.string(), "out", 100)->error,
            "it leads out of the manifests directory");
  EXPECT_EQ(read_beneath(root.string(), "in", 100)->error, "not a regular file, but a folder");
}

}  // namespace
}  // namespace fairlead::watch
