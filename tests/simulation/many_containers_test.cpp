// One App of many containers: what is asked of the engine, and in which order.
#include "controller/execute/last_look.h"
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Fault;
using docker::Operation;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr int kServices = 40;

std::string many() {
  std::string text = "services:\n";
  for (int i = 0; i < kServices; ++i)
    text += "  s" + std::to_string(i) + ": {image: \"x:1\", networks: [front, back]}\n";
  return text + "networks: {front: {}, back: {}}\n";
}

TEST(ManyContainers, AreEachMadeAndStartedAtAStretch) {
  SimulatedFleet fleet(9700);
  fleet.files["many.yaml"] = many();
  int created = 0;
  int created_before_a_start = 0;
  int started = 0;
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
    created += operation == Operation::kContainerCreate ? 1 : 0;
    if (operation == Operation::kContainerStart && ++started == 1) created_before_a_start = created;
    return Fault{};
  });
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
  fleet.engine->set_fault_hook(nullptr);
  EXPECT_EQ(created, kServices);
  EXPECT_EQ(started, kServices);
  EXPECT_LE(created_before_a_start, controller::ControllerOptions{}.parallel_mutations);
}

TEST(ManyContainers, ShareTheirLooksAtNetworks) {
  SimulatedFleet fleet(9701);
  fleet.files["many.yaml"] = many();
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
  // Of those who begin together one looks by itself, and all others with each other. And a look at
  // each network when it is new.
  const int together = controller::ControllerOptions{}.parallel_mutations;
  EXPECT_LE(fleet.engine->calls(Operation::kNetworkInspect),
            2 * static_cast<std::uint64_t>(kServices - together + 3));
}

// A look that was on its way before it was asked for may know nothing of what was done since.
TEST(NetworkLooks, AreNeverOlderThanTheQuestion) {
  SimulatedFleet fleet(9702);
  controller::NetworkLooks looks(*fleet.engine, fleet.clock);
  docker::NetworkSpec spec;
  spec.name = "front";
  const auto first = fleet.by_hand(fleet.engine->by_hand().create_network(spec)).value();
  std::map<std::string, std::string> seen;
  const auto ask = [&](const std::string& who) {
    boost::asio::co_spawn(
        fleet.io, looks.inspect("front"),
        [&seen, who](const std::exception_ptr&, const Result<docker::Network>& network) {
          seen[who] = network ? network->id : network.error().message;
        });
  };
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t call) {
    if (operation != Operation::kNetworkInspect || call != 1) return Fault{};
    ask("while it was on its way");
    ask("too");
    return Fault{};
  });
  ask("first");
  ASSERT_TRUE(fleet.run_until([&] { return seen.contains("first"); }, minutes(1)));
  EXPECT_EQ(seen["first"], first);
  fleet.by_hand(fleet.engine->by_hand().remove_network(first)).value();
  fleet.by_hand(fleet.engine->by_hand().create_network(spec)).value();
  ASSERT_TRUE(fleet.run_until([&] { return seen.size() == 3; }, minutes(1)));
  EXPECT_EQ(fleet.engine->calls(Operation::kNetworkInspect), 2u) << "they share one";
  fleet.engine->set_fault_hook(nullptr);
}

TEST(NetworkLooks, TellOfAnErrorToAllWhoWait) {
  SimulatedFleet fleet(9703);
  controller::NetworkLooks looks(*fleet.engine, fleet.clock);
  fleet.engine->set_fault_hook([](Operation, std::uint64_t) {
    return Fault{.kind = Fault::Kind::kThrow, .message = "broken"};
  });
  int failed = 0;
  for (int i = 0; i < 3; ++i) {
    boost::asio::co_spawn(
        fleet.io, looks.inspect("front"),
        [&failed](const std::exception_ptr& thrown, const Result<docker::Network>& network) {
          failed += !thrown && !network ? 1 : 0;
        });
  }
  ASSERT_TRUE(fleet.run_until([&] { return failed == 3; }, minutes(1)));
  EXPECT_EQ(fleet.engine->calls(Operation::kNetworkInspect), 2u);
  fleet.engine->set_fault_hook(nullptr);
}

}  // namespace
}  // namespace fairlead::simulation
