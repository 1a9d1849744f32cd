// What a change of the manifest keeps, and in which order its parts go and come.
#include <chrono>
#include <ctime>
#include <functional>

#include "docker/api_features.h"
#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Order : public Scenario {
 protected:
  static std::string read(const std::string& container, const std::string& path) {
    const auto copied = engine().docker({"cp", container + ":" + path, "-"});
    return copied.ok() ? copied.text : std::string();
  }
  static bool write(const std::string& container, const std::string& path) {
    return engine().docker({"exec", container, "/sample", "write", path, "kept"}).ok();
  }
};

constexpr const char* kAnonymous = R"(services:
  k:
    image: fairlead/volume:1
    command: [/sample, serve]
    stop_grace_period: 1s
    volumes: [/modules]
    environment: {VERSION: "1"}
)";

TEST_F(Order, AReplacementKeepsTheContentOfAnonymousVolumes) {
  ASSERT_TRUE(engine().docker({"create", "--name", "base", "fairlead/sample:1", "/sample"}).ok());
  ASSERT_TRUE(
      engine().docker({"commit", "--change", "VOLUME /image", "base", "fairlead/volume:1"}).ok());
  fairlead_->put("kept.yaml", kAnonymous);
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("kept-k-1"); }));
  ASSERT_TRUE(write("kept-k-1", "/modules/x") && write("kept-k-1", "/image/y"));
  for (const std::string order : {"stop-first", "start-first"}) {
    const auto old = id("kept-k-1");
    std::string text = kAnonymous;
    text.replace(text.find("\"1\""), 3, "\"" + order + "\"");
    fairlead_->put("kept.yaml", text + "    deploy: {update_config: {order: " + order + "}}\n");
    ASSERT_TRUE(eventually([&] {
      return runs("kept-k-1") && id("kept-k-1") != old && containers_of("kept").size() == 1;
    })) << order;
    EXPECT_NE(read("kept-k-1", "/modules/x").find("kept"), std::string::npos) << order;
    EXPECT_NE(read("kept-k-1", "/image/y").find("kept"), std::string::npos) << order;
  }
  const auto before = footprint("kept");
  EXPECT_TRUE(stays([&] { return footprint("kept") == before; }, seconds(10)));
}

// Seconds for which the container did not run, watched from now on until it does; `change` is what
// ends the old one.
double seconds_down(const std::function<bool()>& up) {
  using Clock = std::chrono::steady_clock;
  if (!eventually([&] { return !up(); }, seconds(40))) return 0;
  const auto down = Clock::now();
  if (!eventually(up, seconds(90))) return 90;
  return std::chrono::duration<double>(Clock::now() - down).count();
}

TEST_F(Order, ARenamedServiceIsDownNoLongerThanItsStop) {
  const auto text = [](const std::string& service, const std::string& name) {
    return "services:\n  " + service +
           ":\n    image: fairlead/sample:1\n    command: [/sample, serve]\n    " + name +
           "ports: ['127.0.0.1:15432:8080']\n    stop_grace_period: 1s\n";
  };
  for (const std::string name : {"container_name: mydb\n    ", ""}) {
    fairlead_ = std::make_unique<FairleadProcess>(engine().host());
    const std::string first = name.empty() ? "ren-db-1" : "mydb";
    const std::string second = name.empty() ? "ren-postgres-1" : "mydb";
    fairlead_->put("ren.yaml", text("db", name));
    fairlead_->start();
    ASSERT_TRUE(eventually([&] { return runs(first); }));
    const auto old = id(first);
    fairlead_->put("ren.yaml", text("postgres", name));
    const auto down = seconds_down([&] {
      return engine().list({"ps", "-q", "--no-trunc", "--filter", "publish=15432"}).size() == 1;
    });
    ASSERT_TRUE(eventually([&] { return runs(second) && id(second) != old; })) << second;
    RecordProperty("seconds_down_" + second, std::to_string(down));
    std::fprintf(stderr, "%s: %.2f s down\n", second.c_str(), down);
    EXPECT_LT(down, 15) << "its stop and a start on a busy machine; the grace alone is 30 s";
    EXPECT_EQ(fairlead_->log().find("level=error"), std::string::npos) << fairlead_->log();
    fairlead_.reset();
    engine().clear();
  }
}

