// What a pass sees: never less than is known to have happened, never two moments at once.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Fault;
using docker::Operation;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool says(const SimulatedFleet& fleet, const std::string& text) {
  return std::ranges::any_of(
      fleet.log, [&text](const std::string& line) { return line.find(text) != std::string::npos; });
}

// The engine is killed twice, the second time soon after all was well again, and what the second
// kill did to the containers is in no event: it is only in the lists.
TEST(Views, ASecondKillSoonAfterTheFirstIsSeen) {
  for (auto pause = milliseconds(500); pause <= milliseconds(9500); pause += milliseconds(250)) {
    SimulatedFleet fleet(5000 + static_cast<std::uint64_t>(pause.count()));
    auto text = std::string(kShop);
    for (auto at = text.find("unless-stopped"); at != std::string::npos;
         at = text.find("unless-stopped"))
      text.replace(at, 14, "\"no\"");
    fleet.files["shop.yaml"] = text;
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    fleet.engine->restart_engine(false);
    fleet.run_for(seconds(1));
    ASSERT_TRUE(fleet.converges_within(minutes(5))) << tail(fleet);
    fleet.run_for(pause);
    fleet.engine->drop_events(true);
    fleet.engine->restart_engine(false);
    fleet.engine->drop_events(false);
    fleet.run_for(minutes(5));
    EXPECT_EQ(inventory_of(fleet), kConvergedShop) << pause.count() << " ms\n" << tail(fleet);
    EXPECT_TRUE(fleet.all_ready()) << pause.count() << " ms\n" << tail(fleet);
    if (HasFailure()) return;
  }
}

// Each field that a list tells of a container, changed by hand while no event arrives.
TEST(Views, AListThatContradictsWhatIsBelievedIsFollowedUp) {
  SimulatedFleet fleet(5100);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  auto& hand = fleet.engine->by_hand();
  fleet.engine->drop_events(true);
  fleet.by_hand(hand.rename_container("shop-db-1", "mine")).value();
  fleet.run_for(minutes(1));
  EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
  const auto backend = fleet.by_hand(hand.inspect_network("shop_backend")).value().id;
  const auto db = fleet.by_hand(hand.inspect_container("shop-db-1")).value().id;
  fleet.by_hand(hand.disconnect_network(backend, db, false)).value();
  fleet.run_for(minutes(1));
  EXPECT_EQ(fleet.by_hand(hand.inspect_container("shop-db-1")).value().endpoints.size(), 1u);
  fleet.by_hand(hand.stop_container(db, 1)).value();
  fleet.run_for(minutes(1));
  EXPECT_EQ(inventory_of(fleet), kConvergedShop) << tail(fleet);
}

// The manifests of the README's demo, all at once on an empty engine.
TEST(Views, AColdStartOfTheSampleManifestsLogsNoError) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedFleet fleet(5200 + seed);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(SAMPLE_MANIFESTS)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      fleet.files[std::filesystem::relative(entry.path(), SAMPLE_MANIFESTS).string()] =
          std::string(std::istreambuf_iterator<char>(in), {});
    }
    ASSERT_GE(fleet.files.size(), 3u);
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    for (const auto& line : fleet.log)
      EXPECT_EQ(line.find("level=error"), std::string::npos) << "seed " << seed << ": " << line;
  }
}

// Apps that start side by side mark, list and create across each other: each object is made once.
TEST(Views, NoPassUsesAListFromBeforeTheLastMutation) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedFleet fleet(5300 + seed);
    for (int i = 0; i < 6; ++i) {
      const auto name = "app" + std::to_string(i);
      fleet.files[name + ".yaml"] = "name: " + name +
                                    "\nservices: {a: {image: 'x:1', networks: [n, m]}}\n" +
                                    "networks: {n: {}, m: {}}\n";
    }
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    EXPECT_EQ(fleet.engine->calls(Operation::kNetworkCreate), 12u) << seed << tail(fleet);
    EXPECT_EQ(fleet.engine->calls(Operation::kContainerCreate), 6u) << seed << tail(fleet);
    EXPECT_FALSE(says(fleet, "level=error")) << seed << tail(fleet);
  }
}

