#include <gmock/gmock.h>

#include "controller/objects/labels.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "controller/request/specs.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::Dependency on(const std::string& name, model::Dependency::Condition condition) {
  model::Dependency dependency;
  dependency.service = name;
  dependency.condition = condition;
  return dependency;
}

model::App two(model::Dependency::Condition condition) {
  auto desired = app({service("db"), service("api")}, {network("default")});
  desired.services[1].depends_on = {on("db", condition)};
  return desired;
}

struct StateCase {
  const char* state;
  int exit_code;
  std::vector<std::string> expected;
};

TEST(PlanContainers, CorrectsEachState) {
  const StateCase cases[] = {
      {"running", 0, {}},
      {"restarting", 1, {}},
      {"created", 0, {"start shop-web-1"}},
      {"exited", 0, {"start shop-web-1"}},
      {"exited", 137, {"start shop-web-1"}},
      {"paused", 0, {"unpause shop-web-1"}},
      {"removing", 0, {}},
      {"dead",
       0,
       {"remove shop-web-1", "pull shop-web-1", "create shop-web-1", "start shop-web-1"}},  // F032
  };
  for (const auto& each : cases) {
    Observed observed = settled(small_app());
    container_of(observed, "web").state = each.state;
    container_of(observed, "web").exit_code = each.exit_code;
    EXPECT_EQ(lines(plan(small_app(), observed)), each.expected) << each.state;
  }
}

TEST(PlanContainers, ReportsAStoppedContainerAsDriftOfState) {
  Observed observed = settled(small_app());
  container_of(observed, "web").state = "exited";
  const auto drift = plan(small_app(), observed).drift;
  ASSERT_EQ(drift.size(), 1u);
  EXPECT_EQ(drift[0].field, "state");
  EXPECT_EQ(drift[0].actual, "exited");
  EXPECT_FALSE(drift[0].from_manifest);
}

TEST(PlanContainers, WaitsForACrashLoopAndForARemoval) {
  Observed observed = settled(small_app());
  container_of(observed, "web").state = "restarting";
  container_of(observed, "web").restart_count = 7;
  EXPECT_THAT(plan(small_app(), observed).waiting, ElementsAre(HasSubstr("CrashLooping")));
  container_of(observed, "web").restart_count = 0;
  container_of(observed, "web").state = "removing";
  EXPECT_THAT(plan(small_app(), observed).waiting, ElementsAre(HasSubstr("RemovalStuck")));
}

TEST(PlanVolumes, F078AVolumeThatWasThereOnceIsMadeAgainOrRefused) {
  auto desired = small_app();
  desired.volumes = {volume("data")};
  desired.services[0].mounts = {{.source = "data", .target = "/data"}};
  Observed observed = settled(desired);
  observed.volumes.clear();
  observed.containers.clear();
  Memory memory;
  memory.volumes = {"shop_data"};
  const auto lost = [](const Plan& plan) {
    for (const auto& each : plan.operations) {
      if (const auto* create = std::get_if<CreateVolume>(&each.action)) return create->lost;
    }
    return false;
  };
  EXPECT_FALSE(lost(plan_app(desired, observed, policy(), {})));
  EXPECT_TRUE(lost(plan_app(desired, observed, policy(), memory)));
  desired.recreate_volumes = false;
  const auto refused = plan_app(desired, observed, policy(), memory);
  EXPECT_THAT(lines(refused), IsEmpty()) << "neither the volume nor its service";
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(refused.refusals[0].error.reason, Reason::kVolumeRecreated);
  EXPECT_THAT(refused.refusals[0].error.hint, HasSubstr("--label dev.fairlead.component=data"));
}

TEST(PlanContainers, RunsAOneShotOnceUnlessItWasStoppedByHand) {
  auto desired = small_app();
  desired.services[0].restart = model::RestartPolicy{"on-failure", 0};
  Observed observed = settled(desired);
  container_of(observed, "web").state = "exited";
  EXPECT_TRUE(plan(desired, observed).in_sync());
  observed.containers.begin()->second.stopped_by_hand = true;
  EXPECT_THAT(lines(plan(desired, observed)), ElementsAre("start shop-web-1"));
}

