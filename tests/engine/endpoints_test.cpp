// Ready means attached: fixed addresses that can't be had, networks made anew, and what the engine
// leaves behind of a connect that failed.
#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Endpoints : public Scenario {
 protected:
  static constexpr const char* kLan = "    lan: {external: true, name: lan}\n";

  static void make_lan(const std::string& subnet) {
    ASSERT_TRUE(engine().docker({"network", "create", "--subnet", subnet, "lan"}).ok());
  }
  // Service `a` on the network `lan`, with this address.
  static std::string at(const std::string& address) {
    return app("fix", service("a", "{lan: {ipv4_address: " + address + "}, net: {}}"),
               std::string(kLan) + "    net: {}\n");
  }
  static void hold(const std::string& address) {
    ASSERT_TRUE(engine()
                    .docker({"run", "-d", "--name", "holder", "--network", "lan", "--ip", address,
                             "fairlead/sample:1", "/sample", "sleep"})
                    .ok());
  }
  bool says(const std::string& app, const std::string& text) const {
    return fairlead_->describe(app).find(text) != std::string::npos;
  }
  bool ready(const std::string& app) const {
    return fairlead_->ask({"get", "apps", app}).text.find("True") != std::string::npos;
  }
  void bring_up(const std::string& address) {
    fairlead_->put("fix.yaml", at(address));
    fairlead_->start();
    ASSERT_TRUE(eventually([&] { return ready("fix"); })) << fairlead_->describe("fix");
    ASSERT_EQ(Scenario::address("fix-a-1", "lan"), address);
  }
};

TEST_F(Endpoints, KeepTheirAddressWhileSomebodyHoldsTheNextOne) {
  ASSERT_NO_FATAL_FAILURE(make_lan("10.66.0.0/24"));
  ASSERT_NO_FATAL_FAILURE(bring_up("10.66.0.10"));
  const auto process = pid("fix-a-1");
  ASSERT_NO_FATAL_FAILURE(hold("10.66.0.20"));
  fairlead_->put("fix.yaml", at("10.66.0.20"));
  EXPECT_TRUE(eventually([&] { return says("fix", "AddressInUse"); }))
      << fairlead_->describe("fix");
  EXPECT_TRUE(says("fix", "held by holder")) << fairlead_->describe("fix");
  EXPECT_FALSE(ready("fix"));
  EXPECT_TRUE(stays([] { return address("fix-a-1", "lan") == "10.66.0.10"; }, kSeveralPasses))
      << "not detached for what can't be had";
  engine().docker({"rm", "-f", "holder"});
  EXPECT_TRUE(eventually([&] { return address("fix-a-1", "lan") == "10.66.0.20" && ready("fix"); }))
      << fairlead_->describe("fix");
  EXPECT_EQ(pid("fix-a-1"), process);
}

TEST_F(Endpoints, KeepTheirAddressIfTheNextOneIsOutsideTheNetwork) {
  ASSERT_NO_FATAL_FAILURE(make_lan("10.67.0.0/24"));
  ASSERT_NO_FATAL_FAILURE(bring_up("10.67.0.10"));
  fairlead_->put("fix.yaml", at("10.99.0.9"));
  EXPECT_TRUE(eventually([&] { return says("fix", "InvalidEndpoint"); }))
      << fairlead_->describe("fix");
  EXPECT_TRUE(says("fix", "10.67.0.0/24")) << "the subnet is named";
  EXPECT_FALSE(ready("fix"));
  EXPECT_TRUE(stays([] { return address("fix-a-1", "lan") == "10.67.0.10"; }, kSeveralPasses));
}

// What the engine keeps of a connect that failed looks like an endpoint, and is none.
TEST_F(Endpoints, ThatAreOnlyPhantomsCountAsMissing) {
  ASSERT_NO_FATAL_FAILURE(make_lan("10.68.0.0/24"));
  ASSERT_NO_FATAL_FAILURE(bring_up("10.68.0.10"));
  const auto process = pid("fix-a-1");
  fairlead_->stop();
  ASSERT_TRUE(engine().docker({"network", "disconnect", "lan", "fix-a-1"}).ok());
  ASSERT_NO_FATAL_FAILURE(hold("10.68.0.10"));
  ASSERT_FALSE(
      engine().docker({"network", "connect", "--ip", "10.68.0.10", "lan", "fix-a-1"}).ok());
  fairlead_->start();
  EXPECT_TRUE(eventually([&] { return says("fix", "AddressInUse"); }))
      << fairlead_->describe("fix");
  EXPECT_FALSE(ready("fix"));
  engine().docker({"rm", "-f", "holder"});
  EXPECT_TRUE(eventually([&] { return address("fix-a-1", "lan") == "10.68.0.10" && ready("fix"); }))
      << fairlead_->describe("fix");
  EXPECT_EQ(pid("fix-a-1"), process);
}

