// An exception where no error was foreseen: it is one App's trouble for a while, and nobody's for
// ever. Each call of the engine in turn throws, before it takes effect and after.
#include <stdexcept>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Fault;
using docker::Operation;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kOther = R"(services:
  a: {image: "other:1", restart: unless-stopped}
)";

// The n-th call of all, or of one operation, ends in an exception; true if there was an n-th.
bool survives_exception_at(std::uint64_t n, std::optional<Operation> only, bool after_effect) {
  SimulatedFleet fleet(7000 + n);
  fleet.files["shop.yaml"] = kShop;
  fleet.files["other.yaml"] = kOther;
  std::uint64_t calls = 0;
  bool hit = false;
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
    if (only && operation != *only) return Fault{};
    if (++calls != n) return Fault{};
    hit = true;
    if (!after_effect) throw std::runtime_error("thrown before");
    return Fault{.kind = Fault::Kind::kThrow, .message = "thrown after"};
  });
  fleet.start();
  const std::string where = "exception at " + std::to_string(n) + "\n";
  EXPECT_TRUE(fleet.converges_within(minutes(5))) << where << tail(fleet);
  auto wanted = kConvergedShop;
  wanted.insert("container other-a-1 running other:1");
  wanted.insert("network other_default");
  EXPECT_EQ(inventory_of(fleet), wanted) << where << tail(fleet);
  fleet.run_for(minutes(2));
  const auto before = fleet.engine->mutations();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->mutations(), before) << where << tail(fleet);
  EXPECT_EQ(fleet.controller().queue().active_workers, 0) << where;
  return hit;
}

TEST(Exceptions, InAnyCallAreOvercome) {
  for (const bool after : {false, true}) {
    std::uint64_t n = 1;
    while (n <= 60 && survives_exception_at(n, std::nullopt, after) && !testing::Test::HasFailure())
      ++n;
    EXPECT_GT(n, 30u) << "the whole roll-out was enumerated";
  }
}

TEST(Exceptions, OfEveryKindOfCallAreOvercome) {
  for (const auto operation :
       {Operation::kPing, Operation::kContainerList, Operation::kContainerInspect,
        Operation::kNetworkList, Operation::kVolumeList, Operation::kImageInspect,
        Operation::kEvents}) {
    for (std::uint64_t n = 1; n <= 3; ++n) {
      survives_exception_at(n, operation, false);
      if (testing::Test::HasFailure()) FAIL() << to_string(operation);
    }
  }
}

// As long as it lasts it is this App's InternalError, with back-off; the other one does not notice.
TEST(Exceptions, OfOneAppStayWithIt) {
  SimulatedFleet fleet(7900);
  fleet.files["shop.yaml"] = kShop;
  fleet.files["other.yaml"] = kOther;
  bool broken = true;
  std::uint64_t thrown = 0;
  fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
    // The only image of shop; that of other is asked for once.
    if (broken && operation == Operation::kImageInspect &&
        fleet.clock.steady_now() > SteadyTime{} + seconds(20)) {
      ++thrown;
      throw std::runtime_error("a fault of ours");
    }
    return Fault{};
  });
  fleet.files.erase("shop.yaml");
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(seconds(15))) << tail(fleet);
  fleet.run_for(seconds(20));
  fleet.files["shop.yaml"] = kShop;
  fleet.run_for(minutes(2));
  const auto& shop = fleet.controller().apps().at("shop");
  ASSERT_TRUE(shop.last_error) << tail(fleet);
  EXPECT_EQ(shop.last_error->reason, Reason::kInternalError);
  EXPECT_NE(shop.last_error->message.find("a fault of ours"), std::string::npos);
  EXPECT_TRUE(shop.next_retry);
  EXPECT_GE(thrown, 4u) << "it is tried again";
  EXPECT_LE(thrown, 12u) << "with back-off";
  EXPECT_TRUE(fleet.controller().engine().up);
  EXPECT_EQ(fleet.controller().apps().at("other").sync, "Synced");
  broken = false;
  ASSERT_TRUE(fleet.controller().reconcile_now("shop", "uid 0"));
  ASSERT_TRUE(fleet.converges_within(seconds(30))) << tail(fleet);
  EXPECT_EQ(fleet.controller().apps().at("shop").last_error, std::nullopt);
}

}  // namespace
}  // namespace fairlead::simulation
