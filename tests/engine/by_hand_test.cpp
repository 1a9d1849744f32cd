// What people do to containers and networks behind Fairlead's back: each is repaired or refused.
#include <algorithm>
#include <fstream>

#include <random>
#include <thread>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class ByHand : public Scenario {
 protected:
  // Two services on one network, running and reaching each other.
  void bring_up(const std::string& name) {
    fairlead_->put(name + ".yaml",
                   app(name, service("a", "[net]") + service("b", "[net]"), "    net: {}\n"));
    fairlead_->start();
    ASSERT_TRUE(eventually([&] { return whole(name); }));
  }

  static bool whole(const std::string& name) {
    const std::vector<std::string> expected = {name + "-a-1", name + "-b-1"};
    return containers_of(name) == expected && all_run(expected) &&
           networks_of(name) == std::vector<std::string>{name + "_net"} &&
           reaches(expected[0], "b") && reaches(expected[1], "a");
  }
};

TEST_F(ByHand, AStoppedContainerRunsAgain) {
  ASSERT_NO_FATAL_FAILURE(bring_up("stopped"));
  const auto before = id("stopped-a-1");
  ASSERT_TRUE(engine().docker({"stop", "stopped-a-1"}).ok());
  EXPECT_TRUE(eventually([] { return whole("stopped"); }));
  EXPECT_EQ(id("stopped-a-1"), before) << "starting it again is enough";
}

TEST_F(ByHand, ARemovedContainerComesBack) {
  ASSERT_NO_FATAL_FAILURE(bring_up("removed"));
  const auto other = id("removed-b-1");
  ASSERT_TRUE(engine().docker({"rm", "-f", "removed-a-1"}).ok());
  EXPECT_TRUE(eventually([] { return whole("removed"); }));
  EXPECT_EQ(id("removed-b-1"), other);
}

TEST_F(ByHand, ARenamedContainerIsNeverDoubled) {
  ASSERT_NO_FATAL_FAILURE(bring_up("renamed"));
  ASSERT_TRUE(engine().docker({"rename", "renamed-a-1", "stolen"}).ok());
  EXPECT_TRUE(eventually([] { return whole("renamed"); }))
      << testing::PrintToString(containers_of("renamed"));
}

TEST_F(ByHand, ADisconnectedContainerIsConnectedWithoutARestart) {
  ASSERT_NO_FATAL_FAILURE(bring_up("cut"));
  const auto process = pid("cut-a-1");
  ASSERT_TRUE(engine().docker({"network", "disconnect", "cut_net", "cut-a-1"}).ok());
  EXPECT_TRUE(eventually([] { return whole("cut"); }));
  EXPECT_EQ(pid("cut-a-1"), process);
}

TEST_F(ByHand, AContainerWithCopiedLabelsIsLeftAlone) {
  ASSERT_NO_FATAL_FAILURE(bring_up("copied"));
  const auto labels = engine().list(
      {"inspect", "--format", "{{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{println}}{{end}}",
       "copied-a-1"});
  std::vector<std::string> arguments = {"run", "-d", "--name", "impostor"};
  for (const auto& label : labels) {
    if (!label.empty()) arguments.insert(arguments.end(), {"--label", label});
  }
  arguments.insert(arguments.end(), {"fairlead/sample:1", "/sample", "sleep"});
  ASSERT_TRUE(engine().docker(arguments).ok());
  const auto own = id("copied-a-1");
  const auto impostor = id("impostor");
  EXPECT_TRUE(
      stays([&] { return id("impostor") == impostor && runs("impostor"); }, kSeveralPasses));
  EXPECT_EQ(id("copied-a-1"), own);
}

