// A snapshot of N files, of which one has changed, becomes the desired state.
#include <benchmark/benchmark.h>

#include <memory>
#include <utility>

#include "base/digest.h"
#include "controller/desired/store.h"
#include "tests/bench/fleet.h"

namespace fairlead::bench {
namespace {

watch::File file_of(const std::string& text) {
  return {std::make_shared<const std::string>(text), sha256_hex(text), ""};
}

void apply_one_changed_file(benchmark::State& state) {
  const int apps = static_cast<int>(state.range(0));
  watch::Snapshot snapshot;
  snapshot.complete = true;
  snapshot.followed = std::make_shared<const watch::Followed>(watch::Followed{".env"});
  for (int number = 0; number < apps; ++number)
    snapshot.files.put(name_of(number) + ".yaml", file_of(manifest(number)));
  controller::DesiredStore store;
  SteadyTime now{};
  store.apply(std::make_shared<const watch::Snapshot>(snapshot), now);
  int version = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto next = snapshot;
    next.files.put(name_of(0) + ".yaml", file_of(manifest(0, ++version)));
    const auto shared = std::make_shared<const watch::Snapshot>(std::move(next));
    now += std::chrono::seconds(1);
    state.ResumeTiming();
    if (store.apply(shared, now).keys.size() != 1) state.SkipWithError("not one App has changed");
  }
}
BENCHMARK(apply_one_changed_file)->Arg(10)->Arg(200)->Arg(2000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fairlead::bench
