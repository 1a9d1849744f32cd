// What a pass over one App costs beside N others.
#include <benchmark/benchmark.h>

#include "controller/objects/owned.h"
#include "controller/plan/plan.h"
#include "tests/bench/fleet.h"
#include "tests/support/app_builders.h"

namespace fairlead::bench {
namespace {

void plan_an_app_at_rest(benchmark::State& state) {
  const auto all = fleet(static_cast<int>(state.range(0)));
  const auto policy = test::policy();
  const auto& app = all.apps.back();
  if (const auto plan = controller::plan_app(app, all.observed, policy, {});
      !plan.operations.empty())
    state.SkipWithError("the App is not at rest");
  for (auto _ : state)
    benchmark::DoNotOptimize(controller::plan_app(app, all.observed, policy, {}));
}
BENCHMARK(plan_an_app_at_rest)->Arg(10)->Arg(2000)->Unit(benchmark::kMicrosecond);

// Whose a container is: asked of every container that is looked at.
void app_of_a_container(benchmark::State& state) {
  const auto all = fleet(1);
  const auto& labels = all.observed.containers.begin()->second.details.labels;
  for (auto _ : state)
    benchmark::DoNotOptimize(controller::app_of(labels));
}
BENCHMARK(app_of_a_container);

}  // namespace
}  // namespace fairlead::bench
