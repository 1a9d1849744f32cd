// A real engine at rest: every spelling after one start, and containers that end by themselves.
#include <algorithm>
#include <thread>

#include "tests/engine/scenario.h"
#include "tests/support/spellings.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Rest : public Scenario {
 protected:
  std::size_t lines_with(const std::string& text) const {
    const auto log = fairlead_->log();
    std::size_t count = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1))
      ++count;
    return count;
  }
  static std::string inspect(const std::string& container, const std::string& format) {
    const auto lines = engine().list({"inspect", container, "--format", format});
    return lines.empty() ? "" : lines.front();
  }
};

TEST_F(Rest, EverySpellingStartsOnceAndStays) {
  const auto all = test::packed_spellings();
  std::string text = "services:\n";
  for (std::size_t i = 0; i < all.size(); ++i)
    text += test::spelled("s" + std::to_string(i), all[i]);
  fairlead_->put("rest.yaml", text);
  fairlead_->start();
  ASSERT_TRUE(eventually(
      [&] {
        return fairlead_->describe("rest").find("everything is as the manifest says") !=
               std::string::npos;
      },
      seconds(240)))
      << fairlead_->describe("rest") << fairlead_->ask({"get", "files", "-o", "json"}).text;
  const auto before = footprint("rest");
  fairlead_->ask({"reconcile"});
  std::this_thread::sleep_for(seconds(12));
  fairlead_->crash();
  fairlead_->start();
  std::this_thread::sleep_for(seconds(12));
  EXPECT_EQ(footprint("rest"), before);
  EXPECT_EQ(lines_with("action=rename"), 0u) << "nothing was replaced";
  EXPECT_EQ(lines_with("value not applied"), 0u);
}

TEST_F(Rest, AServiceThatEndsIsTriedWithBackOffAndGivenUp) {
  fairlead_->put("job.yaml",
                 "services:\n  a: {image: 'fairlead/sample:1', network_mode: none, "
                 "command: [/sample, exit, '3', 'no database']}\nx-fairlead: {retries: 2}\n");
  fairlead_->start();
  EXPECT_TRUE(
      eventually([&] { return fairlead_->describe("job").find("JobFailed") != std::string::npos; },
                 seconds(40)))
      << fairlead_->describe("job");
  EXPECT_NE(fairlead_->describe("job").find("no database"), std::string::npos);
  EXPECT_NE(fairlead_->describe("job").find("code 3"), std::string::npos);
  EXPECT_EQ(lines_with("action=start"), 3u);
  std::this_thread::sleep_for(seconds(12));
  EXPECT_EQ(lines_with("action=start"), 3u);
  fairlead_->ask({"reconcile", "job"});
  EXPECT_TRUE(eventually([&] { return lines_with("action=start") == 4; }));
}

TEST_F(Rest, AStopOrKillByHandIsAnsweredAtOnce) {
  fairlead_->put("web.yaml",
                 "services:\n  a: {image: 'fairlead/sample:1', network_mode: none, "
                 "command: [/sample, sleep]}\n");
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("web-a-1"); }));
  for (const auto* how : {"stop", "kill"}) {
    const auto process = pid("web-a-1");
    engine().docker({how, "web-a-1"});
    EXPECT_TRUE(
        eventually([&] { return runs("web-a-1") && pid("web-a-1") != process; }, seconds(3)))
        << how;
  }
  EXPECT_EQ(lines_with("CrashLooping"), 0u);
}

TEST_F(Rest, AnExternalVolumeIsNotMade) {
  fairlead_->put("ext.yaml",
                 "services:\n  a: {image: 'fairlead/sample:1', network_mode: none, "
                 "command: [/sample, sleep], volumes: ['extdata:/data']}\n"
                 "volumes: {extdata: {external: true}}\n");
  fairlead_->start();
  EXPECT_TRUE(eventually([&] {
    return fairlead_->describe("ext").find("NotFound") != std::string::npos;
  })) << fairlead_->describe("ext");
  EXPECT_FALSE(engine().docker({"volume", "inspect", "extdata"}).ok());
  engine().docker({"volume", "create", "extdata"});
  EXPECT_TRUE(eventually([] { return runs("ext-a-1"); }));
}

