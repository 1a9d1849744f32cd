// What the in-process engine shows of the values that it was given: in its own form, with defaults
// for what was left out, as dockerd 20.10 does at a create (moby daemon/container.go and
// daemon/daemon_unix.go).
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/paths.h"
#include "docker/embedded/state.h"

namespace fairlead::docker::embedded {
namespace {

namespace json = boost::json;

// dockerd's default (`default-shm-size`).
constexpr std::int64_t kShmSize = 64LL << 20;

// Empty and zero are what was not given.
bool says_something(const json::value& value) {
  if (const auto* text = value.if_string()) return !text->empty();
  if (const auto* list = value.if_array()) return !list->empty();
  if (const auto* object = value.if_object()) return !object->empty();
  return !value.is_null() && value != json::value(false) &&
         !(value.is_number() && value.to_number<double>() == 0);
}

void set_default(Settings& settings, const char* path, const json::value& value) {
  settings.try_emplace(path, value);
}

// The daemon's own driver, for whoever named none.
void read_log_config(Settings& settings) {
  auto& config = settings["HostConfig.LogConfig"];
  if (!config.is_object()) config = json::object{};
  auto& object = config.as_object();
  const auto* type = object.if_contains("Type");
  if (type == nullptr || *type == json::value("")) object["Type"] = "json-file";
  if (!object.contains("Config")) object["Config"] = json::object{};
}

}  // namespace

void read_back(Container& container) {
  if (!container.working_dir.empty()) container.working_dir = clean_path(container.working_dir);
  if (container.entrypoint == std::vector<std::string>{""}) container.entrypoint.clear();
  const bool own_name = container.network_mode != "host";
  // The short ID; with the host's network it has the host's name, which is not shown here.
  if (container.hostname.empty() && own_name) container.hostname = container.id.substr(0, 12);
  // SELinux labels make no sense for who may do everything.
  if (container.privileged && !container.settings.contains("HostConfig.SecurityOpt"))
    container.settings["HostConfig.SecurityOpt"] = json::array{"label=disable"};
  std::erase_if(container.settings, [](const auto& each) { return !says_something(each.second); });
  set_default(container.settings, "HostConfig.ShmSize", kShmSize);
  set_default(container.settings, "HostConfig.IpcMode", "private");
  set_default(container.settings, "HostConfig.Runtime", "runc");
  // As much again, as the engine sets where nothing is said.
  if (container.memory > 0)
    set_default(container.settings, "HostConfig.MemorySwap", 2 * container.memory);
  read_log_config(container.settings);
}

}  // namespace fairlead::docker::embedded