TEST_F(Order, ASiblingGivesUpTheAddressThatItWasGiven) {
  const std::string networks = "    net: {ipam: {config: [{subnet: 172.31.7.0/24}]}}\n";
  fairlead_->put("addr.yaml", app("addr", service("dyn", "[net]"), networks));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("addr-dyn-1"); }));
  const auto taken = address("addr-dyn-1", "addr_net");
  const auto process = pid("addr-dyn-1");
  fairlead_->put("addr.yaml", app("addr",
                                  service("dyn", "[net]") +
                                      service("fixed", "{net: {ipv4_address: " + taken + "}}"),
                                  networks));
  ASSERT_TRUE(eventually([] { return runs("addr-fixed-1"); }, seconds(20)));
  EXPECT_EQ(address("addr-fixed-1", "addr_net"), taken);
  EXPECT_TRUE(eventually([] { return reaches("addr-fixed-1", "dyn"); }));
  EXPECT_EQ(pid("addr-dyn-1"), process);
  ASSERT_TRUE(engine().docker({"stop", "addr-fixed-1", "addr-dyn-1"}).ok());
  ASSERT_TRUE(eventually([] { return all_run({"addr-dyn-1", "addr-fixed-1"}); }));
  EXPECT_EQ(address("addr-fixed-1", "addr_net"), taken);
}

TEST_F(Order, ARenamedNetworkKeepsItsSubnetAndTheProcesses) {
  const auto text = [](const std::string& network) {
    return app("sub", service("a", "[" + network + "]"),
               "    " + network + ": {ipam: {config: [{subnet: 172.31.8.0/24}]}}\n");
  };
  fairlead_->put("sub.yaml", text("old"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("sub-a-1"); }));
  const auto process = pid("sub-a-1");
  fairlead_->put("sub.yaml", text("new"));
  EXPECT_TRUE(eventually([] { return attached("sub-a-1", "sub_new"); }, seconds(15)));
  // An engine that looks for the network that was the first one connects it to no other any more.
  const auto api = engine().list({"version", "--format", "{{.Server.APIVersion}}"}).at(0);
  if (docker::has(api, docker::ApiFeature::kModeMustExist)) {
    EXPECT_TRUE(eventually([] { return runs("sub-a-1"); }));
  } else {
    EXPECT_EQ(pid("sub-a-1"), process);
  }
  EXPECT_EQ(networks_of("sub"), std::vector<std::string>{"sub_new"});
  EXPECT_EQ(fairlead_->log().find("level=error"), std::string::npos) << fairlead_->log();
}

TEST_F(Order, AFollowerIsStartedAgainAfterTheOwnerOfItsNetwork) {
  fairlead_->put("tun.yaml", app("tun", service("vpn", "[net]") + R"(    torrent:
      image: fairlead/sample:1
      command: [/sample, serve]
      stop_grace_period: 1s
      network_mode: service:vpn
      environment: {PORT: "8081"}
)",
                                 "    net: {}\n"));
  fairlead_->start();
  const auto serves = [] {
    const auto got = engine().docker({"exec", "tun-vpn-1", "/sample", "get", "127.0.0.1", "8081"});
    return got.ok() && !got.text.empty();
  };
  ASSERT_TRUE(eventually([&] { return all_run({"tun-torrent-1", "tun-vpn-1"}) && serves(); }));
  const auto before = id("tun-torrent-1");
  ASSERT_TRUE(engine().docker({"restart", "tun-vpn-1"}).ok());
  EXPECT_TRUE(eventually(serves, seconds(20))) << "torrent has lo alone";
  EXPECT_EQ(id("tun-torrent-1"), before);
  ASSERT_TRUE(engine().docker({"stop", "tun-vpn-1"}).ok());
  EXPECT_TRUE(eventually(serves, seconds(20)));
}

