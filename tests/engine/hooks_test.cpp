// Lifecycle hooks on a real engine: order, failure, retry, crash and removal.
#include <csignal>
#include <filesystem>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Hooks : public Scenario {
 protected:
  // What the hooks of a container wrote, line by line.
  static std::string trace(const std::string& container) {
    const auto tar = engine().docker({"cp", container + ":/v/trace", "-"}).text;
    std::string lines;
    for (std::size_t at = 512; at < tar.size() && tar[at] != '\0'; ++at)
      lines += tar[at];
    return lines;
  }
  bool converged() const { return fairlead_->log().find("app converged") != std::string::npos; }
  std::string reason_of(const std::string& app) const {
    return fairlead_->ask({"describe", app}).text;
  }
};

std::string manifest(const std::string& pre_start, const std::string& more) {
  return R"(services:
  web:
    image: fairlead/sample:1
    command: [/sample, serve]
    stop_grace_period: 1s
    volumes: ["v:/v"]
    environment: {WHO: service}
)" + (pre_start.empty() ? "" : "    pre_start:\n" + pre_start) +
         more + "volumes: {v: }\n";
}

constexpr const char* kStep = "      - command: [/sample, write, /v/trace, pre-1]\n";

TEST_F(Hooks, RunInOrderAroundTheLifeOfAContainer) {
  fairlead_->put("h.yaml",
                 manifest(std::string(kStep) + "      - command: /sample write /v/trace pre-2\n",
                          R"(    post_start:
      - command: [/sample, write, /v/trace, post]
    pre_stop:
      - command: [/sample, write, /v/trace, stop]
        user: "0"
)"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return trace("h-web-1") == "pre-1\npre-2\npost\n"; }, seconds(30)))
      << trace("h-web-1") << reason_of("h");
  // The steps' containers go once the service runs.
  EXPECT_TRUE(eventually([] { return containers_of("h").size() == 1; }, seconds(20)));
  // A stopped container is started again: `post_start` runs, `pre_start` does not.
  engine().docker({"stop", "-t", "1", "h-web-1"});
  ASSERT_TRUE(
      eventually([] { return trace("h-web-1") == "pre-1\npre-2\npost\npost\n"; }, seconds(30)))
      << trace("h-web-1");
  // Its manifest goes; what to run before the stop is still known, across a restart.
  fairlead_->stop();
  fairlead_->start();
  fairlead_->put("other.yaml", app("other", service("o", "")));
  fairlead_->remove("h.yaml");
  ASSERT_TRUE(eventually([] { return containers_of("h").empty(); }, seconds(90)));
  engine().docker(
      {"run", "-d", "--name", "look", "-v", "h_v:/v", "fairlead/sample:1", "/sample", "sleep"});
  EXPECT_EQ(trace("look"), "pre-1\npre-2\npost\npost\nstop\n");
}

TEST_F(Hooks, AFailedStepKeepsTheServiceFromStartingAndIsTriedAgain) {
  const std::string failing = "      - command: [/sample, exit, '3', no schema yet]\n";
  fairlead_->put("h.yaml", manifest(failing, ""));
  fairlead_->start();
  ASSERT_TRUE(eventually([&] { return reason_of("h").find("HookFailed") != std::string::npos; },
                         seconds(30)))
      << reason_of("h");
  EXPECT_NE(reason_of("h").find("no schema yet"), std::string::npos) << reason_of("h");
  EXPECT_FALSE(runs("h-web-1"));
  // It is kept for a look, and a later try takes its place.
  const auto first = id("h-web-1.pre-1.failed");
  ASSERT_TRUE(eventually(
      [&] {
        const auto now = id("h-web-1.pre-1.failed");
        return !now.empty() && now != first;
      },
      seconds(30)));
  fairlead_->put("h.yaml", manifest(kStep, ""));
  ASSERT_TRUE(
      eventually([] { return runs("h-web-1") && containers_of("h").size() == 1; }, seconds(40)))
      << reason_of("h");
}

TEST_F(Hooks, AFailedPostStartIsRepeatedUntilItSucceeds) {
  fairlead_->put("h.yaml", manifest("", R"(    post_start:
      - command: [/sample, get, peer, "8080"]
    networks: [n]
networks: {n: {}}
)"));
  fairlead_->start();
  ASSERT_TRUE(eventually([&] { return reason_of("h").find("HookFailed") != std::string::npos; },
                         seconds(30)));
  const auto before = pid("h-web-1");
  ASSERT_NE(before, "0");
  engine().docker(
      {"run", "-d", "--name", "peer", "--network", "h_n", "fairlead/sample:1", "/sample", "serve"});
  EXPECT_TRUE(eventually([&] { return converged(); }, seconds(60))) << reason_of("h");
  EXPECT_EQ(pid("h-web-1"), before) << "the container is left running meanwhile";
}

TEST_F(Hooks, ARefusedStopKeepsTheOldContainerInService) {
  fairlead_->put("h.yaml", manifest("", "    pre_stop:\n      - command: [/sample, exit, '4']\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("h-web-1"); }, seconds(30)));
  ASSERT_TRUE(eventually([&] { return converged(); }, seconds(20)));
  const auto before = pid("h-web-1");
  fairlead_->put("h.yaml", manifest("", "    hostname: other\n"));
  ASSERT_TRUE(eventually([&] { return reason_of("h").find("HookFailed") != std::string::npos; },
                         seconds(30)))
      << reason_of("h");
  EXPECT_EQ(pid("h-web-1"), before);
}

TEST_F(Hooks, APrivilegedHookNeedsThePolicy) {
  fairlead_->put("h.yaml", manifest("", R"(    post_start:
      - command: [/sample, exit, "0"]
        privileged: true
)"));
  fairlead_->start();
  ASSERT_TRUE(eventually(
      [&] { return reason_of("h").find("post_start[0].privileged") != std::string::npos; },
      seconds(30)))
      << reason_of("h");
  EXPECT_TRUE(containers_of("h").empty());
}

}  // namespace fairlead::engine_test
