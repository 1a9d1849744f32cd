// Every state that a crash may leave in a replacement is just another input, and converges.
#include <gmock/gmock.h>

#include "controller/objects/labels.h"
#include "controller/observed/observed.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::ElementsAre;

model::App updated() {
  auto desired = small_app();
  desired.services[0].image = "app:2";
  return desired;
}

Plan plan_update(const Observed& observed) {
  return plan_app(updated(), observed, policy(), {});
}

// The old container under `old_name`, the new one under `new_name`; "" leaves one out.
Observed between(const std::string& old_name, const std::string& old_state,
                 const std::string& new_name, const std::string& new_state) {
  Observed observed;
  put(observed, live(small_app(), "default"));
  auto add = [&](const model::App& desired, const std::string& name, const std::string& state,
                 const std::string& id) {
    if (name.empty()) return;
    auto container = running(desired, "web", observed, id);
    container.details.name = name;
    container.details.state = state;
    if (id == "22") container.details.labels[std::string(kLabelReplaces)] = long_id("11");
    put(observed, container);
  };
  add(small_app(), old_name, old_state, "11");
  add(updated(), new_name, new_state, "22");
  return observed;
}

TEST(PlanReplace, CreatesBesideStopsSwitchesStartsAndRemoves) {
  const Plan result = plan_update(between("shop-web-1", "running", "", ""));
  ASSERT_THAT(lines(result),
              ElementsAre("pull shop-web-1", "create shop-web-1.next", "stop shop-web-1",
                          "rename shop-web-1", "rename shop-web-1", "start shop-web-1",
                          "remove shop-web-1"));
  for (std::size_t i = 1; i < result.operations.size(); ++i)
    EXPECT_THAT(result.operations[i].after, ElementsAre(i - 1));
  const auto& spec = std::get<CreateContainer>(result.operations[1].action).spec;
  EXPECT_EQ(spec.labels.at(std::string(kLabelReplaces)), long_id("11"));
  EXPECT_TRUE(result.drift[0].from_manifest);
  EXPECT_EQ(result.drift[0].field, "image");
}

// The spec that the replacement is created with; the old one has the given volumes.
CreateContainer created_after(const model::App& desired,
                              std::vector<docker::MountedVolume> volumes) {
  Observed observed = settled(small_app());
  container_of(observed, "web").volumes = std::move(volumes);
  const Plan result = plan_app(desired, observed, policy(), {});
  for (const auto& operation : result.operations)
    if (const auto* create = std::get_if<CreateContainer>(&operation.action)) return *create;
  ADD_FAILURE() << "nothing is created";
  return {};
}

TEST(PlanReplace, MountsAnonymousVolumesOfTheOldOneAndNoOthers) {
  auto desired = updated();
  desired.services[0].mounts = {{.target = "/modules/", .labels = {{"a", "1"}}},
                                {.source = "data", .target = "/data"}};
  desired.volumes = {volume("data")};
  const auto anonymous = long_id("ab");
  const auto create = created_after(desired, {{anonymous, "/modules"},
                                              {long_id("cd"), "/data"},
                                              {long_id("ef"), "/image"},
                                              {"named", "/other"}});
  ASSERT_EQ(create.spec.mounts.size(), 2u);
  EXPECT_EQ(create.spec.mounts[0].source, anonymous);
  EXPECT_TRUE(create.spec.mounts[0].labels.empty());
  EXPECT_EQ(create.spec.mounts[1].source, "shop_data");
  ASSERT_EQ(create.inherited.size(), 1u) << "the image decides";
  EXPECT_EQ(create.inherited[0].source, long_id("ef"));
  EXPECT_EQ(create.inherited[0].target, "/image");
}

model::App start_first() {
  auto desired = updated();
  desired.services[0].deploy.emplace().start_first = true;
  return desired;
}

