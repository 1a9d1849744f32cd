// Faults between Fairlead and the engine, enumerated, then at random: lost replies, requests that
// run late, stale lists, lost events, engine restarts. The end is always the manifest.
#include <algorithm>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Fault;
using docker::Operation;
using std::chrono::minutes;
using std::chrono::seconds;

// The n-th mutation of a first roll-out is hit; true if there was an n-th one.
bool survives_fault_at(std::uint64_t n, const Fault& fault) {
  SimulatedFleet fleet(1000 + n);
  fleet.files["shop.yaml"] = kShop;
  std::uint64_t mutations = 0;
  bool hit = false;
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
    if (!docker::is_mutation(operation) || ++mutations != n) return Fault{};
    hit = true;
    return fault;
  });
  fleet.start();
  EXPECT_TRUE(fleet.converges_within(minutes(30))) << "fault at " << n << "\n" << tail(fleet);
  fleet.run_for(minutes(10));
  EXPECT_EQ(inventory_of(fleet), kConvergedShop) << "fault at " << n << "\n" << tail(fleet);
  const auto before = fleet.engine->mutations();
  fleet.run_for(minutes(30));
  EXPECT_EQ(fleet.engine->mutations(), before) << "fault at " << n << "\n" << tail(fleet);
  return hit;
}

void sweep(const Fault& fault) {
  std::uint64_t n = 1;
  while (survives_fault_at(n, fault) && !testing::Test::HasFailure())
    ++n;
  EXPECT_GT(n, 8u) << "the whole roll-out was enumerated";
}

TEST(Faults, ALostReplyDoublesNothing) {  // F029
  sweep({.kind = Fault::Kind::kLoseReply, .message = {}});
}

TEST(Faults, ARequestThatRunsLateDoublesNothing) {  // F030
  sweep({.kind = Fault::Kind::kRunLate, .delay = seconds(2), .message = {}});
  sweep({.kind = Fault::Kind::kRunLate, .delay = seconds(45), .message = {}});
}

// Not at the end of the plan, whose other branches would go on for seconds.
TEST(Faults, NothingIsSentBetweenALostReplyAndTwoLooks) {  // F030
  SimulatedFleet fleet(1500);
  std::string many = "services:\n";
  for (int i = 0; i < 60; ++i)
    many += "  s" + std::to_string(i) + ": {image: \"x:1\"}\n";
  fleet.files["many.yaml"] = many;
  // What has been sent by then may still take its time.
  constexpr auto kLongestCall = std::chrono::milliseconds(700);
  std::optional<SteadyTime> lost_at;
  std::uint64_t looks = 0;
  int sent = 0;
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
    const auto now = fleet.clock.steady_now();
    if (operation == Operation::kContainerCreate && !lost_at) {
      lost_at = now;
      looks = fleet.engine->calls(Operation::kContainerList);
      return Fault{.kind = Fault::Kind::kLoseReply, .message = {}};
    }
    const bool late = lost_at && docker::is_mutation(operation) && now > *lost_at + kLongestCall;
    if (late && fleet.engine->calls(Operation::kContainerList) < looks + 2) ++sent;
    return Fault{};
  });
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(sent, 0) << tail(fleet);
  fleet.engine->set_fault_hook(nullptr);
}

TEST(Faults, ABrokenConnectionIsRetried) {
  sweep({.kind = Fault::Kind::kFailBefore, .message = {}});
}

TEST(Faults, AnEngineErrorIsRetried) {
  sweep({.kind = Fault::Kind::kReply, .status = 500, .message = "something nobody has seen"});
  sweep({.kind = Fault::Kind::kReply, .status = 409, .message = "already in progress"});
}

TEST(Faults, StaleListsDoubleNothing) {  // F089: staleness
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedFleet fleet(2000 + seed);
    fleet.files["shop.yaml"] = kShop;
    fleet.engine->set_fault_hook([&fleet](Operation operation, std::uint64_t) {
      const bool list = operation == Operation::kContainerList ||
                        operation == Operation::kNetworkList ||
                        operation == Operation::kContainerInspect;
      Fault fault;
      if (list && fleet.random.below(3) == 0) fault.kind = Fault::Kind::kStale;
      return fault;
    });
    fleet.start();
    fleet.run_for(minutes(5));
    fleet.engine->set_fault_hook(nullptr);
    ASSERT_TRUE(fleet.converges_within(minutes(10))) << "seed " << seed << "\n" << tail(fleet);
    fleet.run_for(minutes(2));
    EXPECT_EQ(inventory_of(fleet), kConvergedShop) << "seed " << seed << "\n" << tail(fleet);
  }
}