TEST_F(Order, WhatDependsOnAReplacedServiceWithRestartIsRestartedOnce) {
  const auto text = [](const std::string& version) {
    const std::string on_db = "      depends_on: {db: {condition: service_started";
    return app("dep",
               service("db", "[net]", "      environment: {VERSION: \"" + version + "\"}\n") +
                   service("web", "[net]", on_db + ", restart: true}}\n") +
                   service("other", "[net]", on_db + "}}\n"),
               "    net: {}\n");
  };
  const auto since = std::to_string(std::time(nullptr));
  fairlead_->put("dep.yaml", text("1"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"dep-db-1", "dep-other-1", "dep-web-1"}); }));
  const auto db = id("dep-db-1");
  const auto web = id("dep-web-1");
  const auto process = pid("dep-web-1");
  const auto other = pid("dep-other-1");
  fairlead_->put("dep.yaml", text("2"));
  EXPECT_TRUE(eventually([&] {
    return runs("dep-db-1") && id("dep-db-1") != db && runs("dep-web-1") &&
           pid("dep-web-1") != process;
  })) << fairlead_->log();
  const auto before = footprint("dep");
  EXPECT_TRUE(stays([&] { return footprint("dep") == before; }, seconds(10)));
  EXPECT_EQ(id("dep-web-1"), web) << "restarted, not made anew";
  EXPECT_EQ(pid("dep-other-1"), other);
  const auto started = engine().list(
      {"events", "--since", since, "--until", std::to_string(std::time(nullptr) + 1), "--filter",
       "event=start", "--filter", "container=" + web, "--format", "{{.ID}}"});
  EXPECT_EQ(started.size(), 2u) << fairlead_->log();
}

TEST_F(Order, TheLastToStartIsTheFirstToStop) {
  const auto on = [](const std::string& other) {
    return other.empty() ? other : "      depends_on: [" + other + "]\n";
  };
  fairlead_->put("stay.yaml", app("stay", service("a", "[net]"), "    net: {}\n"));
  fairlead_->put("down.yaml",
                 app("down",
                     service("base", "[net]") + service("middle", "[net]", on("base")) +
                         service("top", "[net]", on("middle")),
                     "    net: {}\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"down-base-1", "down-middle-1", "down-top-1"}); }));
  const auto since = std::to_string(std::time(nullptr));
  fairlead_->remove("down.yaml");
  ASSERT_TRUE(eventually([] { return containers_of("down").empty(); }, seconds(90)));
  const auto died =
      engine().list({"events", "--since", since, "--until", std::to_string(std::time(nullptr) + 1),
                     "--filter", "event=die", "--format", "{{.Actor.Attributes.name}}"});
  EXPECT_EQ(died, (std::vector<std::string>{"down-top-1", "down-middle-1", "down-base-1"}));
}

TEST_F(Order, LinksOfTheDefaultBridgeAreMadeAfterTheirTarget) {
  const auto text = [](const std::string& version) {
    return "services:\n  db: {image: fairlead/sample:1, command: [/sample, serve], network_mode: "
           "bridge, stop_grace_period: 1s, environment: {V: '" +
           version +
           "'}}\n  web: {image: fairlead/sample:1, command: [/sample, serve], network_mode: "
           "bridge, stop_grace_period: 1s, links: [db]}\n";
  };
  fairlead_->put("link.yaml", text("1"));
  fairlead_->start();
  const auto linked = [] {
    const auto got = engine().docker({"exec", "link-web-1", "/sample", "get", "db", "8080"});
    return got.ok() && !got.text.empty();
  };
  EXPECT_TRUE(eventually(linked, seconds(30)));
  EXPECT_EQ(fairlead_->log().find("level=error"), std::string::npos) << fairlead_->log();
  const auto old = id("link-db-1");
  fairlead_->put("link.yaml", text("2"));
  EXPECT_TRUE(eventually([&] { return id("link-db-1") != old && linked(); }, seconds(30)));
}

}  // namespace fairlead::engine_test