TEST(PlanReplace, StartFirstStopsTheOldOneOnlyWhenTheNewOneIsHealthy) {
  Observed observed = between("shop-web-1", "running", "", "");
  EXPECT_THAT(lines(plan_app(start_first(), observed, policy(), {})),
              ElementsAre("pull shop-web-1", "create shop-web-1.next", "start shop-web-1"));
  observed = between("shop-web-1", "running", "shop-web-1.next", "running");
  const auto health = [&](const std::string& value) {
    for (auto& [id, each] : observed.containers) {
      if (each.details.name == "shop-web-1.next") each.details.health = value;
    }
    return plan_app(start_first(), observed, policy(), {});
  };
  EXPECT_THAT(lines(health("starting")), ElementsAre());
  EXPECT_THAT(lines(health("healthy")), ElementsAre("stop shop-web-1", "rename shop-web-1",
                                                    "rename shop-web-1", "remove shop-web-1"));
  const auto sick = health("unhealthy");
  EXPECT_THAT(lines(sick), ElementsAre()) << "the old one stays in service";
  ASSERT_EQ(sick.refusals.size(), 1u);
  EXPECT_EQ(sick.refusals[0].error.reason, Reason::kUnhealthy);
}

TEST(PlanReplace, StartFirstActsAsStopFirstWhereThePortIsTaken) {
  auto desired = start_first();
  desired.services[0].ports = {{.target = 80, .published = "8080"}};
  const auto result = plan_app(desired, between("shop-web-1", "running", "", ""), policy(), {});
  EXPECT_THAT(lines(result), testing::Contains("stop shop-web-1"));
}

TEST(PlanReplace, ReplacesSoManyReplicasAtATime) {
  auto desired = updated();
  desired.services[0].scale = 2;
  desired.services[0].deploy.emplace().parallelism = 1;
  Observed observed = between("shop-web-1", "running", "", "");
  auto second = observed.containers.begin()->second;
  second.details.id = long_id("33");
  second.details.name = "shop-web-2";
  second.details.labels[std::string(kLabelNumber)] = "2";
  put(observed, second);
  const auto result = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(lines(result), testing::Not(testing::Contains("stop shop-web-2")));
  EXPECT_THAT(lines(result), testing::Contains("stop shop-web-1"));
  EXPECT_THAT(result.waiting, ElementsAre(testing::HasSubstr("replica 2 waits")));
}

TEST(PlanReplace, PutsTheOldOneBackWhenTheNewOneDoesNotStart) {
  const Plan result = plan_update(between("shop-web-1", "running", "", ""));
  const auto& rollback = result.operations.at(5).rollback;
  ASSERT_EQ(rollback.size(), 3u);
  EXPECT_EQ(std::get<RemoveContainer>(rollback[0]).container.name, "shop-web-1.next");
  EXPECT_EQ(std::get<RenameContainer>(rollback[1]).new_name, "shop-web-1");
  EXPECT_EQ(std::get<StartContainer>(rollback[2]).container.id, long_id("11"));
}

struct Step {
  const char* about;
  Observed observed;
  std::vector<std::string> remaining;
};

TEST(PlanReplace, ContinuesFromEveryIntermediateState) {
  const std::string name = "shop-web-1";
  const Step steps[] = {
      {"created",
       between(name, "running", name + ".next", "created"),
       {"stop shop-web-1", "rename shop-web-1", "rename shop-web-1", "start shop-web-1",
        "remove shop-web-1"}},
      {"old stopped",
       between(name, "exited", name + ".next", "created"),
       {"rename shop-web-1", "rename shop-web-1", "start shop-web-1", "remove shop-web-1"}},
      {"old aside",
       between(name + ".prev", "exited", name + ".next", "created"),
       {"rename shop-web-1", "start shop-web-1", "remove shop-web-1.prev"}},
      {"new named",
       between(name + ".prev", "exited", name, "created"),
       {"start shop-web-1", "remove shop-web-1.prev"}},
      {"new runs", between(name + ".prev", "exited", name, "running"), {"remove shop-web-1.prev"}},
      {"done", between("", "", name, "running"), {}},
      {"old lost",
       between("", "", name + ".next", "created"),
       {"rename shop-web-1.next", "start shop-web-1"}},
      {"new lost",
       between(name + ".prev", "exited", "", ""),
       {"pull shop-web-1", "create shop-web-1.next", "rename shop-web-1", "start shop-web-1",
        "remove shop-web-1.prev"}},
  };
  for (const auto& step : steps) {
    auto text = lines(plan_update(step.observed));
    // The removal is shown under the name that the old one had at the start of the pass.
    EXPECT_EQ(text, step.remaining) << step.about;
  }
}

