// What would be sent to the engine for an App's services, networks and volumes: built from the
// manifest only, never from inspect (F019).
//
// A request is a pure function of manifest, API version and the IDs of what it refers to. Inspect
// shows addresses, names and defaults that nobody asked for; a request made from it would freeze
// them, and the next one would ask for them (F019).
//
// What is in a request and not in the spec hash may be sent in another way by a later version
// without replacing anything. Our labels are laid over the user's, since they decide who owns the
// object, and can't be changed afterwards (F059).
//
// Compose's labels go along for the tools that read them (objects/labels.h). A shared network is in
// no project.
#pragma once

#include <string>
#include <vector>

#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

// An image that must be there before a container can be made of it. It is also the action of a plan
// that sees to that (plan/action.h, execute/images.h).
struct EnsureImage {
  std::string reference;
  std::string platform;
  model::PullPolicy pull;
};
EnsureImage image_of(const model::Service& service);
std::string key_of(const EnsureImage& wanted);  // equal for requests that one look-up answers

// POST /containers/create, whole: the same for a first container and a replacement, but for the
// name and what it takes over (plan/inherit.h). Endpoint network IDs are resolved from `observed`
// where they exist; the network mode is the primary network's name, and its ID goes with the
// endpoint (docs/decisions/0002-networks-by-name-and-id.md). `service`: a replica. Of `memory` only
// the manifest's generation.
docker::ContainerSpec container_spec(const model::App& app, const model::Service& service,
                                     const Observed& observed, const Policy& policy,
                                     const Memory& memory);

// Configs and secrets of a service that are written into its container (PUT /containers/ID/archive)
// before each start. Those that are mounted instead are in the spec's mounts (model::is_mounted).
std::vector<docker::FileContent> files_of(const model::App& app, const model::Service& service);

// Of a network and a volume as they are declared. `app_name`: the key for the app label. What is
// not declared is left to the engine: above all the subnet.
docker::NetworkSpec network_spec(const std::string& app_name, const model::Network& network,
                                 const Policy& policy);
docker::VolumeSpec volume_spec(const std::string& app_name, const model::Volume& volume,
                               const Policy& policy);

// How long a stop may take before the engine kills: `stop_grace_period` in whole seconds, upwards;
// 10 without one, as the engine has it. 0 kills at once.
int grace_seconds(const model::Service& service);

}  // namespace fairlead::controller
