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

}  // namespace
}  // namespace fairlead::engine_test