TEST(PlanReplace, LeavesTheOldOneInServiceWhileADependencyIsNotReady) {
  auto desired = app({service("db"), service("web")}, {network("default")});
  model::Dependency healthy;
  healthy.service = "db";
  healthy.condition = model::Dependency::Condition::kHealthy;
  desired.services[1].depends_on = {healthy};
  const Observed observed = settled(desired);
  desired.services[1].image = "app:2";
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})),
              ElementsAre("pull shop-web-1", "create shop-web-1.next"));
}

TEST(PlanReplace, TurnsBackWhenTheManifestIsReverted) {
  // The switch had been made; the manifest wants the one that was put aside.
  const Observed observed = between("shop-web-1.prev", "exited", "shop-web-1", "running");
  const Plan result = plan_app(small_app(), observed, policy(), {});
  EXPECT_THAT(lines(result),
              ElementsAre("stop shop-web-1", "rename shop-web-1", "rename shop-web-1",
                          "start shop-web-1", "remove shop-web-1"));
  EXPECT_EQ(std::get<RenameContainer>(result.operations[1].action).new_name, "shop-web-1.next");
  EXPECT_EQ(std::get<StartContainer>(result.operations[3].action).container.id, long_id("11"));
}

TEST(PlanReplace, DropsAStaleReplacementFirst) {
  auto third = small_app();
  third.services[0].image = "app:3";
  const Observed observed = between("shop-web-1", "running", "shop-web-1.next", "created");
  const Plan result = plan_app(third, observed, policy(), {});
  ASSERT_EQ(lines(result).front(), "remove shop-web-1.next");
  ASSERT_EQ(lines(result).at(2), "create shop-web-1.next");
  EXPECT_THAT(result.operations[2].after, ElementsAre(0, 1));
}

TEST(PlanReplace, AnotherHashVersionReplacesNothing) {  // F092
  Observed observed = settled(small_app());
  container_of(observed, "web").labels[std::string(kLabelSpecHashVersion)] = "0";
  container_of(observed, "web").labels[std::string(kLabelSpecHash)] = "of an older release";
  EXPECT_TRUE(plan_app(small_app(), observed, policy(), {}).in_sync());
}

TEST(PlanReplace, ReplacesAContainerWhoseFieldsBelieItsHash) {  // F117
  Observed observed = settled(small_app());
  container_of(observed, "web").env = {"PATH=/bin"};
  auto desired = small_app();
  EXPECT_TRUE(plan_app(desired, observed, policy(), {}).in_sync());
  desired.services[0].user = "1000";
  Observed tampered = settled(desired);
  container_of(tampered, "web").user = "root";
  const Plan result = plan_app(desired, tampered, policy(), {});
  EXPECT_FALSE(result.operations.empty());
  EXPECT_EQ(result.drift[0].field, "user");
  EXPECT_FALSE(result.drift[0].from_manifest);
}

TEST(PlanReplace, NeverShowsTheValueOfAVariable) {
  auto desired = small_app();
  desired.services[0].environment["TOKEN"] = "old-secret";
  const Observed observed = settled(desired);
  desired.services[0].environment["TOKEN"] = "new-secret";
  const Plan result = plan_app(desired, observed, policy(), {});
  ASSERT_EQ(result.drift.size(), 1u);
  EXPECT_EQ(result.drift[0].field, "environment.TOKEN");
  for (const auto& operation : result.operations)
    EXPECT_EQ(operation.reason.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace fairlead::controller
