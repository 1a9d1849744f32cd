// Helper programs and file systems that take their time: health, commands and all other Apps go on.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <thread>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using Time = std::chrono::steady_clock;

// What http://127.0.0.1:`port``path` says: head and body, or what came of it within a second.
std::string fetch(int port, const std::string& path) {
  const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval second{1, 0};
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string said;
  char piece[4096];
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  if (connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send(peer, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    for (ssize_t got = 0; (got = recv(peer, piece, sizeof piece, 0)) > 0;)
      said.append(piece, static_cast<std::size_t>(got));
  }
  close(peer);
  return said;
}

bool healthy(int port) {
  return fetch(port, "/healthz").starts_with("HTTP/1.1 200");
}

// The value of a series of /metrics; -1 if it is not there.
double metric(int port, const std::string& series) {
  const std::string page = fetch(port, "/metrics");
  const auto at = page.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(page.substr(at + series.size() + 2));
}

// `age` is a script of the test's own, first in PATH.
class SlowHelpers : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(manifests());
    fs::create_directory(folder.path / "bin");
    write_text(folder.path / "identity", "AGE-SECRET-KEY-1\n");
    chmod((folder.path / "identity").c_str(), 0600);
    const std::string path = std::getenv("PATH");
    setenv("PATH", ((folder.path / "bin").string() + ":" + path).c_str(), 1);
    old_path_ = path;
  }
  void TearDown() override {
    setenv("PATH", old_path_.c_str(), 1);
    if (daemon_ > 0) stop();
  }

  void age_is(const std::string& script) const {
    write_text(folder.path / "bin/age", "#!/bin/sh\n" + script);
    chmod((folder.path / "bin/age").c_str(), 0755);
  }
  void put(const std::string& name, const std::string& text) const {
    write_text(manifests() / name, text);
  }
  fs::path manifests() const { return folder.path / "manifests"; }
  std::string log() const { return read_text(folder.path / "log"); }

  void start_daemon() {
    fs::remove(folder.path / "log");
    daemon_ = start({FAIRLEAD_BINARY, "run", "--engine", "embedded", "--listen", "127.0.0.1:0",
                     "--state-dir", folder.path / "state", "--manifests", manifests(),
                     "--age-identity", folder.path / "identity"},
                    folder.path / "log");
    ASSERT_TRUE(eventually([this] { return (port_ = said_port()) != 0; })) << log();
  }
  int said_port() const {
    const std::string text = log();
    std::smatch found;
    return std::regex_search(text, found, std::regex(" port=(\\d+)")) ? std::stoi(found[1].str())
                                                                      : 0;
  }
  std::string apps() const {
    return run({FAIRLEAD_BINARY, "get", "apps", "--state-dir", folder.path / "state"}, seconds(5))
        .text;
  }
  bool ready(const std::string& app) const {
    return std::regex_search(apps(), std::regex("(^|\n)" + app + " +App +True"));
  }
  int stop() {
    kill(daemon_, SIGTERM);
    const int code = wait_for_exit(daemon_, seconds(8));
    daemon_ = 0;
    return code;
  }

  TemporaryFolder folder;
  pid_t daemon_ = 0;
  int port_ = 0;

 private:
  std::string old_path_;
};

constexpr const char* kPlain = "services:\n  a: {image: \"x:1\"}\n";
constexpr const char* kSecret = R"(services:
  a: {image: "x:1", secrets: [s]}
secrets:
  s: {file: ./s.age}
)";

TEST_F(SlowHelpers, ADecryptionOfTenSecondsHoldsUpItsOwnAppOnly) {
  age_is("cat >/dev/null; sleep 10; echo plain\n");
  put("s.age", "sealed");
  put("sealed.yaml", kSecret);
  put("first.yaml", kPlain);
  const auto begin = Time::now();
  start_daemon();
  EXPECT_TRUE(eventually([this] { return ready("first"); }, seconds(6))) << apps() << log();
  put("second.yaml", kPlain);
  EXPECT_TRUE(eventually([this] { return ready("second"); }, seconds(6))) << apps() << log();
  EXPECT_TRUE(
      stays([this, begin] { return Time::now() - begin > milliseconds(9500) || healthy(port_); },
            seconds(10)));
  EXPECT_TRUE(eventually([this] { return ready("sealed"); }, seconds(20))) << apps() << log();
  EXPECT_GT(Time::now() - begin, seconds(10));
  EXPECT_GT(metric(port_, "fairlead_event_loop_lag_seconds_count"), 5);
  EXPECT_LT(metric(port_, "fairlead_event_loop_lag_seconds_sum"), 4) << "the loop was held up";
  EXPECT_EQ(stop(), 0);
}

TEST_F(SlowHelpers, ADecryptionThatHangsDoesNotHoldUpTheEnd) {
  age_is("cat >/dev/null; exec sleep 25\n");
  put("s.age", "sealed");
  put("sealed.yaml", kSecret);
  put("first.yaml", kPlain);
  start_daemon();
  EXPECT_TRUE(eventually([this] { return ready("first"); }, seconds(10))) << apps() << log();
  const auto begin = Time::now();
  EXPECT_EQ(stop(), 0);
  EXPECT_LT(Time::now() - begin, seconds(5));
}

