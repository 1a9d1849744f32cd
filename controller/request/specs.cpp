#include "controller/request/specs.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <iterator>

#include "controller/objects/labels.h"
#include "controller/request/live.h"
#include "controller/request/settings.h"
#include "docker/api_features.h"
#include "model/form/canonical.h"
#include "model/words.h"

namespace fairlead::controller {
namespace {

docker::StringMap own_labels(const std::string& app, const std::string& component,
                             const std::string& hash, const Policy& policy) {
  return {{std::string(kLabelManaged), "true"},
          {std::string(kLabelInstance), policy.instance},
          {std::string(kLabelApp), app},
          {std::string(kLabelComponent), component},
          {std::string(kLabelSpecHash), hash},
          {std::string(kLabelSpecHashVersion), std::to_string(model::kSpecHashVersion)}};
}

// Ours win over the user's: they decide who owns the object.
void overlay(docker::StringMap& labels, docker::StringMap ours) {
  for (auto& [key, value] : ours)
    labels[key] = std::move(value);
}

// The grouping labels by which Compose-aware tools find an App's objects.
void add_project(docker::StringMap& labels, const std::string& app, const std::string& kind,
                 const std::string& key) {
  if (app.starts_with("network/")) return;  // a shared network is in no project
  labels["com.docker.compose.project"] = app;
  labels["com.docker.compose." + kind] = key;
}

// NAME:CONDITION:RESTART,…
std::string dependencies_label(const model::Service& service) {
  std::string text;
  for (const auto& each : service.depends_on) {
    const auto condition = text_of(model::kConditions, each.condition);
    text.append(text.empty() ? "" : ",").append(each.service).append(":").append(condition);
    text.append(each.restart ? ":true" : ":false");
  }
  return text;
}

// What requests for networks and volumes begin with.
template <typename Spec, typename Declared>
Spec spec_head(const std::string& app, const std::string& kind, const Declared& declared,
               const std::string& hash, const Policy& policy) {
  Spec spec;
  spec.name = declared.docker_name;
  spec.driver = declared.driver;
  spec.labels = declared.labels;
  add_project(spec.labels, app, kind, declared.key);
  overlay(spec.labels, own_labels(app, declared.key, hash, policy));
  return spec;
}

docker::StringMap container_labels(const model::App& app, const model::Service& service,
                                   const Policy& policy, const Memory& memory) {
  docker::StringMap labels = service.labels;
  const std::string hash = model::container_spec_hash(app, service);
  add_project(labels, app.name, "service", service.name);
  // As Compose writes it: in which order to stop is known when the manifest is gone.
  if (!service.depends_on.empty())
    labels[std::string(kLabelDependsOn)] = dependencies_label(service);
  // Compose's own, and read back by number_of().
  labels[std::string(kLabelNumber)] = std::to_string(service.number);
  labels["com.docker.compose.oneoff"] = "False";
  // Compose's tools look for containers that have it; what it says is for Compose itself.
  labels["com.docker.compose.config-hash"] = hash;
  // Last: nothing may stand over them.
  overlay(labels, own_labels(app.name, service.name, hash, policy));
  labels[std::string(kLabelGeneration)] = std::to_string(memory.generation);
  labels[std::string(kLabelImageRef)] = service.image;
  return labels;
}

// CONTAINER:ALIAS for `links` and `external_links`. A linked service has, as with Compose, the
// names SERVICE-N and PROJECT-SERVICE-N besides, N being the number of the container that links.
std::vector<std::string> links_of(const model::App& app, const model::Service& service) {
  std::vector<std::string> out;
  const auto each_of = [&service](const char* key, const auto& add) {
    const auto found = service.settings.find(key);
    if (found == service.settings.end()) return;
    for (const auto& each : found->second.as_array()) {
      const std::string text(each.as_string());
      const auto colon = text.find(':');
      const std::string name = text.substr(0, colon);
      add(name, colon == std::string::npos ? name : text.substr(colon + 1));
    }
  };
  each_of("links", [&](const std::string& name, const std::string& alias) {
    const auto found = std::ranges::find(app.services, name, &model::Service::name);
    if (found == app.services.end()) return;  // refused by validation
    const std::string& container = found->container_name;
    const std::string numbered = name + "-" + std::to_string(service.number);
    out.push_back(container + ":" + alias);
    out.push_back(container + ":" + numbered);
    out.push_back(container + ":" + app.name + "-" + numbered);
  });
  each_of("external_links", [&out](const std::string& name, const std::string& alias) {
    out.push_back(name + ":" + alias);
  });
  return out;
}

docker::EndpointSpec endpoint_spec(const model::App& app, const model::Service& service,
                                   const model::Endpoint& endpoint, const Observed& observed,
                                   const Policy& policy) {
  docker::EndpointSpec spec;
  auto network = std::find_if(app.networks.begin(), app.networks.end(),
                              [&](const auto& each) { return each.key == endpoint.network; });
  if (network != app.networks.end()) {
    spec.network_name = network->docker_name;
    // Else this plan makes it, and the executor puts the ID in.
    if (const auto* live = live_network(app, *network, observed, policy.instance))
      spec.network_id = live->id;
  }
  // First, and always: it is how services find each other.
  spec.aliases = {service.name};
  for (const auto& alias : endpoint.aliases)
    if (std::find(spec.aliases.begin(), spec.aliases.end(), alias) == spec.aliases.end())
      spec.aliases.push_back(alias);
  spec.ipv4_address = endpoint.ipv4_address.value_or("");
  spec.ipv6_address = endpoint.ipv6_address.value_or("");
  spec.link_local_ips = endpoint.link_local_ips;
  spec.mac_address = endpoint.mac_address.value_or("");
  spec.driver_opts = endpoint.driver_opts;
  if (endpoint.interface_name)
    spec.driver_opts["com.docker.network.endpoint.ifname"] = *endpoint.interface_name;
  spec.gw_priority = endpoint.gw_priority;
  // On each network, for each resolves names by itself.
  spec.links = links_of(app, service);
  return spec;
}

std::string network_mode(const model::App& app, const model::Service& service,
                         const docker::ContainerSpec& spec, const Observed& observed,
                         const Policy& policy) {
  // By ID, which the engine would make of it anyway; "container:" alone while there is none.
  if (service.network_mode.starts_with("service:"))
    return "container:" + peer_id(app, service.network_mode.substr(8), observed, policy);
  if (!service.network_mode.empty()) return service.network_mode;
  // Not "", which would be the default bridge: a service without networks is on none.
  if (spec.endpoints.empty()) return "none";
  return spec.endpoints.front().network_name;
}

docker::MountSpec mount_spec(const model::App& app, const model::Mount& mount) {
  docker::MountSpec spec;
  switch (mount.type) {
    case model::Mount::Type::kVolume:
      spec.type = "volume";
      break;
    case model::Mount::Type::kBind:
      spec.type = "bind";
      break;
    case model::Mount::Type::kTmpfs:
      spec.type = "tmpfs";
      break;
    case model::Mount::Type::kImage:
      spec.type = "image";
      break;
  }
  // A path, an image, or nothing; of a volume the manifest's key, replaced below by what the engine
  // calls it.
  spec.source = mount.source;
  if (mount.type == model::Mount::Type::kVolume)
    for (const auto& volume : app.volumes)
      if (volume.key == mount.source) spec.source = volume.docker_name;
  spec.target = mount.target;
  spec.read_only = mount.read_only;
  spec.propagation = mount.propagation;
  spec.create_mountpoint = mount.create_host_path;
  spec.nocopy = mount.nocopy;
  spec.tmpfs_size = mount.tmpfs_size;
  spec.tmpfs_mode = mount.tmpfs_mode;
  spec.recursive = mount.recursive;
  spec.subpath = mount.subpath;
  spec.labels = mount.labels;
  return spec;
}

docker::HealthSpec health_spec(const model::Healthcheck& check) {
  docker::HealthSpec spec;
  auto count = [](const std::optional<model::Nanoseconds>& time) {
    return time ? static_cast<std::int64_t>(time->count()) : 0;
  };
  spec.test = check.disable ? std::vector<std::string>{"NONE"} : check.test;
  spec.interval_ns = count(check.interval);
  spec.timeout_ns = count(check.timeout);
  spec.start_period_ns = count(check.start_period);
  spec.start_interval_ns = count(check.start_interval);
  spec.retries = check.retries.value_or(0);
  return spec;
}

void copy_settings(const model::Service& service, docker::ContainerSpec& spec) {
  spec.image = service.image;
  spec.command = service.command;
  spec.entrypoint = service.entrypoint;
  for (const auto& [key, value] : service.environment)
    // In the order of the names, so that equal manifests are equal requests.
    if (value) spec.env.push_back(key + "=" + *value);
  for (const auto& port : service.ports)
    spec.ports.push_back({port.target, port.protocol, port.host_ip, port.published});
  // Not declared is not sent: the engine's default is no restart.
  if (const auto restart = model::restart_of(service))
    spec.restart = docker::RestartPolicy{restart->name, restart->max_attempts};
  if (service.healthcheck) spec.health = health_spec(*service.healthcheck);
  spec.user = service.user;
  spec.working_dir = service.working_dir;
  spec.hostname = service.hostname;
  spec.init = service.init;
  // For stops by others, such as the engine's own end; ours say their grace themselves.
  if (service.stop_grace_period) spec.stop_timeout_seconds = grace_seconds(service);
  spec.extra_hosts = service.extra_hosts;
  spec.cap_add = service.cap_add;
  spec.cap_drop = service.cap_drop;
  spec.privileged = service.privileged;
  spec.read_only = service.read_only;
  spec.memory = model::memory_of(service);
  spec.nano_cpus = model::nano_cpus_of(service);
  spec.pids_limit = model::pids_of(service);
  if (const auto found = service.settings.find("platform"); found != service.settings.end())
    spec.platform = found->second.as_string();
}

// The address belongs to the primary endpoint where the engine knows such; else to the container.
void put_mac_address(const model::Service& service, const Observed& observed,
                     docker::ContainerSpec& spec) {
  const auto found = service.settings.find("mac_address");
  if (found == service.settings.end()) return;
  if (!docker::has(observed.engine.api_version, docker::ApiFeature::kEndpointMac)) {
    spec.settings["Config.MacAddress"] = found->second;
  } else if (!spec.endpoints.empty() && spec.endpoints.front().mac_address.empty()) {
    spec.endpoints.front().mac_address = found->second.as_string();
  }
}

// Where nothing can be written before the start, the manifest's own file is mounted, as Compose
// does.
std::vector<docker::MountSpec> mounted_files(const model::App& app, const model::Service& service) {
  std::vector<docker::MountSpec> out;
  for (const auto& mount : service.files) {
    const auto* file = model::file_of(app, mount);
    if (file == nullptr || !model::is_mounted(service, mount)) continue;
    docker::MountSpec spec;
    spec.type = "bind";
    spec.source = file->host_path;
    spec.target = model::target_of(mount);
    spec.read_only = true;
    out.push_back(std::move(spec));
  }
  return out;
}

}  // namespace

std::vector<docker::FileContent> files_of(const model::App& app, const model::Service& service) {
  std::vector<docker::FileContent> out;
  for (const auto& mount : service.files) {
    const auto* file = model::file_of(app, mount);
    if (file == nullptr || !file->content || model::is_mounted(service, mount)) continue;
    out.push_back({model::target_of(mount), mount.mode.value_or(0444),
                   mount.uid.empty() ? 0 : std::stoll(mount.uid),
                   mount.gid.empty() ? 0 : std::stoll(mount.gid), file->content});
  }
  return out;
}

EnsureImage image_of(const model::Service& service) {
  const auto platform = service.settings.find("platform");
  return {service.image,
          platform == service.settings.end() ? "" : std::string(platform->second.as_string()),
          service.pull};
}

docker::ContainerSpec container_spec(const model::App& app, const model::Service& service,
                                     const Observed& observed, const Policy& policy,
                                     const Memory& memory) {
  docker::ContainerSpec spec;
  spec.name = service.container_name;
  copy_settings(service, spec);
  spec.labels = container_labels(app, service, policy, memory);
  for (const auto& mount : service.mounts)
    spec.mounts.push_back(mount_spec(app, mount));
  std::ranges::move(mounted_files(app, service), std::back_inserter(spec.mounts));
  if (service.network_mode.empty())
    for (const auto& endpoint : service.endpoints)
      spec.endpoints.push_back(endpoint_spec(app, service, endpoint, observed, policy));
  // After the endpoints, of which the first is the primary one.
  spec.network_mode = network_mode(app, service, spec, observed, policy);
  spec.settings = engine_settings(
      service, [&](const std::string& peer) { return peer_id(app, peer, observed, policy); });
  // The default bridge has links of its own kind.
  if (service.network_mode == "bridge") {
    boost::json::array links;
    for (const auto& each : links_of(app, service))
      links.push_back(boost::json::string(each));
    if (!links.empty()) spec.settings["HostConfig.Links"] = std::move(links);
  }
  put_mac_address(service, observed, spec);
  return spec;
}

docker::NetworkSpec network_spec(const std::string& app_name, const model::Network& network,
                                 const Policy& policy) {
  auto spec = spec_head<docker::NetworkSpec>(app_name, "network", network,
                                             model::network_spec_hash(network), policy);
  spec.options = network.driver_opts;
  spec.internal = network.internal;
  spec.attachable = network.attachable;
  spec.enable_ipv4 = network.enable_ipv4;
  spec.enable_ipv6 = network.enable_ipv6;
  spec.config_only = network.config_only;
  spec.config_from = network.config_from;
  spec.ipam_driver = network.ipam_driver;
  spec.ipam_options = network.ipam_options;
  for (const auto& pool : network.ipam)
    spec.ipam.push_back({pool.subnet, pool.gateway, pool.ip_range, pool.aux_addresses});
  return spec;
}

docker::VolumeSpec volume_spec(const std::string& app_name, const model::Volume& volume,
                               const Policy& policy) {
  auto spec = spec_head<docker::VolumeSpec>(app_name, "volume", volume,
                                            model::volume_spec_hash(volume), policy);
  spec.driver_opts = volume.driver_opts;
  return spec;
}

int grace_seconds(const model::Service& service) {
  if (!service.stop_grace_period) return 10;  // the engine's default
  return static_cast<int>(
      std::chrono::ceil<std::chrono::seconds>(*service.stop_grace_period).count());
}

std::string key_of(const EnsureImage& wanted) {
  return wanted.reference + " " + wanted.platform + " " +
         std::to_string(static_cast<int>(wanted.pull.when)) + " " +
         std::to_string(wanted.pull.every.count());
}

}  // namespace fairlead::controller