TEST_F(ByHand, AForeignNamesakeIsRefusedAndNamed) {
  ASSERT_TRUE(
      engine()
          .docker({"run", "-d", "--name", "squat-a-1", "fairlead/sample:1", "/sample", "sleep"})
          .ok());
  const auto foreign = id("squat-a-1");
  fairlead_->put("squat.yaml", app("squat", service("a", "[net]"), "    net: {}\n"));
  fairlead_->start();
  EXPECT_TRUE(eventually([&] {
    return fairlead_->describe("squat").find("NameTaken") != std::string::npos;
  })) << fairlead_->describe("squat");
  EXPECT_EQ(id("squat-a-1"), foreign);

  engine().docker({"rm", "-f", "squat-a-1"});
  EXPECT_TRUE(eventually([] { return containers_of("squat").size() == 1 && runs("squat-a-1"); }));
}

TEST_F(ByHand, ANetworkRemovedWhileItsContainersWereStoppedIsMadeAgain) {
  ASSERT_NO_FATAL_FAILURE(bring_up("gone"));
  ASSERT_EQ(fairlead_->stop(), 0);
  ASSERT_TRUE(engine().docker({"stop", "gone-a-1", "gone-b-1"}).ok());
  ASSERT_TRUE(engine().docker({"network", "rm", "gone_net"}).ok());
  fairlead_->start();
  EXPECT_TRUE(eventually([] { return whole("gone"); }));
}

// `networkRecreate: never`: the network is not ours any more, and who is on it stays on it.
// Whatever comes between: the start of ours, the kill of theirs, the network that goes under both.
// An App for each round: one whose network is taken off again and again is Contended, rightly.
TEST_F(ByHand, AContainerKilledWhileItsNetworkGoesComesToRest) {
  fairlead_->start();
  std::random_device dice;
  std::uniform_int_distribution<int> pause(0, 400);
  for (int round = 0; round < 2; ++round) {
    const std::string name = "gone" + std::to_string(round);
    const std::string a = name + "-a-1";
    const std::string b = name + "-b-1";
    const std::string net = name + "_net";
    const auto whole = [&] {
      return all_run({a, b}) && attached(a, net) && attached(b, net) &&
             attached(a, name + "_other") && reaches(a, "b");
    };
    fairlead_->put(name + ".yaml", app(name, service("a", "[net, other]") + service("b", "[net]"),
                                       "    net: {}\n    other: {}\n"));
    ASSERT_TRUE(eventually(whole, std::chrono::seconds(30))) << fairlead_->log();
    const int first = pause(dice);
    const int second = pause(dice);
    SCOPED_TRACE("after " + std::to_string(first) + " and " + std::to_string(second) + " ms");
    {
      const std::jthread killer([&] {
        engine().docker({"kill", b});
        std::this_thread::sleep_for(std::chrono::milliseconds(first));
        engine().docker({"kill", a});
      });
      std::this_thread::sleep_for(std::chrono::milliseconds(second));
      for (int i = 0; i < 3 && !engine().docker({"network", "rm", net}).ok(); ++i) {
        engine().docker({"network", "disconnect", "-f", net, a});
        engine().docker({"network", "disconnect", "-f", net, b});
      }
    }
    ASSERT_TRUE(eventually(whole, std::chrono::seconds(30))) << fairlead_->log();
    const auto before = footprint(name);
    EXPECT_TRUE(stays([&] { return footprint(name) == before; }, kSeveralPasses));
    fairlead_->remove(name + ".yaml");
  }
}

TEST_F(ByHand, ANetworkMadeAnewByHandKeepsItsContainers) {
  ASSERT_NO_FATAL_FAILURE(bring_up("remade"));
  const std::vector<std::string> both = {"remade-a-1", "remade-b-1"};
  const auto before = fairlead_->log().size();
  fairlead_->freeze();
  for (const auto& name : both)
    ASSERT_TRUE(engine().docker({"network", "disconnect", "remade_net", name}).ok());
  ASSERT_TRUE(engine().docker({"network", "rm", "remade_net"}).ok());
  ASSERT_TRUE(engine().docker({"network", "create", "remade_net"}).ok());
  for (const auto& name : both)
    ASSERT_TRUE(engine().docker({"network", "connect", "remade_net", name}).ok());
  const auto network = network_id("remade_net");
  const auto process = pid("remade-a-1");
  fairlead_->thaw();
  ASSERT_TRUE(eventually(
      [&] { return fairlead_->log().find("reason=NameTaken", before) != std::string::npos; }));
  EXPECT_TRUE(
      stays([&] { return attached(both[0], "remade_net") && attached(both[1], "remade_net"); },
            kSeveralPasses));
  EXPECT_EQ(network_id("remade_net"), network);
  EXPECT_EQ(pid("remade-a-1"), process);
  EXPECT_EQ(fairlead_->log().find("action=disconnect", before), std::string::npos);
  EXPECT_EQ(fairlead_->log().find("have=missing", before), std::string::npos);
}