// Once a network has been made anew, every connect and start must find it.
TEST_F(Endpoints, AreRestoredWithoutARestartOnANetworkMadeAnew) {
  fairlead_->put("anew.yaml",
                 app("anew", service("a", "[net]") + service("b", "[net]"), "    net: {}\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"anew-a-1", "anew-b-1"}); }));
  EXPECT_EQ(engine().list({"inspect", "--format", "{{.HostConfig.NetworkMode}}", "anew-a-1"}),
            std::vector<std::string>{"anew_net"});
  fairlead_->stop();
  const auto process = pid("anew-a-1");
  for (const auto* container : {"anew-a-1", "anew-b-1"})
    ASSERT_TRUE(engine().docker({"network", "disconnect", "anew_net", container}).ok());
  ASSERT_TRUE(engine().docker({"network", "rm", "anew_net"}).ok());
  fairlead_->start();
  EXPECT_TRUE(eventually([] { return reaches("anew-a-1", "b") && reaches("anew-b-1", "a"); }))
      << fairlead_->describe("anew");
  EXPECT_EQ(pid("anew-a-1"), process);
  ASSERT_TRUE(engine().docker({"stop", "-t", "0", "anew-a-1"}).ok());
  EXPECT_TRUE(eventually([] { return runs("anew-a-1") && reaches("anew-a-1", "b"); }))
      << fairlead_->describe("anew");
}

// Made with the network's ID as its mode, as older versions did: the engine refuses to connect it
// once that ID is gone, or not. Either way the service comes back.
TEST_F(Endpoints, ComeBackWhereTheModeIsADeadId) {
  fairlead_->put("dead.yaml", app("dead", service("a", "[net]"), "    net: {}\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([&] { return ready("dead"); }));
  const auto labels = engine().list(
      {"inspect", "--format", "{{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{println}}{{end}}",
       "dead-a-1"});
  fairlead_->stop();
  engine().docker({"rm", "-f", "dead-a-1"});
  const auto mode = network_id("dead_net");
  std::vector<std::string> arguments = {
      "run",       "-d", "--name",          "dead-a-1", "--restart", "unless-stopped",
      "--network", mode, "--network-alias", "a"};
  for (const auto& label : labels) {
    if (!label.empty()) arguments.insert(arguments.end(), {"--label", label});
  }
  arguments.insert(arguments.end(), {"fairlead/sample:1", "/sample", "serve"});
  ASSERT_TRUE(engine().docker(arguments).ok());
  const auto own = id("dead-a-1");
  fairlead_->start();
  EXPECT_TRUE(eventually([&] { return ready("dead"); })) << fairlead_->describe("dead");
  EXPECT_TRUE(stays([&] { return id("dead-a-1") == own; }, kSeveralPasses))
      << "an upgrade replaces nothing";
  fairlead_->stop();  // else it is connected again at once
  ASSERT_TRUE(engine().docker({"network", "disconnect", "dead_net", "dead-a-1"}).ok());
  ASSERT_TRUE(engine().docker({"network", "rm", "dead_net"}).ok());
  fairlead_->start();
  EXPECT_TRUE(
      eventually([&] { return attached("dead-a-1", "dead_net") && ready("dead"); }, seconds(90)))
      << fairlead_->describe("dead");
}

TEST_F(Endpoints, HaveTheMacAddressThatWasAskedFor) {
  fairlead_->put(
      "mac.yaml",
      app("mac", service("a", "[net]", "      mac_address: 02:11:22:33:44:55\n"), "    net: {}\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("mac-a-1"); }));
  EXPECT_EQ(
      engine().list({"inspect", "--format",
                     "{{(index .NetworkSettings.Networks \"mac_net\").MacAddress}}", "mac-a-1"}),
      std::vector<std::string>{"02:11:22:33:44:55"});
}

TEST_F(Endpoints, SwapTheirAddresses) {
  const auto pair = [](const std::string& a, const std::string& b) {
    return app("swap",
               service("a", "{net: {ipv4_address: " + a + "}}") +
                   service("b", "{net: {ipv4_address: " + b + "}}"),
               "    net: {ipam: {config: [{subnet: 10.69.0.0/24}]}}\n");
  };
  fairlead_->put("swap.yaml", pair("10.69.0.5", "10.69.0.6"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"swap-a-1", "swap-b-1"}); }));
  fairlead_->put("swap.yaml", pair("10.69.0.6", "10.69.0.5"));
  EXPECT_TRUE(eventually([] {
    return address("swap-a-1", "swap_net") == "10.69.0.6" &&
           address("swap-b-1", "swap_net") == "10.69.0.5";
  })) << fairlead_->describe("swap");
  EXPECT_EQ(fairlead_->log().find("level=error"), std::string::npos) << fairlead_->log();
}

}  // namespace fairlead::engine_test