TEST(PlanContainers, UpdatesLimitsInPlace) {
  auto desired = small_app();
  const Observed observed = settled(desired);
  desired.services[0].restart = model::RestartPolicy{"always", 0};
  desired.services[0].mem_limit = 64 << 20;
  const Plan result = plan(desired, observed);
  ASSERT_THAT(lines(result), ElementsAre("update shop-web-1"));
  const auto& update = std::get<UpdateContainer>(result.operations[0].action).update;
  EXPECT_EQ(update.restart->name, "always");
  EXPECT_EQ(update.memory, 64 << 20);
  EXPECT_FALSE(update.nano_cpus);
}

TEST(PlanContainers, DoesNotTellNoFromTheEnginesDefaultRestart) {  // F057
  auto desired = small_app();
  desired.services[0].restart = model::RestartPolicy{"no", 0};
  Observed observed = settled(desired);
  container_of(observed, "web").restart.name = "";
  EXPECT_TRUE(plan(desired, observed).in_sync());
}

TEST(PlanContainers, RenamesBack) {  // F048
  Observed observed = settled(small_app());
  container_of(observed, "web").name = "funny";
  const Plan result = plan(small_app(), observed);
  ASSERT_THAT(lines(result), ElementsAre("rename funny"));
  EXPECT_EQ(std::get<RenameContainer>(result.operations[0].action).new_name, "shop-web-1");
}

TEST(PlanContainers, NeverTouchesACopyOfItsLabels) {  // F117
  Observed observed = settled(small_app());
  auto copy = running(small_app(), "web", observed, "beef");
  copy.details.name = "copy";
  put(observed, copy);
  const Plan result = plan(small_app(), observed);
  EXPECT_THAT(result.operations, IsEmpty());
  ASSERT_EQ(result.refusals.size(), 1u);
  EXPECT_EQ(result.refusals[0].error.reason, Reason::kNotOwner);
  EXPECT_EQ(result.refusals[0].object, "copy");
}

TEST(PlanContainers, IgnoresContainersOfAnotherInstance) {
  Observed observed = settled(small_app());
  container_of(observed, "web").labels[std::string(kLabelInstance)] = "other";
  Policy rules = policy();
  rules.may_remove = rules.app_gone = true;
  for (const auto& line : lines(plan(small_app(), observed, rules)))
    EXPECT_THAT(line, HasSubstr("network"));
}

TEST(PlanContainers, LeavesAnUncertainContainerAlone) {  // F068
  Observed observed = settled(small_app());
  observed.containers.begin()->second.uncertain = true;
  container_of(observed, "web").state = "exited";
  const Plan result = plan(small_app(), observed);
  EXPECT_THAT(result.operations, IsEmpty());
  EXPECT_EQ(result.waiting.size(), 1u);
}

TEST(PlanContainers, SuspendShowsDriftAndDoesNothing) {
  auto desired = small_app();
  desired.suspend = true;
  const Plan result = plan(desired, {});
  EXPECT_THAT(result.operations, IsEmpty());
  EXPECT_EQ(result.drift.size(), 2u);
}

TEST(PlanContainers, StartsADependencyFirst) {
  const Plan result = plan(two(model::Dependency::Condition::kStarted), {});
  EXPECT_THAT(lines(result),
              ElementsAre("create network shop_default", "pull shop-db-1", "create shop-db-1",
                          "start shop-db-1", "create shop-api-1", "start shop-api-1"));
  EXPECT_THAT(result.operations[5].after, ElementsAre(3, 4));
}

TEST(PlanContainers, CreatesButDoesNotStartBeforeADependencyIsHealthy) {
  const auto desired = two(model::Dependency::Condition::kHealthy);
  Observed observed = settled(desired);
  observed.containers.erase(container_of(observed, "api").id);
  container_of(observed, "db").health = "starting";
  const Plan waiting = plan(desired, observed);
  EXPECT_THAT(lines(waiting), ElementsAre("pull shop-api-1", "create shop-api-1"));
  EXPECT_THAT(waiting.waiting, ElementsAre("service api waits for db to be healthy"));
  container_of(observed, "db").health = "healthy";
  EXPECT_THAT(lines(plan(desired, observed)), Contains("start shop-api-1"));
}

