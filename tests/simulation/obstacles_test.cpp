// Changes in which the App stands in its own way: they heal at once, and from every crash.
#include <gmock/gmock.h>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Change {
  const char* name;
  std::string before, after;
  std::set<std::string> end;
  std::string watched;  // a container of `end` that takes the place of another
};

std::string two(const std::string& a, const std::string& b, const std::string& more = "") {
  return "services:\n  a: {image: 'x:1', " + a + "}\n  b: {image: 'x:1', " + b + "}\n" + more;
}

const std::string kFixed = "networks: {n: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}\n";

const std::vector<Change>& changes() {
  static const std::vector<Change> all = {
      {"RenamedService",
       "services: {db: {image: 'x:1', container_name: mydb, ports: ['15432:5432']}}\n",
       "services: {postgres: {image: 'x:1', container_name: mydb, ports: ['15432:5432']}}\n",
       {"container mydb running x:1", "network s_default"},
       "mydb"},
      {"HostPortOnly",
       "services: {db: {image: 'x:1', ports: ['15432:5432']}}\n",
       "services: {postgres: {image: 'x:1', ports: ['15432:5432']}}\n",
       {"container s-postgres-1 running x:1", "network s_default"},
       "s-postgres-1"},
      {"SwappedNames",
       two("container_name: one", "container_name: two"),
       two("container_name: two", "container_name: one"),
       {"container one running x:1", "container two running x:1", "network s_default"},
       "one"},
      {"SwappedPorts",
       two("ports: ['8080:80']", "ports: ['8081:80']"),
       two("ports: ['8081:80']", "ports: ['8080:80']"),
       {"container s-a-1 running x:1", "container s-b-1 running x:1", "network s_default"},
       "s-a-1"},
      {"SwappedNamesAndPorts",
       two("container_name: one, ports: ['8080:80']", "container_name: two, ports: ['8081:80']"),
       two("container_name: two, ports: ['8081:80']", "container_name: one, ports: ['8080:80']"),
       {"container one running x:1", "container two running x:1", "network s_default"},
       "one"},
      {"SwappedAddresses",
       two("networks: {n: {ipv4_address: 10.9.0.2}}", "networks: {n: {ipv4_address: 10.9.0.3}}",
           kFixed),
       two("networks: {n: {ipv4_address: 10.9.0.3}}", "networks: {n: {ipv4_address: 10.9.0.2}}",
           kFixed),
       {"container s-a-1 running x:1", "container s-b-1 running x:1", "network s_n"},
       "s-a-1"},
      {"AddressOfASibling",
       "services: {dyn: {image: 'x:1', networks: [n]}}\n" + kFixed,
       "services:\n  dyn: {image: 'x:1', networks: [n]}\n"
       "  fixed: {image: 'x:1', networks: {n: {ipv4_address: 10.9.0.2}}}\n" +
           kFixed,
       {"container s-dyn-1 running x:1", "container s-fixed-1 running x:1", "network s_n"},
       "s-fixed-1"},
      {"RenamedNetwork",
       "services: {a: {image: 'x:1', networks: [old]}}\n"
       "networks: {old: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}\n",
       "services: {a: {image: 'x:1', networks: [new]}}\n"
       "networks: {new: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}\n",
       {"container s-a-1 running x:1", "network s_new"},
       "s-a-1"},
      {"RenamedNetworkAndNewImage",
       "services: {a: {image: 'x:1', networks: [old]}}\n"
       "networks: {old: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}\n",
       "services: {a: {image: 'x:2', networks: [new]}}\n"
       "networks: {new: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}\n",
       {"container s-a-1 running x:2", "network s_new"},
       "s-a-1"},
  };
  return all;
}

class OwnObstacles : public testing::TestWithParam<Change> {};

TEST_P(OwnObstacles, AreOutOfTheWayAtOnce) {
  const auto& change = GetParam();
  SimulatedFleet fleet(400);
  fleet.files["s.yaml"] = change.before;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.files["s.yaml"] = change.after;
  const auto refused = [&fleet] { return fleet.engine->mutations(); };
  const auto before = refused();
  ASSERT_TRUE(fleet.run_until([&] { return refused() > before; }, seconds(15)));
  const auto began = fleet.clock.steady_now();
  std::set<std::string> running;  // nothing but containers: leftovers have their grace
  for (const auto& each : change.end)
    if (each.starts_with("container")) running.insert(each);
  const auto there = [&] {
    const auto now = inventory_of(fleet);
    return std::ranges::includes(now, running);
  };
  fleet.run_for(std::chrono::milliseconds(2500));
  EXPECT_TRUE(there()) << "2.5 s after " << began.time_since_epoch().count() << "\n" << tail(fleet);
  for (const auto& line : fleet.log)
    EXPECT_EQ(line.find("level=error"), std::string::npos) << line;
  fleet.run_for(minutes(2));
  EXPECT_EQ(inventory_of(fleet), change.end) << tail(fleet);
  EXPECT_TRUE(fleet.all_ready()) << tail(fleet);
  const auto mutations = fleet.engine->mutations();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
}

