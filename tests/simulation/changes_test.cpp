// Who waits for changes hears of what changes, of nothing else, and of all of it.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(ChangesOfTheLoop, ComeWithWhatHappensAndEndWithIt) {
  SimulatedFleet fleet(7701);
  fleet.files["shop.yaml"] = kShop;
  fleet.files["lone.yaml"] = "services: {a: {image: i}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  fleet.run_for(minutes(1));
  const auto& changes = fleet.controller().changes();
  const auto calm = changes.revision();
  int calls = 0;
  const auto listener = std::make_shared<const controller::Changes::Listener>([&] { ++calls; });
  changes.listen(listener);
  fleet.run_for(minutes(10));
  EXPECT_EQ(changes.revision(), calm) << "sixty looks at an engine at rest";
  EXPECT_EQ(calls, 0);

  fleet.by_hand(fleet.engine->by_hand().remove_container("shop-web-1", true)).value();
  ASSERT_TRUE(fleet.run_until([&] { return changes.revision() > calm; }, minutes(1)));
  fleet.run_for(minutes(1));
  const auto page = changes.since(calm, 10);
  ASSERT_TRUE(page && page->changes.size() == 1);
  EXPECT_EQ(page->changes[0].key, "shop");
  EXPECT_TRUE(page->changes[0].there && !page->changes[0].appeared);
  EXPECT_GT(calls, 0);

  ASSERT_TRUE(fleet.controller().reconcile_now("shop", "uid 7"));
  EXPECT_EQ(fleet.controller().events().back().message, "reconcile requested by uid 7");
  fleet.files.erase("lone.yaml");
  fleet.run_for(minutes(5));
  const auto gone = changes.since(page->upto, 10);
  ASSERT_TRUE(gone && !gone->changes.empty());
  EXPECT_EQ(gone->changes.back().key, "lone");
  EXPECT_FALSE(gone->changes.back().there);
}

}  // namespace
}  // namespace fairlead::simulation
