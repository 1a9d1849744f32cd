// The record of what was created, with N entries. The file is in memory: what the disk takes is
// measured by cost.py.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <string>

#include "controller/record/inventory.h"
#include "tests/bench/fleet.h"

namespace fairlead::bench {
namespace {

using controller::Inventory;
using controller::InventoryEntry;
using controller::Kind;

struct Recorded {
  explicit Recorded(std::int64_t entries) {
    if (!inventory.load("0123456789abcdef")) std::terminate();
    for (int number = 0; number < entries; ++number)
      inventory.intend(entry(number, std::to_string(number)));
  }

  static InventoryEntry entry(int number, const std::string& id) {
    return {Kind::kContainer, name_of(number / 4), "s0", name_of(number) + "-s0-1", id};
  }

  void write() {
    boost::asio::io_context io;
    bool written = false;
    boost::asio::co_spawn(io, inventory.disk().durable(),
                          [&written](const std::exception_ptr&, const Status& status) {
                            written = status.has_value();
                          });
    io.run();
    if (!written) std::terminate();
  }

  VirtualClock clock;
  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
  Inventory inventory{controller::file_in_memory(bytes), clock};
};

// An intent, on disk before its create; then its reply.
void write_one_entry(benchmark::State& state) {
  Recorded recorded(state.range(0));
  recorded.write();
  int number = 1 << 20;
  for (auto _ : state) {
    const auto intent = Recorded::entry(++number, "");
    recorded.inventory.intend(intent);
    recorded.write();
    if (!recorded.inventory.created(intent.kind, intent.name, std::to_string(number)))
      state.SkipWithError("the intent is not known");
  }
}
BENCHMARK(write_one_entry)->Arg(40)->Arg(800)->Arg(8000)->Unit(benchmark::kMicrosecond);

void knows_a_container(benchmark::State& state) {
  const Recorded recorded(state.range(0));
  const auto last = recorded.inventory.entries().rbegin()->id;
  for (auto _ : state)
    benchmark::DoNotOptimize(recorded.inventory.knows(Kind::kContainer, last));
}
BENCHMARK(knows_a_container)->Arg(40)->Arg(8000);

}  // namespace
}  // namespace fairlead::bench