TEST(PlanContainers, WaitsForAOneShotToComplete) {
  auto desired = two(model::Dependency::Condition::kCompletedSuccessfully);
  desired.services[0].restart.reset();
  Observed observed = settled(desired);
  container_of(observed, "api").state = "created";
  EXPECT_THAT(lines(plan(desired, observed)), IsEmpty());
  container_of(observed, "db").state = "exited";
  EXPECT_THAT(lines(plan(desired, observed)), ElementsAre("start shop-api-1"));
}

TEST(PlanContainers, SharesTheNetworkOfAServiceByItsContainerId) {
  auto desired = app({service("side", {}), service("web")}, {network("default")});
  desired.services[0].network_mode = "service:web";
  Observed observed;
  put(observed, live(desired, "default"));
  EXPECT_THAT(plan(desired, observed).waiting, ElementsAre(HasSubstr("shares a namespace")));
  put(observed, running(desired, "web", observed));
  const Plan result = plan(desired, observed);
  ASSERT_THAT(lines(result),
              ElementsAre("pull shop-side-1", "create shop-side-1", "start shop-side-1"));
  EXPECT_EQ(std::get<CreateContainer>(result.operations[1].action).spec.network_mode,
            "container:" + container_of(observed, "web").id);
}

TEST(PlanContainers, RemovesAServiceThatLeftOnlyWithConsent) {
  const Observed observed = settled(app({service("old"), service("web")}, {network("default")}));
  EXPECT_THAT(plan(small_app(), observed).operations, IsEmpty());
  Policy rules = policy();
  rules.may_remove = true;
  EXPECT_THAT(lines(plan(small_app(), observed, rules)),
              ElementsAre("stop shop-old-1", "remove shop-old-1"));
}

TEST(PlanContainers, NeverRemovesACopyOfALeftoversLabels) {  // F117
  Observed observed = settled(app({service("old")}, {network("default")}));
  auto copy = running(app({service("old")}, {network("default")}), "old", observed, "beef");
  copy.details.name = "copy";
  copy.details.labels[std::string(kLabelReplaces)] = long_id("11");  // copied as well
  put(observed, copy);
  Policy rules = policy();
  rules.may_remove = true;
  const Plan result = plan(app({}, {network("default")}), observed, rules);
  EXPECT_THAT(lines(result), ElementsAre("stop shop-old-1", "remove shop-old-1"));
  ASSERT_EQ(result.refusals.size(), 1u);
  EXPECT_EQ(result.refusals[0].object, "copy");
}

TEST(ContainerSpec, CarriesGroupingLabelsEnvironmentAndNetwork) {
  auto desired = small_app();
  desired.services[0].environment = {{"A", "1"}, {"UNSET", std::nullopt}};
  Observed observed = settled(desired);
  Memory memory;
  memory.generation = 7;
  const auto spec = container_spec(desired, desired.services[0], observed, policy(), memory);
  EXPECT_THAT(spec.env, ElementsAre("A=1"));
  EXPECT_EQ(spec.network_mode, "shop_default") << "an ID would be dead once it is made anew";
  EXPECT_EQ(spec.endpoints.at(0).network_id, network_of(observed, "shop_default").id);
  EXPECT_EQ(spec.labels.at("com.docker.compose.service"), "web");
  EXPECT_EQ(spec.labels.at("com.docker.compose.container-number"), "1");
  EXPECT_EQ(spec.labels.at(std::string(kLabelGeneration)), "7");
  EXPECT_FALSE(spec.labels.contains("com.docker.compose.project.config_files"));
  EXPECT_EQ(container_spec(desired, desired.services[0], {}, policy(), memory).network_mode,
            "shop_default");
}

}  // namespace
}  // namespace fairlead::controller
