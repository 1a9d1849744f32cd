// Where each of Compose's settings (model/setting_keys.h) goes among the fields of the engine
// (docker/container_fields.h), and in which shape: one table (settings.cpp). It is an allow-list:
// nothing of a manifest's settings reaches the engine but through it (F058).
//
// One key may go to several fields (`blkio_config`, `devices`), several keys to one (`gpus` and CDI
// `devices` to DeviceRequests, whose lists are joined). What engines do with each field, since when
// they know it and which spellings they take for one is in docker/container_fields.h; what model/
// knows of the key in model/setting_keys.h. A test holds the three against each other, so a row
// that is missing in one of them is found at once.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

// The container that stands for a service now; "" while there is none: the setting is left out
// then, and the planner has seen to it that nothing is created (waits_for_peer in
// plan/containers.cpp).
using PeerId = std::function<std::string(const std::string& service)>;

struct SettingRule {
  std::string_view key;   // Compose's; one key may go to several places
  std::string_view path;  // the Engine API's
  // Null: the value as the model keeps it.
  boost::json::value (*convert)(const boost::json::value& value) = nullptr;
  bool of_peers = false;  // `service:NAME` stands for the container of a service
};
std::span<const SettingRule> setting_rules();

// What a service's settings are in the Engine API, by path ("HostConfig.ShmSize"). Empty values are
// left out. Of `deploy` the memory reservation counts where the service has none, and its devices
// are added.
docker::Settings engine_settings(const model::Service& service, const PeerId& peer_of);

// "KEY needs API 1.N" for the first setting that the engine would silently ignore; else "". Engines
// take keys that they do not know and do nothing (F058), so this is asked before the request, and
// the App refused (EngineTooOld).
std::string too_new_setting(const model::Service& service, const std::string& api_version);

// Compose's key of an engine path, the first of those that go there; "" if it can't be compared.
std::string setting_key(const std::string& path);

// A difference in Compose's words. Whether it is corrected in place or by a replacement `in_place`
// says.
struct SettingDrift {
  std::string key;   // Compose's
  std::string path;  // the Engine API's
  std::string desired, actual;
  bool in_place = false;  // the engine changes it on the living container
};
// Both as the Engine API has them, in their one form. Every declared member must be there, lists in
// any order; what the engine has besides is its own. Where a host can't do a value the engine drops
// it, which is no difference (ContainerField::may_be_dropped).
std::vector<SettingDrift> diff_settings(const docker::Settings& desired,
                                        const docker::Settings& actual);

}  // namespace fairlead::controller
