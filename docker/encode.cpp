#include "docker/encode.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "docker/api_features.h"

namespace fairlead::docker {
namespace {

namespace json = boost::json;

json::array to_array(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& each : list)
    out.push_back(json::string(each));
  return out;
}

json::object to_object(const StringMap& map) {
  json::object out;
  for (const auto& [key, value] : map)
    out[key] = value;
  return out;
}

// Puts what is set. Overloads, so that a body reads as a list of its members.
template <typename T>
void put(json::object& out, const char* key, const std::optional<T>& value) {
  if (value) out[key] = *value;
}
void put(json::object& out, const char* key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}
void put(json::object& out, const char* key, const std::vector<std::string>& list) {
  if (!list.empty()) out[key] = to_array(list);
}
void put(json::object& out, const char* key, const StringMap& map) {
  if (!map.empty()) out[key] = to_object(map);
}

// MaximumRetryCount is refused by the engine for all but on-failure, 0 is fine.
json::object restart_policy(const RestartPolicy& policy) {
  json::object out{{"Name", policy.name}};
  if (policy.max_attempts > 0) out["MaximumRetryCount"] = policy.max_attempts;
  return out;
}

// Nanoseconds, as the API has them. 0 stands for the image's or the engine's own.
json::object health(const HealthSpec& spec, const std::string& api) {
  json::object out{{"Test", to_array(spec.test)}};
  const auto duration = [&out](const char* key, std::int64_t value) {
    if (value > 0) out[key] = value;
  };
  duration("Interval", spec.interval_ns);
  duration("Timeout", spec.timeout_ns);
  duration("StartPeriod", spec.start_period_ns);
  if (has(api, ApiFeature::kStartInterval)) duration("StartInterval", spec.start_interval_ns);
  duration("Retries", spec.retries);
  return out;
}

// Ours and the settings may both say something: exposed ports. Then all of both.
void merge_into(json::object& out, std::string_view key, const json::value& value) {
  auto* found = out.if_contains(key);
  if (found == nullptr || !found->is_object() || !value.is_object()) {
    out[key] = value;
    return;
  }
  for (const auto& member : value.as_object())
    found->as_object()[member.key()] = member.value();
}

// "Config.X" stands at the top of a create request.
void put_settings(json::object& body, const Settings& settings) {
  static constexpr std::string_view kConfig = "Config.";
  static constexpr std::string_view kHost = "HostConfig.";
  for (const auto& [path, value] : settings) {
    const std::string_view text = path;
    if (text.starts_with(kConfig)) {
      merge_into(body, text.substr(kConfig.size()), value);
    } else {
      merge_into(body["HostConfig"].as_object(), text.substr(kHost.size()), value);
    }
  }
}

// Each type has options of its own, and the engine refuses those of another.
json::object mount(const MountSpec& spec) {
  json::object out{{"Type", spec.type}, {"Target", spec.target}, {"ReadOnly", spec.read_only}};
  put(out, "Source", spec.source);
  if (spec.type == "bind") {
    json::object options;
    put(options, "Propagation", spec.propagation);
    if (spec.create_mountpoint) options["CreateMountpoint"] = true;
    if (spec.recursive == "disabled") options["NonRecursive"] = true;
    if (spec.recursive == "writable") options["ReadOnlyNonRecursive"] = true;
    if (spec.recursive == "readonly") options["ReadOnlyForceRecursive"] = true;
    if (!options.empty()) out["BindOptions"] = options;
  } else if (spec.type == "volume") {
    json::object options;
    if (spec.nocopy) options["NoCopy"] = true;
    put(options, "Subpath", spec.subpath);
    put(options, "Labels", spec.labels);
    if (!options.empty()) out["VolumeOptions"] = options;
  } else if (spec.type == "image" && !spec.subpath.empty()) {
    out["ImageOptions"] = json::object{{"Subpath", spec.subpath}};
  } else if (spec.type == "tmpfs") {
    json::object options;
    put(options, "SizeBytes", spec.tmpfs_size);
    put(options, "Mode", spec.tmpfs_mode);
    if (!options.empty()) out["TmpfsOptions"] = options;
  }
  return out;
}

// Whole, at create and connect alike (F011).
json::object endpoint_settings(const EndpointSpec& endpoint, const std::string& api) {
  json::object out;
  json::object ipam;
  put(ipam, "IPv4Address", endpoint.ipv4_address);
  put(ipam, "IPv6Address", endpoint.ipv6_address);
  put(ipam, "LinkLocalIPs", endpoint.link_local_ips);
  if (!ipam.empty()) out["IPAMConfig"] = ipam;
  put(out, "Aliases", endpoint.aliases);
  put(out, "DriverOpts", endpoint.driver_opts);
  put(out, "Links", endpoint.links);
  if (has(api, ApiFeature::kEndpointMac)) put(out, "MacAddress", endpoint.mac_address);
  if (has(api, ApiFeature::kGwPriority)) put(out, "GwPriority", endpoint.gw_priority);
  // The engine keeps endpoints by name, and at the start looks for this ID first: another network
  // that has taken the name meanwhile is not joined (F001).
  put(out, "NetworkID", endpoint.network_id);
  return out;
}

// By name, as Compose sends it; see network_mode in docker/types.h.
const std::string& endpoint_key(const EndpointSpec& endpoint) {
  return endpoint.network_name.empty() ? endpoint.network_id : endpoint.network_name;
}

// Members of their own; the rest is put in by put_settings().
json::object host_config(const ContainerSpec& spec) {
  json::object out;
  put(out, "NetworkMode", spec.network_mode);
  if (spec.restart) out["RestartPolicy"] = restart_policy(*spec.restart);
  put(out, "Memory", spec.memory);
  put(out, "NanoCpus", spec.nano_cpus);
  put(out, "PidsLimit", spec.pids_limit);
  put(out, "Privileged", spec.privileged);
  put(out, "ReadonlyRootfs", spec.read_only);
  put(out, "Init", spec.init);
  put(out, "ExtraHosts", spec.extra_hosts);
  put(out, "CapAdd", spec.cap_add);
  put(out, "CapDrop", spec.cap_drop);
  json::array mounts;
  for (const auto& each : spec.mounts)
    mounts.push_back(mount(each));
  if (!mounts.empty()) out["Mounts"] = mounts;
  json::object bindings;
  for (const auto& port : spec.ports) {
    // A port may be published on several addresses.
    auto& list = bindings[std::to_string(port.container_port) + "/" + port.protocol];
    if (!list.is_array()) list.emplace_array();
    list.as_array().push_back(json::object{{"HostIp", port.host_ip}, {"HostPort", port.host_port}});
  }
  if (!bindings.empty()) out["PortBindings"] = bindings;
  return out;
}

}  // namespace

