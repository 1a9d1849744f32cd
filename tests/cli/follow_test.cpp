// Commands that go on: what they print as things happen, and each way in which they end.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <csignal>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Following : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder.path / "m");
    put("shop", "x:1");
    daemon = start({FAIRLEAD_BINARY, "run", "--engine", "embedded", "--listen", "none", "--settle",
                    "0.05", "--rescan", "0.2", "--resync", "0.5", "--removal-grace", "1",
                    "--state-dir", state, "--manifests", folder.path / "m"},
                   log);
    ASSERT_TRUE(logged("app converged")) << read_text(log);
  }
  void TearDown() override {
    if (daemon == 0) return;  // has ended, and has been waited for
    kill(daemon, SIGTERM);
    EXPECT_NE(wait_for_exit(daemon, seconds(10)), -1);
  }
  void put(const std::string& app, const std::string& image) const {
    write_text(folder.path / "m" / (app + ".yaml"),
               "services: {web: {image: \"" + image + "\", restart: always}}\n");
  }
  bool logged(const std::string& text) const {
    return eventually([&] { return read_text(log).find(text) != std::string::npos; }, seconds(20));
  }
  // The command's output goes to the file `out`.
  pid_t begin(std::vector<std::string> words) const {
    words.insert(words.begin(), FAIRLEAD_BINARY);
    words.insert(words.end(), {"--state-dir", state});
    return start(words, out);
  }
  bool printed(const std::string& text) const {
    return eventually([&] { return read_text(out).find(text) != std::string::npos; }, seconds(20));
  }

  TemporaryFolder folder;
  std::string state = folder.path / "state";
  fs::path log = folder.path / "log";
  fs::path out = folder.path / "out";
  pid_t daemon = 0;
};

TEST_F(Following, EventsComeAsTheyAreRecordedUntilCtrlC) {
  const auto events = begin({"events", "--follow", "-n", "1"});
  ASSERT_TRUE(printed("Converged")) << read_text(out);
  EXPECT_EQ(lines(read_text(out)).size(), 2u) << "the head and the last one\n" << read_text(out);
  EXPECT_EQ(run({FAIRLEAD_BINARY, "reconcile", "shop", "--state-dir", state}).exit_code, 0);
  EXPECT_TRUE(printed("reconcile requested by uid " + std::to_string(getuid())));
  EXPECT_TRUE(logged("msg=\"command received\" path=\"/api/v1/reconcile?app=shop\" uid=" +
                     std::to_string(getuid())));
  kill(events, SIGINT);
  EXPECT_EQ(wait_for_exit(events, seconds(10)), 130);
}

TEST_F(Following, EventsOfOneAppAsJson) {
  const auto events = begin({"events", "-f", "-o", "json", "--app", "zoo"});
  put("zoo", "x:1");
  ASSERT_TRUE(printed("Converged")) << read_text(out);
  for (const auto& line : lines(read_text(out)))
    EXPECT_EQ(boost::json::parse(line).at("app"), "zoo") << line;
  kill(events, SIGINT);
  EXPECT_EQ(wait_for_exit(events, seconds(10)), 130);
}

TEST_F(Following, AppsAreATableAndThenARowForEachChange) {
  const auto watch = begin({"get", "apps", "--watch"});
  ASSERT_TRUE(printed("shop")) << read_text(out);
  EXPECT_EQ(lines(read_text(out)).size(), 2u) << read_text(out);
  put("zoo", "x:1");
  ASSERT_TRUE(printed("zoo")) << read_text(out);
  fs::remove(folder.path / "m/zoo.yaml");
  ASSERT_TRUE(printed("Deleted")) << read_text(out);
  const auto rows = lines(read_text(out));
  EXPECT_THAT(rows.front(), HasSubstr("NAME"));
  EXPECT_THAT(rows.back(), AllOf(HasSubstr("zoo"), HasSubstr("Deleted")));
  for (std::size_t i = 2; i < rows.size(); ++i)
    EXPECT_THAT(rows[i], Not(HasSubstr("shop"))) << "it has not changed";
  kill(watch, SIGINT);
  EXPECT_EQ(wait_for_exit(watch, seconds(10)), 130);
}

TEST_F(Following, AppsAsJsonAreOneChangeALine) {
  const auto watch = begin({"get", "apps", "shop", "-w", "-o", "json"});
  ASSERT_TRUE(printed("ADDED"));
  put("other", "x:1");
  put("shop", "x:2");
  ASSERT_TRUE(printed("MODIFIED"));
  for (const auto& line : lines(read_text(out)))
    EXPECT_EQ(boost::json::parse(line).at_pointer("/object/name"), "shop") << line;
  kill(watch, SIGINT);
  EXPECT_EQ(wait_for_exit(watch, seconds(10)), 130);
}

TEST_F(Following, AKilledDaemonIsAnErrorWithANextStep) {
  const auto events = begin({"events", "--follow"});
  ASSERT_TRUE(printed("Converged"));
  kill(daemon, SIGKILL);
  EXPECT_EQ(wait_for_exit(events, seconds(10)), 1);
  EXPECT_THAT(read_text(out), AllOf(HasSubstr("error: the daemon has gone"),
                                    HasSubstr("start it again with `fairlead run`")));
}

TEST_F(Following, AStoppedDaemonIsOneToo) {
  const auto watch = begin({"get", "apps", "-w"});
  ASSERT_TRUE(printed("shop"));
  kill(daemon, SIGTERM);
  EXPECT_EQ(wait_for_exit(daemon, seconds(10)), 0) << "a reader keeps no daemon from stopping";
  daemon = 0;
  EXPECT_EQ(wait_for_exit(watch, seconds(10)), 1);
  EXPECT_THAT(read_text(out), HasSubstr("the daemon has gone"));
}

TEST_F(Following, AReaderThatHasEnoughEndsThemThoughNothingHappens) {
  const auto code = (folder.path / "code").string();
  for (const std::string command : {"events --follow", "get apps --watch"}) {
    const auto piped =
        run({"sh", "-c", "(\"$1\" " + command + " --state-dir \"$2\"; echo $? >\"$0\") | head -n 1",
             code, FAIRLEAD_BINARY, state},
            seconds(10));
    EXPECT_EQ(lines(piped.text).size(), 1u) << piped.text;
    EXPECT_EQ(trim(read_text(code)), "141") << command;
  }
}

TEST_F(Following, WhatCannotBeFollowedIsSaid) {
  const auto containers =
      run({FAIRLEAD_BINARY, "get", "containers", "--watch", "--state-dir", state}, seconds(10));
  EXPECT_EQ(containers.exit_code, 2);
  EXPECT_THAT(containers.text, HasSubstr("fairlead get apps --watch"));
  const auto nobody =
      run({FAIRLEAD_BINARY, "events", "--follow", "--state-dir", folder.path}, seconds(10));
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.text, HasSubstr("start one with `fairlead run`"));
  const auto number =
      run({FAIRLEAD_BINARY, "events", "-n", "many", "--state-dir", state}, seconds(10));
  EXPECT_EQ(number.exit_code, 2);
  EXPECT_THAT(number.text, Not(HasSubstr("\\n")));
}

}  // namespace
}  // namespace fairlead::engine_test