// What was in force stays, and what left the manifests is not removed: it may be in there.
TEST_F(SlowHelpers, NothingIsRemovedWhileAManifestIsDecoded) {
  age_is("cat >/dev/null; echo plain\n");
  put("s.age", "sealed");
  put("sealed.yaml", kSecret);
  put("first.yaml", kPlain);
  start_daemon();
  ASSERT_TRUE(eventually([this] { return ready("sealed") && ready("first"); }, seconds(10)));
  ASSERT_EQ(stop(), 0);
  age_is("cat >/dev/null; sleep 6; echo plain\n");
  start_daemon();
  EXPECT_TRUE(stays([this] { return healthy(port_); }, seconds(3)));
  EXPECT_TRUE(eventually([this] { return ready("sealed"); }, seconds(15))) << apps() << log();
  EXPECT_EQ(log().find("left the manifests"), std::string::npos) << log();
  EXPECT_EQ(stop(), 0);
}

// A token that is not plugged in, an agent that starts late.
TEST_F(SlowHelpers, ADecryptionThatFailedIsTriedAgainOnRequest) {
  age_is("cat >/dev/null; echo 'no agent' >&2; exit 1\n");
  put("s.age", "sealed");
  put("sealed.yaml", kSecret);
  start_daemon();
  ASSERT_TRUE(eventually([this] { return log().find("no agent") != std::string::npos; }));
  age_is("cat >/dev/null; echo plain\n");
  EXPECT_EQ(run({FAIRLEAD_BINARY, "reconcile", "--state-dir", folder.path / "state"}).exit_code, 0);
  EXPECT_TRUE(eventually([this] { return ready("sealed"); }, seconds(15))) << apps() << log();
  EXPECT_EQ(stop(), 0);
}

TEST_F(SlowHelpers, ManyThatHangHoldUpNobodyElse) {
  age_is("cat >/dev/null; exec sleep 25\n");
  put("s.age", "sealed");
  for (int i = 0; i < 12; ++i)
    put("sealed" + std::to_string(i) + ".yaml", kSecret);
  put("first.yaml", kPlain);
  start_daemon();
  EXPECT_TRUE(eventually([this] { return ready("first"); }, seconds(8))) << apps() << log();
  put("second.yaml", kPlain);
  EXPECT_TRUE(eventually([this] { return ready("second"); }, seconds(8))) << apps() << log();
  EXPECT_EQ(stop(), 0);
}

// A helper has none of our sockets, and ends with us, with all that it has started.
TEST_F(SlowHelpers, AHelperKeepsNothingOfOursAndEndsWithUs) {
  const auto pids = folder.path / "pids";
  age_is("cat >/dev/null; sleep 60 & echo $$ $! >" + pids.string() + "; ls -l /proc/$$/fd >" +
         (folder.path / "fds").string() + "; wait\n");
  put("s.age", "sealed");
  put("sealed.yaml", kSecret);
  start_daemon();
  ASSERT_TRUE(eventually([this] { return read_text(folder.path / "fds").size() > 2; }));
  EXPECT_THAT(read_text(folder.path / "fds"), testing::Not(HasSubstr("socket:")));
  EXPECT_EQ(stop(), 0);
  std::istringstream both(read_text(pids));
  for (std::string pid; both >> pid;)
    EXPECT_TRUE(eventually([&] { return !fs::exists("/proc/" + pid + "/exe"); }, seconds(5)))
        << pid;
}

// What exit() tears down must not be in use by a thread that still scans or decodes.
TEST_F(SlowHelpers, AnEndInTheMiddleOfAScanIsOrderly) {
  for (int i = 0; i < 300; ++i)
    put("a" + std::to_string(i) + ".yaml", kPlain);
  for (int round = 0; round < 40; ++round) {
    daemon_ = start({FAIRLEAD_BINARY, "run", "--engine", "embedded", "--listen", "none",
                     "--state-dir", folder.path / "state", "--manifests", manifests()},
                    folder.path / "log");
    ASSERT_TRUE(eventually([this] { return log().find("started") != std::string::npos; }));
    std::this_thread::sleep_for(milliseconds(round % 20));
    ASSERT_EQ(stop(), 0) << round << log();
    fs::remove(folder.path / "log");
  }
}

TEST_F(SlowHelpers, ADecryptionThatFailsIsSaidOfItsFile) {
  age_is("cat >/dev/null; echo 'no identity matched' >&2; exit 1\n");
  put("s.age", "sealed");
  put("sealed.yaml", kSecret);
  start_daemon();
  EXPECT_TRUE(eventually([this] { return log().find("no identity matched") != std::string::npos; },
                         seconds(10)))
      << log();
  EXPECT_THAT(log(), HasSubstr("sealed.yaml:4"));
  EXPECT_EQ(stop(), 0);
}

}  // namespace
}  // namespace fairlead::engine_test