TEST_F(ByHand, NothingIsTouchedOnceAllIsWell) {
  ASSERT_NO_FATAL_FAILURE(bring_up("rest"));
  const auto before = footprint("rest");
  EXPECT_TRUE(stays([&] { return footprint("rest") == before; }, kSeveralPasses));
  ASSERT_EQ(fairlead_->stop(), 0);
  EXPECT_EQ(footprint("rest"), before) << "stopping the operator stops no container";
  fairlead_->start();
  EXPECT_TRUE(stays([&] { return footprint("rest") == before; }, kSeveralPasses));
}

constexpr const char* kKeeper = R"(services:
  k:
    image: fairlead/sample:1
    command: [/sample, serve]
    stop_grace_period: 1s
    volumes: ["data:/data"]
volumes: {data: }
)";

TEST_F(ByHand, F078ALostVolumeIsToldOfOrRefused) {
  fairlead_->put("kept.yaml", kKeeper);
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("kept-k-1"); }));
  const auto lose = [] {
    engine().docker({"rm", "-f", "kept-k-1"});
    return engine().docker({"volume", "rm", "kept_data"}).ok();
  };
  fairlead_->stop();
  ASSERT_TRUE(lose());
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("kept-k-1"); }));
  EXPECT_TRUE(eventually([&] {
    return fairlead_->describe("kept").find("VolumeRecreated") != std::string::npos;
  })) << fairlead_->describe("kept");
  EXPECT_NE(fairlead_->log().find("volume recreated"), std::string::npos);
  fairlead_->ask({"reconcile", "kept"});
  EXPECT_TRUE(eventually([&] {
    return fairlead_->ask({"get", "apps", "-o", "json"}).text.find("VolumeRecreated") ==
           std::string::npos;
  })) << "acknowledged";

  fairlead_->stop();
  fairlead_->put("kept.yaml", std::string(kKeeper) + "x-fairlead: {volumeRecreate: refuse}\n");
  ASSERT_TRUE(lose());
  fairlead_->start();
  EXPECT_TRUE(eventually([&] {
    return fairlead_->describe("kept").find("docker volume create --label") != std::string::npos;
  })) << fairlead_->describe("kept");
  EXPECT_FALSE(runs("kept-k-1"));
  EXPECT_FALSE(engine().docker({"volume", "inspect", "kept_data"}).ok());
}

TEST_F(ByHand, F077AContainerThatTheEngineForgotIsMadeAgainWithItsVolume) {
  fairlead_->put("kept.yaml", kKeeper);
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("kept-k-1"); }));
  ASSERT_TRUE(engine().docker({"exec", "kept-k-1", "/sample", "write", "/data/x", "old"}).ok());
  const auto forgotten = id("kept-k-1");
  engine().kill_daemon();
  std::ofstream(engine().data() / "containers" / forgotten / "config.v2.json", std::ios::trunc);
  ASSERT_TRUE(engine().start_daemon());
  ASSERT_TRUE(
      eventually([&] { return runs("kept-k-1") && id("kept-k-1") != forgotten; }, seconds(60)));
  EXPECT_TRUE(engine().docker({"cp", "kept-k-1:/data/x", "-"}).ok());
}

}  // namespace fairlead::engine_test