TEST(Faults, AnEngineThatIsGoneForAWhileIsWaitedFor) {
  SimulatedFleet fleet(3000);
  fleet.files["shop.yaml"] = kShop;
  fleet.engine->set_reachable(false);
  fleet.start();
  fleet.run_for(minutes(20));
  EXPECT_EQ(fleet.engine->mutations(), 0u);
  fleet.engine->set_reachable(true);
  ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);
}

// The event stream is renewed every five minutes; a pull that takes longer is nobody's business.
TEST(Faults, APullOutlastsTheRenewalOfTheEventStream) {
  auto options = lifelike_engine();
  options.any_image = false;
  options.registry = {"sample:1"};
  options.pull_time = minutes(17);
  SimulatedFleet fleet(3100, options);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  fleet.run_for(minutes(16));
  EXPECT_GE(fleet.engine->calls(Operation::kEvents), 3u);
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(fleet.engine->calls(Operation::kImagePull), 1u) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);
}

// An engine that answers, and is none: no list, no stream, or neither. It is asked less and less
// often, and told of at the first failure, then at every doubling.
TEST(Faults, AnEngineThatRefusesToBeReadIsAskedEverMoreRarely) {
  for (const auto refused : {Operation::kContainerList, Operation::kNetworkList,
                             Operation::kVolumeList, Operation::kEvents, Operation::kPing}) {
    SimulatedFleet fleet(3200 + static_cast<std::uint64_t>(refused));
    fleet.files["shop.yaml"] = kShop;
    std::uint64_t asked = 0;
    fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
      ++asked;
      Fault fault;
      if (operation != refused) return fault;
      return Fault{.kind = Fault::Kind::kReply, .status = 403, .message = "no"};
    });
    fleet.start();
    fleet.run_for(minutes(1));
    asked = 0;
    fleet.run_for(minutes(10));
    EXPECT_LT(asked, 10u * 6 * 8) << docker::to_string(refused);
    const auto lines = std::ranges::count_if(fleet.log, [](const std::string& line) {
      return line.find("unavailable") != std::string::npos;
    });
    EXPECT_GE(lines, 2) << docker::to_string(refused) << tail(fleet);
    EXPECT_LE(lines, 7) << docker::to_string(refused) << tail(fleet);
    fleet.engine->set_fault_hook(nullptr);
    EXPECT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    fleet.run_for(minutes(1));
    const auto told = refused == Operation::kEvents ? "event stream is back" : "engine connected";
    EXPECT_TRUE(std::ranges::any_of(fleet.log, [told](const std::string& line) {
      return line.find(told) != std::string::npos;
    })) << tail(fleet);
  }
}

// Everything at once, then quiet: what Kubernetes calls eventually stable reconciliation.
TEST(Faults, RandomStormsEndInTheManifest) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SimulatedFleet fleet(4000 + seed);
    fleet.files["shop.yaml"] = kShop;
    fleet.engine->set_fault_hook([&fleet](Operation, std::uint64_t) {
      Fault fault;
      const auto dice = fleet.random.below(20);
      if (dice >= 5) return fault;
      fault.kind = static_cast<Fault::Kind>(1 + dice);
      fault.delay = seconds(1 + fleet.random.below(60));
      fault.message = "a storm";
      return fault;
    });
    fleet.start();
    for (int round = 0; round < 6; ++round) {
      fleet.run_for(seconds(10 + fleet.random.below(60)));
      const auto dice = fleet.random.below(4);
      if (dice == 0) fleet.engine->restart_engine(fleet.random.below(2) == 0);
      if (dice == 1) fleet.engine->drop_events(true);
      if (dice == 2) fleet.engine->exit_container("shop-api-1", 1);
      if (dice == 3) {
        fleet.crash();
        fleet.start();
      }
    }
    fleet.engine->set_fault_hook(nullptr);
    fleet.run_for(minutes(2));  // what runs late has run
    ASSERT_TRUE(fleet.converges_within(minutes(30))) << "seed " << seed << "\n" << tail(fleet);
    fleet.run_for(minutes(10));
    ASSERT_EQ(inventory_of(fleet), kConvergedShop) << "seed " << seed << "\n" << tail(fleet);
    const auto before = fleet.engine->mutations();
    fleet.run_for(minutes(30));
    ASSERT_EQ(fleet.engine->mutations(), before) << "seed " << seed << "\n" << tail(fleet);
  }
}

}  // namespace
}  // namespace fairlead::simulation