// Somebody makes a network anew by hand, in the middle of what Fairlead reads.
class Remade : public testing::TestWithParam<bool> {};

Task<Status> remake(docker::Engine& hand, bool own_labels) {
  auto old = co_await hand.inspect_network("shop_frontend");
  if (!old) co_return std::unexpected(old.error());
  docker::NetworkSpec spec;
  spec.name = old->name;
  if (own_labels) spec.labels = old->labels.map();
  spec.driver = old->driver;
  const std::vector<std::string> members = {"shop-web-1", "shop-api-1"};
  std::vector<docker::EndpointSpec> endpoints;
  for (const auto& name : members) {
    auto container = co_await hand.inspect_container(name);
    if (!container) co_return std::unexpected(container.error());
    docker::EndpointSpec endpoint;
    for (const auto& each : container->endpoints) {
      if (each.network_id == old->id) endpoint.aliases = each.aliases;
    }
    endpoints.push_back(endpoint);
    auto left = co_await hand.disconnect_network(old->id, container->id, false);
    if (!left) co_return left;
  }
  auto removed = co_await hand.remove_network(old->id);
  if (!removed) co_return removed;
  auto made = co_await hand.create_network(spec);
  if (!made) co_return std::unexpected(made.error());
  for (std::size_t i = 0; i < members.size(); ++i) {
    endpoints[i].network_id = *made;
    endpoints[i].network_name = spec.name;
    auto container = co_await hand.inspect_container(members[i]);
    if (!container) co_return std::unexpected(container.error());
    auto joined = co_await hand.connect_network(container->id, endpoints[i]);
    if (!joined) co_return joined;
  }
  co_return Status{};
}

bool is_read(Operation operation) {
  return operation == Operation::kNetworkList || operation == Operation::kContainerList ||
         operation == Operation::kVolumeList || operation == Operation::kContainerInspect;
}

TEST_P(Remade, ByHandWhileItIsReadLeavesItsContainersWhereTheyAre) {
  bool reached = true;
  for (int at = 1; reached && at < 60; ++at) {
    SimulatedFleet fleet(5400 + static_cast<std::uint64_t>(at));
    fleet.files["shop.yaml"] = kShop;
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    fleet.log.clear();
    auto& hand = fleet.engine->by_hand();
    int reads = 0;
    reached = false;
    std::optional<Status> remade;
    fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
      if (is_read(operation) && ++reads == at) {
        reached = true;
        boost::asio::co_spawn(
            fleet.io, remake(hand, GetParam()),
            [&](const std::exception_ptr&, Status done) { remade = std::move(done); });
      }
      return Fault{};
    });
    // Something to look at, at the same time.
    fleet.engine->exit_container("shop-web-1", 1);
    fleet.run_for(seconds(20));
    if (!reached) break;
    ASSERT_TRUE(remade.has_value());
    ASSERT_TRUE(*remade) << remade->error().message;
    fleet.run_for(minutes(5));
    const auto network = fleet.by_hand(hand.inspect_network("shop_frontend")).value();
    for (const char* name : {"shop-web-1", "shop-api-1"}) {
      const auto container = fleet.by_hand(hand.inspect_container(name)).value();
      EXPECT_TRUE(container.running);
      EXPECT_TRUE(std::ranges::any_of(
          container.endpoints,
          [&network](const auto& each) { return each.network_id == network.id; }))
          << name << " at read " << at << "\n"
          << tail(fleet);
    }
    EXPECT_EQ(fleet.engine->calls(Operation::kNetworkDisconnect), 0u) << at << tail(fleet);
    EXPECT_FALSE(says(fleet, "have=missing") || says(fleet, "is missing\"")) << at << tail(fleet);
    EXPECT_EQ(says(fleet, "NameTaken"), !GetParam()) << at << tail(fleet);
    if (HasFailure()) return;
    EXPECT_EQ(fleet.all_ready(), GetParam());
  }
  EXPECT_FALSE(reached) << "there are more reads than were enumerated";
}

INSTANTIATE_TEST_SUITE_P(Networks, Remade, testing::Bool(), [](const auto& run) {
  return run.param ? "WithOurLabels" : "WithoutLabels";
});

}  // namespace
}  // namespace fairlead::simulation
