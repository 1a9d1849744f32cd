#include "tests/bench/fleet.h"

#include <utility>

#include "model/manifest.h"
#include "tests/support/app_builders.h"

namespace fairlead::bench {
namespace {

std::string subnet(int number) {
  return "10." + std::to_string(number / 256) + "." + std::to_string(number % 256) + ".0/24";
}

std::string service_text(const std::string& name, int version) {
  return "  " + name +
         ":\n    image: fairlead/sample:1\n    command: [/sample, sleep]\n"
         "    environment: {VERSION: \"" +
         std::to_string(version) + "\"}\n    stop_grace_period: 1s\n    networks: [front, back]\n";
}

}  // namespace

std::string name_of(int number) {
  return "bench" + std::to_string(number);
}

std::string manifest(int number, int version) {
  return "services:\n" + service_text("s0", version) + service_text("s1", 0) +
         "networks:\n  front: {ipam: {config: [{subnet: " + subnet(2 * number) +
         "}]}}\n  back: {ipam: {config: [{subnet: " + subnet((2 * number) + 1) + "}]}}\n";
}

Fleet fleet(int apps) {
  Fleet made;
  for (int number = 0; number < apps; ++number) {
    auto decoded = model::decode(name_of(number) + ".yaml", manifest(number));
    auto app = std::move(decoded.apps.at(0));
    for (const auto& network : app.networks)
      test::put(made.observed, test::live(app, network.key));
    for (const auto& service : app.services) {
      const auto id = "c" + std::to_string(std::hash<std::string>{}(service.container_name));
      test::put(made.observed, test::running(app, service.name, made.observed, id));
    }
    made.apps.push_back(std::move(app));
  }
  return made;
}

}  // namespace fairlead::bench
