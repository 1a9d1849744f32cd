#include "controller/execute/unit.h"

#include <gmock/gmock.h>

#include <random>

namespace fairlead::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Unit alone(const std::string& app, std::set<std::string> networks) {
  Unit unit;
  unit.alone = std::move(networks);
  unit.alone.insert("app " + app);
  return unit;
}

Unit together(const std::string& app, std::set<std::string> networks) {
  Unit unit;
  unit.alone = {"app " + app};
  unit.together = std::move(networks);
  return unit;
}

Operation operation(Action action) {
  Operation made;
  made.action = std::move(action);
  return made;
}

TEST(UnitOfAPlan, HoldsWhatItMakesAloneAndWhatItUsesTogether) {
  docker::NetworkSpec own;
  own.name = "shop_default";
  docker::ContainerSpec web;
  web.endpoints.resize(2);
  web.endpoints[0].network_name = "shop_default";
  web.endpoints[1].network_name = "edge";
  Plan plan;
  plan.operations = {operation(CreateNetwork{own}), operation(CreateContainer{web})};
  const auto unit = unit_of("shop", plan);
  EXPECT_THAT(unit.alone, ElementsAre("app shop", "network shop_default"));
  EXPECT_THAT(unit.together, ElementsAre("network edge"));
}

TEST(UnitOfAPlan, HoldsWhatItsRollBackNeeds) {
  docker::EndpointSpec back;
  back.network_name = "edge";
  Plan plan;
  plan.operations = {operation(RemoveNetwork{{"id", "old"}})};
  plan.operations[0].rollback = {ConnectEndpoint{{"c", "c"}, back}};
  const auto unit = unit_of("shop", plan);
  EXPECT_THAT(unit.alone, ElementsAre("app shop", "network old"));
  EXPECT_THAT(unit.together, ElementsAre("network edge"));
}

TEST(Units, LetManyUseANetworkTogether) {
  Units units;
  EXPECT_TRUE(units.take("a", together("a", {"network edge"})));
  EXPECT_TRUE(units.take("b", together("b", {"network edge"})));
}

TEST(Units, GiveANetworkToOneAlone) {
  Units units;
  ASSERT_TRUE(units.take("a", together("a", {"network edge"})));
  EXPECT_FALSE(units.take("network/edge", alone("network/edge", {"network edge"})));
  EXPECT_THAT(units.ended("network/edge"), IsEmpty());
  EXPECT_THAT(units.ended("a"), ElementsAre("network/edge"));
  EXPECT_TRUE(units.take("network/edge", alone("network/edge", {"network edge"})));
  EXPECT_FALSE(units.take("a", together("a", {"network edge"})));
}

TEST(Units, ReachOverAppsWhereAPlanDoes) {
  Units units;
  Unit wide = alone("network/edge", {"network edge", "app a", "app b"});
  ASSERT_TRUE(units.take("network/edge", wide));
  EXPECT_FALSE(units.take("b", together("b", {})));
  EXPECT_TRUE(units.take("c", together("c", {})));
  EXPECT_THAT(units.ended("b"), IsEmpty());
  EXPECT_THAT(units.ended("network/edge"), ElementsAre("b"));
}

TEST(Units, LetNoStreamOfSmallPlansKeepALargeOneOff) {
  Units units;
  ASSERT_TRUE(units.take("a", together("a", {"network edge"})));
  ASSERT_FALSE(units.take("network/edge", alone("network/edge", {"network edge"})));
  units.ended("network/edge");
  EXPECT_FALSE(units.take("b", together("b", {"network edge"}))) << "it came later";
  units.ended("b");
  EXPECT_THAT(units.ended("a"), ElementsAre("b", "network/edge"));
  EXPECT_FALSE(units.take("b", together("b", {"network edge"})));
  EXPECT_TRUE(units.take("network/edge", alone("network/edge", {"network edge"})));
  units.ended("b");
  EXPECT_THAT(units.ended("network/edge"), ElementsAre("b"));
  EXPECT_TRUE(units.take("b", together("b", {"network edge"})));
}

TEST(Units, ForgetWhoDoesNotWantAnythingAnyMore) {
  Units units;
  ASSERT_TRUE(units.take("a", together("a", {"network edge"})));
  ASSERT_FALSE(units.take("network/edge", alone("network/edge", {"network edge"})));
  units.ended("network/edge");
  ASSERT_FALSE(units.take("b", together("b", {"network edge"})));
  units.ended("b");
  EXPECT_THAT(units.ended("network/edge"), ElementsAre("b"))
      << "its next pass had nothing to do: who stood behind it may go";
  EXPECT_TRUE(units.take("b", together("b", {"network edge"})));
}

// As the loop uses them: whatever the order, nobody holds what another has, and all get their turn.
TEST(Units, NeverGiveAThingTwiceAndServeEverybody) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto roll = [&random](int sides) {
      return static_cast<int>(random() % static_cast<unsigned>(sides));
    };
    Units units;
    std::map<std::string, Unit> wants;
    std::map<std::string, Unit> held;
    std::set<std::string> queued;
    for (int app = 0; app < 8; ++app) {
      const std::string key(1, static_cast<char>('a' + app));
      Unit unit = together(key, {});
      for (int network = 0; network < 3; ++network)
        if (roll(2) == 0)
          (roll(3) == 0 ? unit.alone : unit.together).insert("network " + std::to_string(network));
      wants[key] = unit;
      queued.insert(key);
    }
    std::set<std::string> served;
    for (int step = 0; step < 1000 && served.size() < wants.size(); ++step) {
      if (!held.empty() && (queued.empty() || roll(2) == 0)) {
        const std::string key = std::next(held.begin(), roll(static_cast<int>(held.size())))->first;
        held.erase(key);
        served.insert(key);
        queued.merge(units.ended(key));
        continue;
      }
      ASSERT_FALSE(queued.empty()) << "seed " << seed << ": all wait, and nobody holds anything";
      const std::string key = *std::next(queued.begin(), roll(static_cast<int>(queued.size())));
      queued.erase(key);
      if (!units.take(key, wants.at(key))) {
        queued.merge(units.ended(key));
        continue;
      }
      for (const auto& [other, unit] : held) {
        for (const auto& thing : wants.at(key).alone)
          ASSERT_FALSE(unit.alone.contains(thing) || unit.together.contains(thing)) << thing;
        for (const auto& thing : wants.at(key).together)
          ASSERT_FALSE(unit.alone.contains(thing)) << thing;
      }
      held[key] = wants.at(key);
    }
    EXPECT_EQ(served.size(), wants.size()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fairlead::controller
