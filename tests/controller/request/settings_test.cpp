// Every key of the schema on its way into an engine request. Built with AddressSanitizer this also
// shows that nothing on the way points into what is gone.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <set>
#include <string_view>

#include "base/read_file.h"
#include "controller/request/settings.h"
#include "docker/container_fields.h"
#include "model/manifest.h"
#include "model/setting_keys.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
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

// What model/ reads, where a request has it, and what the engine does with it: three rooms, and a
// row of one without its row in the others would be a key that is read and never sent, sent and
// never looked at, or read back for nobody.
TEST(Settings, HaveARowInTheTableOfEachRoom) {
  std::set<std::string_view> keys, paths;
  for (const auto& rule : setting_rules()) {
    keys.insert(rule.key);
    paths.insert(rule.path);
    EXPECT_TRUE(rule.convert == nullptr || !rule.of_peers) << rule.key;
  }
  // They go to an endpoint, into the links of one, or beside the body of the request.
  for (const char* elsewhere : {"external_links", "links", "mac_address", "platform"})
    EXPECT_TRUE(keys.insert(elsewhere).second) << elsewhere;
  std::set<std::string_view> read;
  for (const auto& key : model::setting_keys())
    EXPECT_TRUE(read.insert(key.name).second) << key.name;
  EXPECT_EQ(keys, read);
  std::set<std::string_view> fields;
  for (const auto& field : docker::container_fields())
    if (field.setting) fields.insert(field.path);
  EXPECT_EQ(paths, fields);
}

// `/containers/ID/update` has no Config.
TEST(Settings, ChangeInPlaceInTheHostConfigOnly) {
  int in_place = 0;
  for (const auto& rule : setting_rules()) {
    if (!model::changes_in_place(rule.key)) continue;
    ++in_place;
    EXPECT_TRUE(rule.path.starts_with("HostConfig.")) << rule.key;
  }
  EXPECT_GT(in_place, 0);
}

// A key that service.cpp reads too would never come here.
TEST(Settings, OfTheSchemaAreAllReadAndPrinted) {
  std::set<std::string_view> seen;
  for (const auto& app : documented_apps()) {
    for (const auto& service : app.services) {
      for (const auto& [key, value] : service.settings) {
        const auto* row = model::find_setting(key);
        ASSERT_NE(row, nullptr) << key;
        seen.insert(row->name);
        EXPECT_FALSE(model::printed(key, value).is_null()) << key;
      }
    }
  }
  EXPECT_EQ(seen.size(), model::setting_keys().size());
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
  std::set<std::string> fields;
  for (const auto& field : docker::container_fields())
    if (field.setting) fields.emplace(field.path);
  EXPECT_EQ(paths, fields);
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
