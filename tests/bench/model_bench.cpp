// From bytes to values.
#include <benchmark/benchmark.h>

#include <string>

#include "model/form/canonical.h"
#include "model/manifest.h"
#include "model/masks.h"
#include "tests/bench/fleet.h"

namespace fairlead::bench {
namespace {

// Twenty lines a service, with what people write.
std::string compose_file(int services) {
  std::string text = "services:\n";
  std::string volumes = "volumes:\n";
  for (int i = 0; i < services; ++i) {
    const std::string n = std::to_string(i);
    text += "  svc" + n + ":\n    image: registry.example.com/team/app" + n + ":1." + n +
            "\n    restart: unless-stopped\n    command: [serve, --port, '8080']\n"
            "    environment:\n      NAME: svc" +
            n + "\n      LEVEL: info\n      URL: http://svc" + n +
            ":8080/path\n    ports:\n      - \"" + std::to_string(10000 + i) +
            ":8080\"\n    networks: [front, back]\n    labels:\n      traefik.enable: 'true'\n"
            "      traefik.rule: Host(`svc" +
            n + "`)\n    volumes:\n      - data" + n +
            ":/data\n    healthcheck:\n      test: [CMD, curl, -f, http://localhost]\n"
            "      interval: 10s\n      retries: 3\n";
    volumes += "  data" + n + ":\n";
  }
  return text + "networks:\n  front: {}\n  back: {}\n" + volumes;
}

void decode_an_app(benchmark::State& state) {
  const auto text = manifest(1);
  for (auto _ : state)
    benchmark::DoNotOptimize(model::decode("a.yaml", text));
}
BENCHMARK(decode_an_app)->Unit(benchmark::kMicrosecond);

// One App of so many services: 48 are about a thousand lines.
void decode_services(benchmark::State& state) {
  const auto text = compose_file(static_cast<int>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(model::decode("a.yaml", text));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(decode_services)
    ->Arg(12)
    ->Arg(24)
    ->Arg(48)
    ->Arg(96)
    ->Complexity()
    ->Unit(benchmark::kMillisecond);

// What a secret of a megabyte costs each message about it.
void mask_a_long_text(benchmark::State& state) {
  model::Masks masks;
  masks.add("LONG", std::string(1 << 20, 'y'));
  const std::string text(static_cast<std::size_t>(state.range(0)), 'y');
  for (auto _ : state)
    benchmark::DoNotOptimize(masks.apply(text));
}
BENCHMARK(mask_a_long_text)
    ->Arg(1 << 16)
    ->Arg(1 << 18)
    ->Arg(1 << 20)
    ->Unit(benchmark::kMillisecond);

void spec_hash(benchmark::State& state) {
  const auto app = model::decode("a.yaml", manifest(1)).apps.at(0);
  for (auto _ : state)
    benchmark::DoNotOptimize(model::container_spec_hash(app, app.services.front()));
}
BENCHMARK(spec_hash)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fairlead::bench
