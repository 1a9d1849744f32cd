// Crashes and stand-stills of both sides: whatever happens in between, the end is the manifest.
#include <random>
#include <thread>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Crashes : public Scenario {
 protected:
  static std::string version(const std::string& name, int number) {
    const auto environment = "      environment: {VERSION: \"" + std::to_string(number) + "\"}\n";
    return app(name,
               service("a", "[front]", environment) + service("b", "[front, back]", environment) +
                   service("c", "[back]", environment),
               "    front: {}\n    back: {}\n");
  }

  // Every service of `version` runs, once, with that version, and nothing else is there.
  static bool shows(const std::string& name, int number) {
    const std::vector<std::string> expected = {name + "-a-1", name + "-b-1", name + "-c-1"};
    if (containers_of(name) != expected || !all_run(expected)) return false;
    const std::vector<std::string> networks = {name + "_back", name + "_front"};
    if (networks_of(name) != networks) return false;
    for (const auto& container : expected) {
      const auto environment =
          engine().docker({"inspect", "--format", "{{.Config.Env}}", container}).text;
      if (environment.find("VERSION=" + std::to_string(number)) == std::string::npos) return false;
    }
    return reaches(expected[0], "b") && reaches(expected[1], "c") && !reaches(expected[0], "c");
  }
};

TEST_F(Crashes, OfTheOperatorLeaveNoOrphanAndNoDouble) {
  std::mt19937 random(20'231);
  fairlead_->put("crash.yaml", version("crash", 0));
  fairlead_->start();
  for (int round = 1; round <= 8; ++round) {
    const auto pause = milliseconds(random() % 1500);
    SCOPED_TRACE("crash " + std::to_string(round) + " after ms " + std::to_string(pause.count()));
    std::this_thread::sleep_for(pause);
    fairlead_->crash();
    fairlead_->put("crash.yaml", version("crash", round));
    fairlead_->start();
  }
  EXPECT_TRUE(eventually([] { return shows("crash", 8); }, seconds(90)))
      << testing::PrintToString(containers_of("crash"));
  const auto before = footprint("crash");
  EXPECT_TRUE(stays([&] { return footprint("crash") == before; }, kSeveralPasses));
}

TEST_F(Crashes, OfTheEngineAreWaitedOut) {
  fairlead_->put("engine.yaml", version("engine", 1));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return shows("engine", 1); }));
  engine().kill_daemon();
  fairlead_->put("engine.yaml", version("engine", 2));
  std::this_thread::sleep_for(seconds(2));
  ASSERT_TRUE(fairlead_->running());
  ASSERT_TRUE(engine().start_daemon());
  EXPECT_TRUE(eventually([] { return shows("engine", 2); }, seconds(90)));
}

TEST_F(Crashes, AFrozenEngineIsWaitedOut) {
  fairlead_->put("frozen.yaml", version("frozen", 1));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return shows("frozen", 1); }));
  engine().freeze_daemon();
  fairlead_->put("frozen.yaml", version("frozen", 2));
  // Past the first-byte deadline of a request: what it asked for is now of unknown outcome.
  const bool noticed = eventually(
      [&] { return fairlead_->log().find("msg=\"engine un") != std::string::npos; }, seconds(40));
  const bool alive = fairlead_->running();
  engine().thaw_daemon();
  EXPECT_TRUE(noticed);
  ASSERT_TRUE(alive);
  EXPECT_TRUE(eventually([] { return shows("frozen", 2); }, seconds(90)))
      << testing::PrintToString(containers_of("frozen"));
}

TEST_F(Crashes, StoppingTheOperatorIsOrderly) {
  fairlead_->put("orderly.yaml", version("orderly", 1));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return shows("orderly", 1); }));
  EXPECT_EQ(fairlead_->stop(), 0);
  EXPECT_TRUE(shows("orderly", 1));
}

// F094: the loser of the lock observes, says so, and changes nothing.
TEST_F(Crashes, ASecondOperatorOnTheSameStateIsReadOnly) {
  fairlead_->put("lock.yaml", version("lock", 1));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return shows("lock", 1); }));
  const auto before = footprint("lock");

  FairleadProcess second(engine().host());
  second.state = fairlead_->state;
  second.put("lock.yaml", version("lock", 2));
  second.start();
  EXPECT_TRUE(eventually([&] {
    return second.log().find("read-only") != std::string::npos &&
           second.log().find("is in use by process") != std::string::npos;
  })) << second.log();
  EXPECT_TRUE(stays([&] { return footprint("lock") == before; }, kSeveralPasses));
  EXPECT_EQ(second.stop(), 0);
  EXPECT_TRUE(fairlead_->ask({"get", "apps"}).ok()) << "the first one's socket must survive";
}

TEST_F(Crashes, ASecondOperatorWithItsOwnStateTouchesNothingAndSaysWhy) {
  fairlead_->put("first.yaml", version("first", 1));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return shows("first", 1); }));
  const auto before = footprint("first");

  FairleadProcess second(engine().host());
  second.put("first.yaml", version("first", 2));
  second.start();
  EXPECT_TRUE(eventually([&] {
    const auto text = second.describe("first") + second.ask({"get", "apps"}).text;
    return text.find("NameTaken") != std::string::npos ||
           text.find("NotOwner") != std::string::npos;
  })) << second.describe("first")
      << second.log();
  EXPECT_TRUE(stays([&] { return footprint("first") == before; }, kSeveralPasses));
}

}  // namespace fairlead::engine_test
