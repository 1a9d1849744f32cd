// Every key of the schema on its way into an engine request. Built with AddressSanitizer this also
// shows that nothing on the way points into what is gone.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <set>

#include "base/read_file.h"
#include "controller/request/settings.h"
#include "model/manifest.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::ElementsAreArray;
using testing::IsEmpty;

const PeerId kPeers = [](const std::string& service) { return test::long_id(service); };

// The documents beside the schema use each of its keys: tests/schema sees to that.
std::vector<model::App> documented_apps() {
  const fs::path folder = SCHEMA_DOCUMENTS;
  model::DecodeOptions options;
  options.read = [&folder](const std::string& path) {
    auto bytes = read_file((folder / path).string(), kTextFileLimit);
    model::Source source;
    if (!bytes) return source;
    source.state = model::Source::State::kPresent;
    source.bytes = std::make_shared<const std::string>(std::move(*bytes));
    return source;
  };
  std::vector<model::App> apps;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "policy.yaml") continue;
    const auto bytes = read_file(entry.path().string(), kTextFileLimit);
    EXPECT_TRUE(bytes) << entry.path();
    auto manifest = model::decode(entry.path().filename().string(), *bytes, options);
    for (auto& app : manifest.apps)
      apps.push_back(std::move(app));
  }
  return apps;
}

TEST(PlanSettings, PutsEveryKeyOfTheSchemaIntoARequest) {
  std::set<std::string> paths;
  for (const auto& app : documented_apps()) {
    for (const auto& service : app.services) {
      const auto settings = engine_settings(service, kPeers);
      for (const auto& [path, value] : settings) {
        paths.insert(path);
        EXPECT_FALSE(value.is_null()) << service.name << " " << path;
      }
      EXPECT_THAT(diff_settings(settings, settings), IsEmpty()) << service.name;
    }
  }
  EXPECT_THAT(paths, ElementsAreArray(docker::setting_paths()));
}

TEST(PlanSettings, AReservedGpuIsADeviceRequest) {
  const auto manifest = model::decode("gpu.yaml", R"(services:
  a:
    image: x
    deploy: {resources: {reservations: {devices: [{capabilities: [gpu], driver: nvidia,
      device_ids: ['GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a'], options: {virtualization: 'false'}},
      {capabilities: [tpu, utility]}]}}}
)");
  ASSERT_EQ(manifest.apps.size(), 1u);
  const auto settings = engine_settings(manifest.apps.front().services.front(), kPeers);
  ASSERT_TRUE(settings.contains("HostConfig.DeviceRequests"));
  EXPECT_EQ(settings.at("HostConfig.DeviceRequests"), json::parse(R"([
    {"Capabilities": [["gpu"]], "Driver": "nvidia",
     "DeviceIDs": ["GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a"],
     "Options": {"virtualization": "false"}},
    {"Capabilities": [["tpu", "utility", "gpu"]], "Count": -1}])"));
}

}  // namespace
}  // namespace fairlead::controller
