// What lies where a file of Fairlead's should be: said with its path and a next step, with the
// documented exit code. Never an abort, never taken for something else.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kApp = "services:\n  a: {image: \"x:1\"}\n";

class HostileFiles : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(manifests());
    fs::create_directory(state());
    write_text(manifests() / "a.yaml", kApp);
  }

  fs::path manifests() const { return folder.path / "manifests"; }
  fs::path state() const { return folder.path / "state"; }

  Output fairlead(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), FAIRLEAD_BINARY);
    arguments.insert(arguments.end(), {"--state-dir", state(), "--manifests", manifests()});
    return run(arguments, seconds(10));
  }
  Output daemon(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"run", "--engine", "embedded", "--listen", "none"};
    words.insert(words.end(), more.begin(), more.end());
    return fairlead(words);
  }

  TemporaryFolder folder;
};

// Ends by itself, refused or failed, and says all of `words`.
void expect_refusal(const Output& output, int code, const std::vector<std::string>& words) {
  EXPECT_EQ(output.exit_code, code) << output.text;
  for (const auto& word : words)
    EXPECT_THAT(output.text, HasSubstr(word));
  EXPECT_THAT(output.text, Not(HasSubstr("terminate called")));
}

TEST_F(HostileFiles, AFolderInPlaceOfThePolicy) {
  const auto folder_there = (folder.path / "policy").string();
  fs::create_directory(folder_there);
  expect_refusal(daemon({"--policy", folder_there}), 5,
                 {folder_there + ": not a regular file, but a folder", "move it away"});
  expect_refusal(fairlead({"plan", "--offline", "--engine", "embedded", "--policy", folder_there}),
                 5, {folder_there + ": not a regular file, but a folder"});
}

TEST_F(HostileFiles, AFolderInPlaceOfTheDigestKey) {
  fs::create_directory(state() / "digest.key");
  const auto there = (state() / "digest.key").string() + ": not a regular file, but a folder";
  expect_refusal(daemon(), 5, {there, "move it away"});
  expect_refusal(fairlead({"validate"}), 5, {there});
  expect_refusal(fairlead({"config"}), 5, {there});
  expect_refusal(fairlead({"plan", "--offline", "--engine", "embedded"}), 5, {there});
}

TEST_F(HostileFiles, AFolderInPlaceOfTheInventory) {
  fs::create_directory(state() / "inventory.json");
  const auto there = (state() / "inventory.json").string() + ": not a regular file, but a folder";
  expect_refusal(daemon(), 5, {there, "move it away"});
  expect_refusal(fairlead({"plan", "--offline", "--engine", "embedded"}), 5, {there});
}

TEST_F(HostileFiles, AnEmptyInventoryIsNotAnEmptyInstallation) {
  std::ofstream(state() / "inventory.json");
  expect_refusal(daemon(), 1, {state().string(), "inventory.json is damaged", "backup"});
  EXPECT_EQ(fs::file_size(state() / "inventory.json"), 0u) << "it was not overwritten";
  expect_refusal(fairlead({"plan", "--offline", "--engine", "embedded"}), 1, {"damaged"});
}

// A new key would replace every container that holds a secret.
TEST_F(HostileFiles, ADamagedDigestKeyIsRefusedAndKept) {
  for (const std::string key : {"", "abc", "0123456789abcdef\n"}) {
    std::ofstream(state() / "digest.key", std::ios::trunc) << key;
    const auto there = (state() / "digest.key").string() + " is damaged";
    expect_refusal(daemon(), 1, {there, "restore it from a backup", "replaced once"});
    expect_refusal(fairlead({"validate"}), 1, {there});
    EXPECT_EQ(read_text(state() / "digest.key"), key);
  }
}

TEST_F(HostileFiles, APipeInPlaceOfAManifestIsNotWaitedFor) {
  const auto pipe = (folder.path / "pipe.yaml").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_refusal(fairlead({"config", pipe}), 1, {pipe + ": not a regular file"});
  expect_refusal(fairlead({"validate", (folder.path / "none.yaml").string()}), 3, {"none.yaml"});
}

// Nobody holds such a directory: not to be called "another Fairlead".
TEST_F(HostileFiles, AStateDirectoryThatCanNotBeWritten) {
  fs::create_directory(state() / "lock");
  const auto as_folder = daemon();
  expect_refusal(
      as_folder, 5,
      {(state() / "lock").string() + ": not a regular file, but a folder", "move it away"});
  EXPECT_THAT(as_folder.text, Not(HasSubstr("another Fairlead")));
  const auto unwritable = run({FAIRLEAD_BINARY, "run", "--engine", "embedded", "--listen", "none",
                               "--state-dir", "/proc/1", "--manifests", manifests()},
                              seconds(10));
  expect_refusal(unwritable, 5, {"/proc/1", "--state-dir"});
  EXPECT_THAT(unwritable.text, Not(HasSubstr("another Fairlead")));
}

TEST_F(HostileFiles, ASecondProcessWritesNothingIntoTheStateDirectory) {
  const std::vector<std::string> words = {FAIRLEAD_BINARY, "run",       "--engine",    "embedded",
                                          "--listen",      "none",      "--state-dir", state(),
                                          "--manifests",   manifests(), "--log-level", "info"};
  const auto first = start(words, folder.path / "first.log");
  ASSERT_TRUE(eventually(
      [this] {
        return read_text(folder.path / "first.log").find("converged") != std::string::npos;
      },
      seconds(10)));
  const auto written = fs::last_write_time(state() / "inventory.json");
  write_text(manifests() / "b.yaml", kApp);
  const auto second = start(words, folder.path / "second.log");
  EXPECT_TRUE(eventually(
      [this] {
        return read_text(folder.path / "second.log").find("another Fairlead") != std::string::npos;
      },
      seconds(10)));
  const auto knows_b = [this] {
    return read_text(state() / "inventory.json").find("\"b\"") != std::string::npos;
  };
  EXPECT_TRUE(eventually(knows_b, seconds(10))) << "the first one goes on";
  EXPECT_TRUE(stays(knows_b, seconds(2)));
  EXPECT_GT(fs::last_write_time(state() / "inventory.json"), written);
  kill(second, SIGTERM);
  EXPECT_EQ(wait_for_exit(second, std::chrono::seconds(10)), 0);
  kill(first, SIGTERM);
  EXPECT_EQ(wait_for_exit(first, std::chrono::seconds(10)), 0);
}

}  // namespace
}  // namespace fairlead::engine_test