TEST_P(OwnObstacles, AreOvercomeFromEveryCrash) {
  const auto& change = GetParam();
  for (const bool after : {false, true}) {
    for (std::uint64_t n = 1;; ++n) {
      ASSERT_LT(n, 40u) << "the change has more mutations than were enumerated";
      SCOPED_TRACE("crash at " + std::to_string(n) + (after ? " after" : " before"));
      SimulatedFleet fleet(410 + n);
      fleet.files["s.yaml"] = change.before;
      fleet.start();
      ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
      fleet.crash();
      fleet.files["s.yaml"] = change.after;
      fleet.crash_at(n, after);
      fleet.start();
      fleet.run_until([&fleet] { return fleet.crashed(); }, minutes(2));
      const bool over = !fleet.crashed();
      if (!over) {
        fleet.crash();
        fleet.start();
        fleet.run_for(minutes(4));
      }
      ASSERT_EQ(inventory_of(fleet), change.end) << tail(fleet);
      if (over) break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Changes, OwnObstacles, testing::ValuesIn(changes()),
                         [](const auto& run) { return std::string(run.param.name); });

// An old leftover comes back under its name when the manifest is put right again.
TEST(OwnObstaclesUndone, AServiceThatWasSetAsideComesBackAsItWas) {
  SimulatedFleet fleet(450);
  fleet.files["s.yaml"] = changes()[0].before;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto id = fleet.by_hand(fleet.engine->by_hand().inspect_container("mydb"))->id;
  fleet.files["s.yaml"] = changes()[0].after;
  ASSERT_TRUE(fleet.run_until(
      [&] { return inventory_of(fleet).contains("container s-db-1.prev exited x:1"); },
      seconds(20)))
      << tail(fleet);
  fleet.run_for(seconds(2));
  fleet.files["s.yaml"] = changes()[0].before;
  fleet.run_for(seconds(14));
  const auto back = fleet.by_hand(fleet.engine->by_hand().inspect_container("mydb"));
  ASSERT_TRUE(back) << tail(fleet);
  EXPECT_EQ(back->id, id);
  EXPECT_TRUE(back->running);
}

TEST(Followers, AreStartedAgainAfterTheOwnerOfTheirNamespace) {
  SimulatedFleet fleet(460);
  fleet.files["s.yaml"] =
      "services:\n  vpn: {image: 'x:1', restart: always}\n"
      "  torrent: {image: 'x:1', network_mode: 'service:vpn', restart: always}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.run_for(seconds(5));
  auto& hand = fleet.engine->by_hand();
  const auto started = [&](const std::string& name) {
    return fleet.by_hand(hand.inspect_container(name))->started_at;
  };
  const auto first = started("s-torrent-1");
  fleet.by_hand(hand.stop_container("s-vpn-1", 1)).value();
  fleet.by_hand(hand.start_container("s-vpn-1")).value();
  fleet.run_for(seconds(3));
  EXPECT_GT(started("s-torrent-1"), first) << tail(fleet);
  EXPECT_GT(started("s-torrent-1"), started("s-vpn-1"));
  EXPECT_TRUE(fleet.all_ready()) << tail(fleet);
  const auto mutations = fleet.engine->mutations();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
}

TEST(Followers, DependsOnRestartFollowsAReplacement) {
  const std::string text =
      "services:\n  db: {image: 'x:1'}\n"
      "  app: {image: 'x:1', depends_on: {db: {condition: service_started, restart: true}}}\n"
      "  other: {image: 'x:1', depends_on: [db]}\n";
  SimulatedFleet fleet(461);
  fleet.files["s.yaml"] = text;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto look = [&](const std::string& name) {
    return *fleet.by_hand(fleet.engine->by_hand().inspect_container(name));
  };
  const auto app = look("s-app-1");
  const auto other = look("s-other-1");
  fleet.files["s.yaml"] = replaced(text, "x:1", "x:2");
  fleet.run_for(minutes(1));
  EXPECT_EQ(look("s-db-1").image, "x:2");
  EXPECT_EQ(look("s-app-1").id, app.id);
  EXPECT_GT(look("s-app-1").started_at, look("s-db-1").started_at) << tail(fleet);
  EXPECT_EQ(look("s-other-1").started_at, other.started_at);
  const auto mutations = fleet.engine->mutations();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
}

// The network's end is not heard of: the container is made for an ID that is gone.
TEST(Followers, AContainerThatWasMadeForAGoneNetworkIsMadeAgain) {
  SimulatedFleet fleet(462);
  fleet.files["s.yaml"] = "services: {a: {image: 'x:1'}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  auto& hand = fleet.engine->by_hand();
  const auto networks = fleet.by_hand(hand.list_networks(""));
  const auto lost = std::ranges::find(*networks->objects, "s_default", &docker::Network::name);
  ASSERT_NE(lost, networks->objects->end());
  fleet.engine->drop_events(true);
  fleet.by_hand(hand.stop_container("s-a-1", 1)).value();
  fleet.by_hand(hand.remove_network(lost->id)).value();
  fleet.engine->drop_events(false);
  fleet.by_hand(hand.remove_container("s-a-1", true)).value();
  fleet.run_for(seconds(15));
  EXPECT_EQ(inventory_of(fleet),
            (std::set<std::string>{"container s-a-1 running x:1", "network s_default"}))
      << tail(fleet);
}

TEST(Removal, TakesDependantsBeforeWhatTheyDependOn) {
  SimulatedFleet fleet(463);
  fleet.files["s.yaml"] =
      "services:\n  base: {image: 'x:1'}\n  middle: {image: 'x:1', depends_on: [base]}\n"
      "  top: {image: 'x:1', depends_on: [middle]}\n";
  fleet.files["rest.yaml"] = "services: {a: {image: 'x:1', network_mode: none}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.files.erase("s.yaml");
  fleet.run_for(minutes(3));
  std::vector<std::string> order;
  for (const auto& line : fleet.log)
    for (const char* name : {"base", "middle", "top"})
      if (line.find("action=stop") != std::string::npos &&
          line.find("name=s-" + std::string(name)) != std::string::npos)
        order.emplace_back(name);
  EXPECT_THAT(order, testing::ElementsAre("top", "middle", "base")) << tail(fleet);
}

}  // namespace
}  // namespace fairlead::simulation