json::object container_create_body(const ContainerSpec& spec, const std::string& api) {
  json::object out{{"Image", spec.image}};
  // These two are sent when they are empty, too: it resets what the image says.
  if (spec.command) out["Cmd"] = to_array(*spec.command);
  if (spec.entrypoint) out["Entrypoint"] = to_array(*spec.entrypoint);
  put(out, "Env", spec.env);
  put(out, "Labels", spec.labels);
  put(out, "User", spec.user);
  put(out, "WorkingDir", spec.working_dir);
  put(out, "Hostname", spec.hostname);
  put(out, "StopTimeout", spec.stop_timeout_seconds);
  if (spec.health) out["Healthcheck"] = health(*spec.health, api);
  // A binding without its exposed port is silently ignored (F041).
  json::object exposed;
  for (const auto& port : spec.ports) {
    exposed[std::to_string(port.container_port) + "/" + port.protocol] = json::object{};
  }
  if (!exposed.empty()) out["ExposedPorts"] = exposed;
  out["HostConfig"] = host_config(spec);
  json::object endpoints;
  const bool several = has(api, ApiFeature::kSeveralEndpoints);
  for (const auto& endpoint : spec.endpoints) {
    // The engine would refuse the request, not the second endpoint.
    if (!endpoints.empty() && !several) break;
    endpoints[endpoint_key(endpoint)] = endpoint_settings(endpoint, api);
  }
  // After what is here, which it may add to.
  put_settings(out, spec.settings);
  if (!endpoints.empty()) out["NetworkingConfig"] = json::object{{"EndpointsConfig", endpoints}};
  return out;
}