TEST_F(Rest, AHealthCheckThatNobodyGaveIsSaid) {
  fairlead_->put("deps.yaml",
                 "services:\n"
                 "  db: {image: 'fairlead/sample:1', network_mode: none, command: [/sample, sleep],"
                 " healthcheck: {interval: 7s}}\n"
                 "  app:\n    image: fairlead/sample:1\n    network_mode: none\n"
                 "    depends_on: {db: {condition: service_healthy}}\n");
  fairlead_->start();
  EXPECT_TRUE(eventually([&] {
    const auto text = fairlead_->describe("deps");
    return text.find("DependencyNotReady") != std::string::npos &&
           text.find("db has no health check") != std::string::npos;
  })) << fairlead_->describe("deps");
  EXPECT_EQ(inspect("deps-db-1", "{{.Config.Healthcheck.Interval}}"), "7s");
}

// Blocked four times, so that the next try is seconds away, and yet there at once.
TEST_F(Rest, WhatComesFreeIsTakenAtOnce) {
  const auto sample = [](std::vector<std::string> more) {
    std::vector<std::string> all = {"run", "-d"};
    all.insert(all.end(), more.begin(), more.end());
    all.insert(all.end(), {"fairlead/sample:1", "/sample", "sleep"});
    EXPECT_TRUE(engine().docker(all).ok());
  };
  ASSERT_TRUE(engine().docker({"network", "create", "--subnet", "172.31.9.0/24", "free_net"}).ok());
  sample({"--name", "holds-port", "-p", "18094:80"});
  sample({"--name", "holds-address", "--network", "free_net", "--ip", "172.31.9.9"});
  sample({"--name", "name-a-1"});
  const std::string net = "    net: {external: true, name: free_net}\n";
  fairlead_->put("port.yaml", app("port", service("a", "", "      ports: ['18094:80']\n")));
  fairlead_->put("addr.yaml", app("addr", service("a", "{net: {ipv4_address: 172.31.9.9}}"), net));
  fairlead_->put("name.yaml", app("name", service("a", "")));
  fairlead_->start();
  const auto says = [this](const std::string& name, const std::string& reason) {
    return fairlead_->describe(name).find(reason) != std::string::npos;
  };
  const auto failed = [this](const std::string& name) {
    const auto log = fairlead_->log();
    return log.find("msg=\"reconcile still failing\" app=" + name) != std::string::npos &&
           lines_with("app=" + name + " reason=") >= 3;
  };
  ASSERT_TRUE(
      eventually([&] { return failed("port") && failed("addr") && failed("name"); }, seconds(40)))
      << fairlead_->log();
  EXPECT_TRUE(says("port", "PortConflict") && says("addr", "AddressInUse") &&
              says("name", "NameTaken"));
  ASSERT_FALSE(runs("port-a-1") || runs("addr-a-1"));
  ASSERT_TRUE(engine().docker({"kill", "holds-port"}).ok());
  EXPECT_TRUE(eventually([] { return runs("port-a-1"); }, seconds(3))) << fairlead_->log();
  ASSERT_TRUE(engine().docker({"network", "disconnect", "free_net", "holds-address"}).ok());
  EXPECT_TRUE(eventually([] { return runs("addr-a-1"); }, seconds(3))) << fairlead_->log();
  ASSERT_TRUE(engine().docker({"rm", "-f", "name-a-1"}).ok());
  EXPECT_TRUE(
      eventually([] { return containers_of("name").size() == 1 && runs("name-a-1"); }, seconds(4)))
      << fairlead_->log();
  EXPECT_EQ(address("addr-a-1", "free_net"), "172.31.9.9");
}

}  // namespace fairlead::engine_test
