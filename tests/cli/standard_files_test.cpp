// Standard input, output and error as a user, a pipe or a supervisor leaves them.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kManifest = "services: {a: {image: \"x:1\", restart: always}}\n";

class StandardFiles : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder.path / "m");
    write_text(folder.path / "m" / "a.yaml", kManifest);
  }
  // By a shell: `tail` redirects.
  static std::vector<std::string> shell(const std::string& head, const std::string& tail,
                                        const std::vector<std::string>& words) {
    std::vector<std::string> all = {"sh", "-c", head + " \"$@\" " + tail, "sh", FAIRLEAD_BINARY};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }
  std::vector<std::string> daemon_words() const {
    return {"run",      "--engine",    "embedded", "--listen",    "none",
            "--settle", "0.05",        "--resync", "0.2",         "--rescan",
            "0.2",      "--state-dir", state(),    "--manifests", folder.path / "m"};
  }
  fs::path state() const { return folder.path / "state"; }
  // Asked of the daemon itself.
  bool ready(const std::string& image) const {
    const auto told = run(
        {FAIRLEAD_BINARY, "get", "containers", "-o", "json", "--state-dir", state()}, seconds(5));
    return told.ok() && told.text.find(image) != std::string::npos;
  }

  TemporaryFolder folder;
};

TEST_F(StandardFiles, OutputThatIsLostIsAnError) {
  const auto manifests = (folder.path / "m").string();
  const std::vector<std::vector<std::string>> commands = {
      {"config", manifests},
      {"config", manifests, "-o", "json"},
      {"config", manifests, "-o", "yaml"},
      {"validate", manifests},
      {"version"},
      {"--help"},
      {"config", "--help"},
  };
  for (const auto& command : commands) {
    const auto all = testing::PrintToString(command);
    const auto whole = run(shell("", ">/dev/null", command), seconds(10));
    EXPECT_EQ(whole.exit_code, 0) << all << whole.text;
    const auto full = run(shell("", ">/dev/full", command), seconds(10));
    EXPECT_EQ(full.exit_code, 1) << all;
    EXPECT_THAT(full.text, HasSubstr("error: standard output: No space left on device")) << all;
    const auto closed = run(shell("", ">&-", command), seconds(10));
    EXPECT_EQ(closed.exit_code, 1) << all;
    EXPECT_THAT(closed.text, HasSubstr("error: standard output: Bad file descriptor")) << all;
  }
}

TEST_F(StandardFiles, OfDiffLostOutputIsNoDifference) {
  const std::vector<std::string> diff = {"diff",        "--offline",      "--engine",
                                         "embedded",    "--state-dir",    state(),
                                         "--manifests", folder.path / "m"};
  EXPECT_EQ(run(shell("", ">/dev/null", diff), seconds(10)).exit_code, 1);
  const auto lost = run(shell("", ">/dev/full", diff), seconds(10));
  EXPECT_EQ(lost.exit_code, 2) << lost.text;
}

TEST_F(StandardFiles, AReaderThatHasEnoughEndsACommandQuietly) {
  std::string services = "services:\n";
  for (int i = 0; i < 2000; ++i)
    services += "  s" + std::to_string(i) + ": {image: \"x:1\"}\n";
  write_text(folder.path / "m" / "a.yaml", services);
  const auto code = folder.path / "code";
  const auto piped = run({"sh", "-c", R"(("$@"; echo $? >"$0") | head -n 1)", code, FAIRLEAD_BINARY,
                          "config", folder.path / "m"},
                         seconds(20));
  EXPECT_EQ(trim(read_text(code)), "141");
  EXPECT_EQ(lines(piped.text).size(), 1u) << piped.text;
}

TEST_F(StandardFiles, ADaemonOutlivesTheReaderOfItsLog) {
  const auto pipe = folder.path / "log pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto reader = start({"head", "-n", "1", pipe}, folder.path / "first line");
  const auto daemon =
      start(shell("exec", "2>'" + pipe.string() + "'", daemon_words()), folder.path / "log");
  ASSERT_EQ(wait_for_exit(reader, seconds(10)), 0);
  ASSERT_TRUE(eventually([this] { return ready("x:1"); }, seconds(10)));
  for (const std::string image : {"x:2", "x:3"}) {
    write_text(folder.path / "m" / "a.yaml",
               "services: {a: {image: \"" + image + "\", restart: always}}\n");
    ASSERT_TRUE(eventually([&] { return ready(image); }, seconds(10))) << image;
  }
  EXPECT_EQ(wait_for_exit(daemon, seconds(0)), -1);
  kill(daemon, SIGTERM);
  EXPECT_EQ(wait_for_exit(daemon, seconds(10)), 0);
}

TEST_F(StandardFiles, ADaemonStopsInOrderWhenItsTerminalCloses) {
  const auto log = folder.path / "log";
  const auto daemon = start(shell("exec", "", daemon_words()), log);
  ASSERT_TRUE(eventually([this] { return ready("x:1"); }, seconds(10))) << read_text(log);
  kill(daemon, SIGHUP);
  EXPECT_EQ(wait_for_exit(daemon, seconds(10)), 0);
  EXPECT_THAT(read_text(log), HasSubstr("msg=\"stopped\""));
}

TEST_F(StandardFiles, UnderNohupAHangUpIsIgnored) {
  const auto log = folder.path / "log";
  const auto daemon = start(shell("trap '' HUP; exec", "", daemon_words()), log);
  ASSERT_TRUE(eventually([this] { return ready("x:1"); }, seconds(10))) << read_text(log);
  kill(daemon, SIGHUP);
  EXPECT_TRUE(stays([&] { return ready("x:1"); }, seconds(1))) << read_text(log);
  kill(daemon, SIGTERM);
  EXPECT_EQ(wait_for_exit(daemon, seconds(10)), 0);
}

TEST_F(StandardFiles, NoFileOfTheStateTakesTheirPlace) {
  for (const std::string closed : {"2>&-", ">&-", "<&-", "<&- >&- 2>&-"}) {
    const auto daemon = start(shell("exec", closed, daemon_words()), folder.path / "log");
    ASSERT_TRUE(eventually([this] { return ready("x:1"); }, seconds(10))) << closed;
    EXPECT_EQ(read_text(state() / "lock"), std::to_string(daemon) + "\n") << closed;
    for (const std::string place : {"0", "1", "2"}) {
      const auto link = fs::read_symlink("/proc/" + std::to_string(daemon) + "/fd/" + place);
      EXPECT_THAT(link.string(), Not(HasSubstr("state"))) << closed;
      if (closed.size() > 5) {
        EXPECT_EQ(link, "/dev/null");
      }
    }
    kill(daemon, SIGTERM);
    EXPECT_EQ(wait_for_exit(daemon, seconds(10)), 0) << closed;
    EXPECT_EQ(read_text(state() / "lock"), std::to_string(daemon) + "\n") << closed;
  }
}

}  // namespace
}  // namespace fairlead::engine_test
