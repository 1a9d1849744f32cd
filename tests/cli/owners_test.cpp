// Whose files are believed, and whose are made, by the program itself.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::HasSubstr;

class OwnFiles : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder.path / "m");
    fs::create_directory(folder.path / "state");
    write_text(folder.path / "m" / "a.yaml",
               "services: {a: {image: \"x:1\", secrets: [s]}}\nsecrets: {s: {file: ./s.age}}\n");
    write_text(folder.path / "m" / "s.age", "nothing that could be decrypted");
    write_text(folder.path / "identity", "AGE-SECRET-KEY-1\n");
  }
  std::vector<std::string> words(const std::string& verb, std::vector<std::string> more) const {
    std::vector<std::string> all = {FAIRLEAD_BINARY,  verb,
                                    "--state-dir",    folder.path / "state",
                                    "--manifests",    folder.path / "m",
                                    "--age-identity", folder.path / "identity"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void expect_refusal(const std::string& why, int code = 5) const {
    const std::string said = (folder.path / "identity").string() + ": " + why;
    const auto daemon =
        run(words("run", {"--engine", "embedded", "--listen", "none"}), seconds(10));
    EXPECT_EQ(daemon.exit_code, code) << daemon.text;
    EXPECT_THAT(daemon.text, HasSubstr("age identity: " + said));
    const auto validated = run(words("validate", {}), seconds(10));
    EXPECT_EQ(validated.exit_code, 1) << validated.text;
    EXPECT_THAT(validated.text, HasSubstr("a.yaml:2:14: error: secrets.s: "));
    EXPECT_THAT(validated.text, HasSubstr(said));
  }

  TemporaryFolder folder;
};

TEST_F(OwnFiles, AnAgeIdentityThatOthersMayWriteIsNotUsed) {
  const auto identity = folder.path / "identity";
  ASSERT_EQ(chmod(identity.c_str(), 0666), 0);
  expect_refusal("everybody may write it");
  ASSERT_EQ(chmod(identity.c_str(), 0660), 0);
  expect_refusal("its group may write it");
  fs::rename(identity, folder.path / "real");
  fs::create_symlink("real", identity);
  expect_refusal("its group may write it");
  fs::remove(identity);
  expect_refusal("No such file or directory", 3);
  fs::create_directory(identity);
  expect_refusal("not a regular file, but a folder");
  fs::remove(identity);
  fs::rename(folder.path / "real", identity);
  ASSERT_EQ(chmod(identity.c_str(), 0600), 0);
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(chown(identity.c_str(), 12345, 0), 0);
  expect_refusal("it belongs to user 12345");
}

TEST_F(OwnFiles, TakeOwnerAndGroupOfTheStateDirectory) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const auto state = folder.path / "state";
  ASSERT_EQ(chown(state.c_str(), 0, 4321), 0);
  const auto daemon =
      start(words("run", {"--engine", "embedded", "--listen", "none"}), folder.path / "log");
  const std::set<std::string> expected = {"digest.key", "fairlead.sock", "inventory.json", "lock"};
  const auto found = [&state] {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(state))
      names.insert(entry.path().filename());
    return names;
  };
  EXPECT_TRUE(eventually([&] { return found() == expected; }, seconds(10)))
      << read_text(folder.path / "log");
  for (const auto& name : expected) {
    struct stat about{};
    ASSERT_EQ(lstat((state / name).c_str(), &about), 0) << name;
    EXPECT_EQ(about.st_gid, 4321u) << name;
    EXPECT_EQ(about.st_uid, 0u) << name;
    EXPECT_EQ(about.st_mode & 0777, 0600u) << name;
  }
  kill(daemon, SIGTERM);
  EXPECT_EQ(wait_for_exit(daemon, seconds(10)), 0);
}

}  // namespace
}  // namespace fairlead::engine_test
