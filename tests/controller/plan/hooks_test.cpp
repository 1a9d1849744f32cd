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
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::Hook hook(std::vector<std::string> command) {
  model::Hook out;
  out.command = std::move(command);
  return out;
}

model::App with_pre_start() {
  auto desired = small_app();
  desired.services[0].pre_start = {hook({"/first"}), hook({"/second"})};
  return desired;
}

// The service's container was created and waits for its steps.
Observed waiting(const model::App& desired) {
  Observed observed = settled(desired);
  container_of(observed, "web").state = "created";
  return observed;
}

ObservedContainer step(const Observed& observed, int number, const std::string& state, int code) {
  for (const auto& [id, each] : observed.containers) {
    ObservedContainer out = each;
    out.details.id = long_id("5e" + std::to_string(number));
    out.details.name = "shop-web-1.pre-" + std::to_string(number);
    out.details.labels[std::string(kLabelHook)] = "pre_start/" + std::to_string(number);
    out.details.labels[std::string(kLabelHookOf)] = id;
    out.details.state = state;
    out.details.exit_code = code;
    return out;
  }
  return {};
}

TEST(PlanHooks, CreatesTheContainerAndThenItsStepsOneByOne) {
  const auto desired = with_pre_start();
  Observed observed = settled(desired);
  observed.containers.clear();
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})),
              ElementsAre("pull shop-web-1", "create shop-web-1"));
  observed = waiting(desired);
  const auto plan = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(lines(plan), ElementsAre("pull shop-web-1", "create shop-web-1", "start shop-web-1"));
  EXPECT_THAT(plan.waiting, ElementsAre(HasSubstr("pre_start[0]")));
  const auto& spec = std::get<CreateContainer>(plan.operations[1].action).spec;
  EXPECT_EQ(spec.name, "shop-web-1.pre-1");
  EXPECT_EQ(spec.command, std::vector<std::string>{"/first"});
  EXPECT_THAT(spec.ports, IsEmpty());
  ASSERT_EQ(spec.endpoints.size(), 1u);
  EXPECT_THAT(spec.endpoints[0].aliases, IsEmpty()) << "the service's name is not the step's";

  put(observed, step(observed, 1, "running", 0));
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), IsEmpty());
  observed = waiting(desired);
  put(observed, step(observed, 1, "exited", 0));
  EXPECT_THAT(plan_app(desired, observed, policy(), {}).waiting,
              ElementsAre(HasSubstr("pre_start[1]")));
}

TEST(PlanHooks, StartsTheServiceAfterTheLastStepAndCleansUp) {
  const auto desired = with_pre_start();
  Observed observed = waiting(desired);
  const auto first = step(observed, 1, "exited", 0);
  const auto second = step(observed, 2, "exited", 0);
  put(observed, first);
  put(observed, second);
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), ElementsAre("start shop-web-1"));
  for (auto& [id, each] : observed.containers) {
    if (each.details.name == "shop-web-1") each.details.state = "running";
  }
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})),
              ElementsAre("remove shop-web-1.pre-1", "remove shop-web-1.pre-2"));
}

TEST(PlanHooks, SetsAFailedStepAsideAndTriesItAgain) {
  const auto desired = with_pre_start();
  Observed observed = waiting(desired);
  auto failed = step(observed, 1, "exited", 3);
  put(observed, failed);
  const auto plan = plan_app(desired, observed, policy(), {});
  ASSERT_EQ(plan.operations.size(), 1u);
  const auto& action = std::get<FailHook>(plan.operations[0].action);
  EXPECT_EQ(action.exit_code, 3);
  EXPECT_EQ(action.new_name, "shop-web-1.pre-1.failed");

  failed.details.name = action.new_name;
  observed = waiting(desired);
  put(observed, failed);
  const auto again = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(lines(again), ElementsAre("remove shop-web-1.pre-1.failed", "pull shop-web-1",
                                        "create shop-web-1", "start shop-web-1"));
}

TEST(PlanHooks, DoNotRunAgainForAContainerThatHadStarted) {
  const auto desired = with_pre_start();
  Observed observed = settled(desired);
  container_of(observed, "web").state = "exited";
  container_of(observed, "web").exit_code = 137;
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), ElementsAre("start shop-web-1"));
}

TEST(PlanHooks, RunOncePerServiceUnlessTheySayPerReplica) {
  auto desired = with_pre_start();
  desired.services[0].scale = 2;
  Observed observed = waiting(desired);
  put(observed, [&] {
    auto second = observed.containers.begin()->second;
    second.details.id = long_id("2222");
    second.details.name = "shop-web-2";
    second.details.labels[std::string(kLabelNumber)] = "2";
    return second;
  }());
  auto plan = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(plan.waiting, ElementsAre(HasSubstr("its pre_start[0]"), HasSubstr("first replica")));
  for (auto& each : desired.services[0].pre_start)
    each.per_replica = true;
  // Another spec hash: the containers of the manifest before are not this one's.
  for (auto& [id, each] : observed.containers)
    each.details.labels[std::string(kLabelSpecHash)] =
        container_spec(desired, desired.services[0], observed, policy(), {})
            .labels[std::string(kLabelSpecHash)];
  plan = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(plan.waiting,
              ElementsAre(HasSubstr("its pre_start[0]"), HasSubstr("its pre_start[0]")));
}

TEST(PlanHooks, RunAfterTheStartAndAgainWhileTheyAreDue) {
  auto desired = small_app();
  desired.services[0].post_start = {hook({"/warm-up"})};
  Observed observed = settled(desired);
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), IsEmpty());
  container_of(observed, "web").state = "created";
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})),
              ElementsAre("start shop-web-1", "hook shop-web-1"));
  container_of(observed, "web").state = "running";
  Memory memory;
  memory.hooks[container_of(observed, "web").id] = {{{{"/warm-up"}}}, {}, true};
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), memory)), ElementsAre("hook shop-web-1"));
}

TEST(PlanHooks, RunBeforeTheStopOfARunningContainerWhateverTheManifestSaysNow) {
  auto desired = small_app();
  Observed observed = settled(desired);
  Memory memory;
  memory.hooks[container_of(observed, "web").id] = {{}, {{{"/drain"}}}, false};
  desired.services[0].image = "app:2";
  const auto plan = plan_app(desired, observed, policy(), memory);
  int stops = 0;
  for (const auto& each : plan.operations) {
    const auto* stop = std::get_if<StopContainer>(&each.action);
    if (stop == nullptr) continue;
    ++stops;
    ASSERT_EQ(stop->pre_stop.size(), 1u);
    EXPECT_THAT(stop->pre_stop[0].command, ElementsAre("/drain"));
  }
  EXPECT_EQ(stops, 1);
}

}  // namespace
}  // namespace fairlead::controller
