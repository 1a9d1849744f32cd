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

}  // namespace fairlead::engine_test