// Nothing here depends on the version: what is unknown is ignored.
json::object network_create_body(const NetworkSpec& spec) {
  json::object out{{"Name", spec.name}, {"CheckDuplicate", true}};
  put(out, "Driver", spec.driver);
  put(out, "Options", spec.options);
  put(out, "Labels", spec.labels);
  put(out, "Internal", spec.internal);
  put(out, "Attachable", spec.attachable);
  put(out, "EnableIPv4", spec.enable_ipv4);
  put(out, "EnableIPv6", spec.enable_ipv6);
  put(out, "ConfigOnly", spec.config_only);
  if (spec.config_from) out["ConfigFrom"] = json::object{{"Network", *spec.config_from}};
  json::object ipam;
  put(ipam, "Driver", spec.ipam_driver);
  put(ipam, "Options", spec.ipam_options);
  json::array pools;
  for (const auto& pool : spec.ipam) {
    json::object each;
    put(each, "Subnet", pool.subnet);
    put(each, "Gateway", pool.gateway);
    put(each, "IPRange", pool.ip_range);
    put(each, "AuxiliaryAddresses", pool.aux_addresses);
    pools.push_back(each);
  }
  if (!pools.empty()) ipam["Config"] = pools;
  if (!ipam.empty()) out["IPAM"] = ipam;
  return out;
}

json::object connect_body(const std::string& container_id, const EndpointSpec& endpoint,
                          const std::string& api) {
  return {{"Container", container_id}, {"EndpointConfig", endpoint_settings(endpoint, api)}};
}

json::object disconnect_body(const std::string& container_id, bool force) {
  return {{"Container", container_id}, {"Force", force}};
}

json::object update_body(const ContainerUpdate& update) {
  json::object out;
  if (update.restart) out["RestartPolicy"] = restart_policy(*update.restart);
  put(out, "NanoCpus", update.nano_cpus);
  put(out, "PidsLimit", update.pids_limit);
  if (update.memory) {
    out["Memory"] = *update.memory;
    out["MemorySwap"] = *update.memory * 2;  // as create does; else raising the limit is refused
  }
  // An update has no HostConfig around it: its members stand at the top.
  for (const auto& [path, value] : update.settings)
    out[path.substr(path.find('.') + 1)] = value;
  return out;
}

// Without a TTY: the output comes in frames, and its two streams are kept in order.
json::object exec_create_body(const ExecSpec& spec) {
  json::object out{{"AttachStdout", true}, {"AttachStderr", true}};
  put(out, "Cmd", spec.command);
  put(out, "User", spec.user);
  put(out, "WorkingDir", spec.working_dir);
  put(out, "Env", spec.env);
  if (spec.privileged) out["Privileged"] = true;
  return out;
}

json::object volume_create_body(const VolumeSpec& spec) {
  json::object out{{"Name", spec.name}};
  put(out, "Driver", spec.driver);
  put(out, "DriverOpts", spec.driver_opts);
  put(out, "Labels", spec.labels);
  return out;
}

// A list of values under one key: all of them must fit (Engine API, "filters").
std::string label_filter(const std::vector<std::string>& labels) {
  json::array list;
  for (const auto& each : labels)
    list.push_back(json::string(each));
  return json::serialize(json::object{{"label", list}});
}

}  // namespace fairlead::docker
