// What would be sent to the engine for an App's services, networks and volumes: built from the
// manifest only, never from inspect (F019).
#pragma once

#include <string>
#include <vector>

#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

// An image that must be there before a container can be made of it.
struct EnsureImage {
  std::string reference;
  std::string platform;
  model::PullPolicy pull;
};
EnsureImage image_of(const model::Service& service);
std::string key_of(const EnsureImage& wanted);  // equal for requests that one look-up answers

// Endpoint network IDs are resolved from `observed` where they exist.
docker::ContainerSpec container_spec(const model::App& app, const model::Service& service,
                                     const Observed& observed, const Policy& policy,
                                     const Memory& memory);

// Configs and secrets of a service, for its container.
std::vector<docker::FileContent> files_of(const model::App& app, const model::Service& service);

docker::NetworkSpec network_spec(const std::string& app_name, const model::Network& network,
                                 const Policy& policy);
docker::VolumeSpec volume_spec(const std::string& app_name, const model::Volume& volume,
                               const Policy& policy);

// How long a stop may take before the engine kills: `stop_grace_period` in whole seconds, upwards.
int grace_seconds(const model::Service& service);

}  // namespace fairlead::controller
