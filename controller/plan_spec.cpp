// What would be sent to the engine, built from the manifest only, never from inspect (F019).
#include <algorithm>

#include "controller/labels.h"
#include "controller/plan_parts.h"
#include "model/canonical.h"

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

docker::StringMap container_labels(const model::App& app, const model::Service& service,
                                   const Policy& policy, const Memory& memory) {
  docker::StringMap labels = service.labels;
  const std::string hash = model::container_spec_hash(app, service);
  add_project(labels, app.name, "service", service.name);
  labels["com.docker.compose.container-number"] = "1";
  labels["com.docker.compose.oneoff"] = "False";
  labels["com.docker.compose.config-hash"] = hash;
  overlay(labels, own_labels(app.name, service.name, hash, policy));
  labels[std::string(kLabelGeneration)] = std::to_string(memory.generation);
  labels[std::string(kLabelImageRef)] = service.image;
  return labels;
}

docker::EndpointSpec endpoint_spec(const model::App& app, const model::Service& service,
                                   const model::Endpoint& endpoint, const Observed& observed,
                                   const Policy& policy) {
  docker::EndpointSpec spec;
  auto network = std::find_if(app.networks.begin(), app.networks.end(),
                              [&](const auto& each) { return each.key == endpoint.network; });
  if (network != app.networks.end()) {
    spec.network_name = network->docker_name;
    if (const auto* live = live_network(app, *network, observed, policy.instance))
      spec.network_id = live->id;
  }
  spec.aliases = {service.name};
  for (const auto& alias : endpoint.aliases)
    if (std::find(spec.aliases.begin(), spec.aliases.end(), alias) == spec.aliases.end())
      spec.aliases.push_back(alias);
  spec.ipv4_address = endpoint.ipv4_address.value_or("");
  spec.ipv6_address = endpoint.ipv6_address.value_or("");
  spec.link_local_ips = endpoint.link_local_ips;
  spec.mac_address = endpoint.mac_address.value_or("");
  spec.driver_opts = endpoint.driver_opts;
  spec.gw_priority = endpoint.gw_priority;
  return spec;
}

std::string network_mode(const model::App& app, const model::Service& service,
                         const docker::ContainerSpec& spec, const Observed& observed,
                         const Policy& policy) {
  if (service.network_mode.starts_with("service:"))
    return "container:" + peer_id(app, service.network_mode.substr(8), observed, policy);
  if (!service.network_mode.empty()) return service.network_mode;
  if (spec.endpoints.empty()) return "none";
  const auto& primary = spec.endpoints.front();
  return primary.network_id.empty() ? primary.network_name : primary.network_id;
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
  }
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
    if (value) spec.env.push_back(key + "=" + *value);
  for (const auto& port : service.ports)
    spec.ports.push_back({port.target, port.protocol, port.host_ip, port.published});
  if (service.restart)
    spec.restart = docker::RestartPolicy{service.restart->name, service.restart->max_attempts};
  if (service.healthcheck) spec.health = health_spec(*service.healthcheck);
  spec.user = service.user;
  spec.working_dir = service.working_dir;
  spec.hostname = service.hostname;
  spec.init = service.init;
  spec.stop_signal = service.stop_signal;
  if (service.stop_grace_period) spec.stop_timeout_seconds = grace_seconds(service);
  spec.extra_hosts = service.extra_hosts;
  spec.cap_add = service.cap_add;
  spec.cap_drop = service.cap_drop;
  spec.privileged = service.privileged;
  spec.read_only = service.read_only;
  spec.memory = service.mem_limit;
  spec.nano_cpus = service.nano_cpus;
  spec.pids_limit = service.pids_limit;
}

}  // namespace

docker::ContainerSpec container_spec(const model::App& app, const model::Service& service,
                                     const Observed& observed, const Policy& policy,
                                     const Memory& memory) {
  docker::ContainerSpec spec;
  spec.name = service.container_name;
  copy_settings(service, spec);
  spec.labels = container_labels(app, service, policy, memory);
  for (const auto& mount : service.mounts)
    spec.mounts.push_back(mount_spec(app, mount));
  if (service.network_mode.empty())
    for (const auto& endpoint : service.endpoints)
      spec.endpoints.push_back(endpoint_spec(app, service, endpoint, observed, policy));
  spec.network_mode = network_mode(app, service, spec, observed, policy);
  return spec;
}

docker::NetworkSpec network_spec(const std::string& app_name, const model::Network& network,
                                 const Policy& policy) {
  docker::NetworkSpec spec;
  spec.name = network.docker_name;
  spec.driver = network.driver;
  spec.options = network.driver_opts;
  spec.labels = network.labels;
  add_project(spec.labels, app_name, "network", network.key);
  overlay(spec.labels,
          own_labels(app_name, network.key, model::network_spec_hash(network), policy));
  spec.internal = network.internal;
  spec.attachable = network.attachable;
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
  docker::VolumeSpec spec;
  spec.name = volume.docker_name;
  spec.driver = volume.driver;
  spec.driver_opts = volume.driver_opts;
  spec.labels = volume.labels;
  add_project(spec.labels, app_name, "volume", volume.key);
  overlay(spec.labels, own_labels(app_name, volume.key, model::volume_spec_hash(volume), policy));
  return spec;
}

}  // namespace fairlead::controller
