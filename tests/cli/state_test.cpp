// The state directory of a daemon that is told to end.
#include <gmock/gmock.h>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(State, SigtermLeavesOnDiskWhatNobodyWaitedFor) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path / "manifests");
  write_text(folder.path / "manifests/a.yaml",
             "services:\n  a: {image: \"x:1\", restart: always}\n");
  const auto log = folder.path / "log";
  const auto daemon =
      start({FAIRLEAD_BINARY, "run", "--engine", "embedded", "--listen", "none", "--state-dir",
             folder.path / "state", "--manifests", folder.path / "manifests", "--settle", "0.05"},
            log);
  // The replies to the creates came less than the time ago that changes are gathered for.
  EXPECT_TRUE(eventually([&log] { return read_text(log).find("converged") != std::string::npos; },
                         seconds(10)))
      << read_text(log);
  kill(daemon, SIGTERM);
  EXPECT_EQ(wait_for_exit(daemon, seconds(5)), 0);
  const auto inventory = read_text(folder.path / "state/inventory.json");
  EXPECT_THAT(inventory, HasSubstr("\"name\":\"a-a-1\",\"id\":\""));
  EXPECT_THAT(inventory, Not(HasSubstr("\"id\":\"\""))) << "an intent without its reply";
  EXPECT_THAT(inventory, Not(HasSubstr("\"unread\""))) << "not compared";
  EXPECT_THAT(read_text(log), Not(HasSubstr("state not written")));
}

// A disk that does not answer would otherwise be a daemon that says nothing.
TEST(Start, NamesWhatIsReadBeforeItIsRead) {
  const TemporaryFolder folder;
  const auto state = (folder.path / "state").string();
  const auto refused = run({FAIRLEAD_BINARY, "run", "--engine", "embedded", "--state-dir", state,
                            "--policy", "/no/policy", "--age-identity", "/no/identity"},
                           seconds(10));
  const auto named = refused.text.find(
      "msg=\"fairlead starting\" policy=/no/policy "
      "age_identity=/no/identity state_dir=" +
      state);
  ASSERT_NE(named, std::string::npos) << refused.text;
  EXPECT_LT(named, refused.text.find("error: policy")) << refused.text;
}

class EmptiedState : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder.path / "manifests");
    write_text(folder.path / "manifests/a.yaml",
               "services:\n  a: {image: \"x:1\", restart: always}\n");
    daemon = start(
        {FAIRLEAD_BINARY, "run", "--engine", "embedded", "--listen", "none", "--state-dir", state,
         "--manifests", folder.path / "manifests", "--settle", "0.05", "--rescan", "0.2"},
        log);
    ASSERT_TRUE(logged("app converged")) << read_text(log);
  }
  bool logged(const std::string& text) const {
    return eventually([&] { return read_text(log).find(text) != std::string::npos; }, seconds(10));
  }

  TemporaryFolder folder;
  fs::path state = folder.path / "state";
  fs::path log = folder.path / "log";
  pid_t daemon = 0;
};

TEST_F(EmptiedState, EndsTheDaemonThatNoLongerHoldsIt) {
  for (const auto& entry : fs::directory_iterator(state))
    fs::remove_all(entry.path());
  // At rest nothing is written; it is noticed all the same.
  EXPECT_EQ(wait_for_exit(daemon, seconds(10)), 1) << read_text(log);
  const auto said = read_text(log);
  EXPECT_THAT(said, HasSubstr("state directory is no longer ours: stopping"));
  EXPECT_THAT(said, HasSubstr("lock was removed while this process held it"));
  EXPECT_THAT(said, HasSubstr("or start with --adopt-instance "));
  EXPECT_TRUE(fs::is_empty(state)) << "nothing is written without the lock";
}

TEST_F(EmptiedState, ALostSocketIsSaidOnce) {
  fs::remove(state / "fairlead.sock");
  EXPECT_TRUE(logged("the socket was removed")) << read_text(log);
  EXPECT_EQ(wait_for_exit(daemon, seconds(3)), -1);
  kill(daemon, SIGTERM);
  EXPECT_EQ(wait_for_exit(daemon, seconds(5)), 0);
  const auto said = read_text(log);
  const auto first = said.find("the socket was removed");
  EXPECT_EQ(said.find("the socket was removed", first + 1), std::string::npos) << said;
}

}  // namespace
}  // namespace fairlead::engine_test
