// Where each of Compose's settings goes in an engine request, since which API, and how it is
// compared with what inspect shows: one table (settings.cpp). It is an allow-list: nothing of a
// manifest reaches the engine but through it (F058).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

using PeerId = std::function<std::string(const std::string& service)>;

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
