// Where each of Compose's settings (model/setting_keys.h) goes among the fields of the engine
// (docker/container_fields.h), and in which shape: one table (settings.cpp). It is an allow-list:
// nothing of a manifest's settings reaches the engine but through it (F058).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

using PeerId = std::function<std::string(const std::string& service)>;

struct SettingRule {
  std::string_view key;   // Compose's; one key may go to several places
  std::string_view path;  // the Engine API's
  // Null: the value as the model keeps it.
  boost::json::value (*convert)(const boost::json::value& value) = nullptr;
  bool of_peers = false;  // `service:NAME` stands for the container of a service
};
std::span<const SettingRule> setting_rules();

// What a service's settings are in the Engine API, by path ("HostConfig.ShmSize"). `peer_of` gives
// the container for `service:NAME`.
docker::Settings engine_settings(const model::Service& service, const PeerId& peer_of);

// "KEY needs API 1.N" for the first setting that the engine would silently ignore; else "".
std::string too_new_setting(const model::Service& service, const std::string& api_version);

// Compose's key of an engine path; "" if it can't be compared.
std::string setting_key(const std::string& path);

struct SettingDrift {
  std::string key;   // Compose's
  std::string path;  // the Engine API's
  std::string desired, actual;
  bool in_place = false;  // the engine changes it on the living container
};
std::vector<SettingDrift> diff_settings(const docker::Settings& desired,
                                        const docker::Settings& actual);

}  // namespace fairlead::controller
