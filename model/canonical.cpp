#include "model/canonical.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/digest.h"

namespace fairlead::model {
namespace {

namespace json = boost::json;

json::object to_object(const StringMap& map) {
  json::object out;
  for (const auto& [key, value] : map)
    out[key] = value;
  return out;
}

json::array to_array(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& each : list)
    out.push_back(json::string(each));
  return out;
}

// Puts what is declared, leaves out what is not: an added key of a later version changes no hash.
struct Writer {
  json::object out{};

  template <typename T>
  Writer& put(const char* key, const T& value) {
    out[key] = value;
    return *this;
  }
  template <typename T>
  Writer& maybe(const char* key, const std::optional<T>& value) {
    if (value) out[key] = *value;
    return *this;
  }
  Writer& maybe(const char* key, const std::optional<Nanoseconds>& value) {
    if (value) out[key] = std::to_string(value->count()) + "ns";
    return *this;
  }
  Writer& text(const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
    return *this;
  }
  Writer& map(const char* key, const StringMap& value) {
    if (!value.empty()) out[key] = to_object(value);
    return *this;
  }
  Writer& list(const char* key, const std::vector<std::string>& value) {
    if (!value.empty()) out[key] = to_array(value);
    return *this;
  }
  Writer& flag(const char* key, bool value) {
    if (value) out[key] = true;
    return *this;
  }
  Writer& array(const char* key, json::array value) {
    if (!value.empty()) out[key] = std::move(value);
    return *this;
  }
  Writer& words(const char* key, const std::optional<std::vector<std::string>>& value) {
    if (value) out[key] = to_array(*value);
    return *this;
  }
};

json::object to_object(const Port& port) {
  return Writer{}
      .put("target", port.target)
      .text("published", port.published)
      .text("host_ip", port.host_ip)
      .put("protocol", port.protocol)
      .out;
}

json::object to_object(const Mount& mount) {
  static constexpr const char* kTypes[] = {"volume", "bind", "tmpfs"};
  Writer writer;
  writer.put("type", kTypes[static_cast<int>(mount.type)])
      .text("source", mount.source)
      .put("target", mount.target)
      .flag("read_only", mount.read_only);
  Writer bind;
  bind.text("propagation", mount.propagation).flag("create_host_path", mount.create_host_path);
  if (!bind.out.empty()) writer.put("bind", bind.out);
  if (mount.nocopy) writer.put("volume", json::object{{"nocopy", true}});
  Writer tmpfs;
  tmpfs.maybe("size", mount.tmpfs_size).maybe("mode", mount.tmpfs_mode);
  if (!tmpfs.out.empty()) writer.put("tmpfs", tmpfs.out);
  return writer.out;
}

json::object to_object(const Healthcheck& health) {
  return Writer{}
      .list("test", health.test)
      .maybe("interval", health.interval)
      .maybe("timeout", health.timeout)
      .maybe("start_period", health.start_period)
      .maybe("start_interval", health.start_interval)
      .maybe("retries", health.retries)
      .out;
}

json::object to_object(const Endpoint& endpoint) {
  Writer writer;
  writer.list("aliases", endpoint.aliases)
      .maybe("ipv4_address", endpoint.ipv4_address)
      .maybe("ipv6_address", endpoint.ipv6_address)
      .list("link_local_ips", endpoint.link_local_ips)
      .maybe("mac_address", endpoint.mac_address)
      .map("driver_opts", endpoint.driver_opts)
      .maybe("gw_priority", endpoint.gw_priority);
  if (endpoint.priority != 0) writer.put("priority", endpoint.priority);
  return writer.out;
}

json::object to_object(const Dependency& dependency) {
  static constexpr const char* kConditions[] = {"service_started", "service_healthy",
                                                "service_completed_successfully"};
  return Writer{}
      .put("condition", kConditions[static_cast<int>(dependency.condition)])
      .flag("restart", dependency.restart)
      .put("required", dependency.required)
      .out;
}

json::object to_object(const IpamPool& pool) {
  return Writer{}
      .text("subnet", pool.subnet)
      .text("gateway", pool.gateway)
      .text("ip_range", pool.ip_range)
      .map("aux_addresses", pool.aux_addresses)
      .out;
}

template <typename T>
json::array to_objects(const std::vector<T>& list) {
  json::array out;
  for (const auto& each : list)
    out.push_back(to_object(each));
  return out;
}

// What a container is made of and can't be changed in place: the input of its spec hash.
Writer fixed_part(const Service& service) {
  json::object environment;
  for (const auto& [key, value] : service.environment)
    environment[key] = value.value_or("");
  Writer writer;
  writer.put("image", service.image)
      .words("command", service.command)
      .words("entrypoint", service.entrypoint)
      .map("labels", service.labels)
      .array("ports", to_objects(service.ports))
      .array("volumes", to_objects(service.mounts))
      .text("network_mode", service.network_mode)
      .maybe("user", service.user)
      .maybe("working_dir", service.working_dir)
      .maybe("hostname", service.hostname)
      .maybe("init", service.init)
      .maybe("stop_signal", service.stop_signal)
      .maybe("stop_grace_period", service.stop_grace_period)
      .list("extra_hosts", service.extra_hosts)
      .list("cap_add", service.cap_add)
      .list("cap_drop", service.cap_drop)
      .maybe("privileged", service.privileged)
      .maybe("read_only", service.read_only);
  if (!environment.empty()) writer.put("environment", environment);
  if (service.healthcheck) writer.put("healthcheck", to_object(*service.healthcheck));
  return writer;
}

json::object to_object(const Service& service) {
  Writer writer = fixed_part(service);
  writer.put("container_name", service.container_name)
      .maybe("mem_limit", service.mem_limit)
      .maybe("pids_limit", service.pids_limit);
  if (service.nano_cpus) writer.put("cpus", static_cast<double>(*service.nano_cpus) / 1e9);
  if (service.restart) {
    const auto& policy = *service.restart;
    const auto limit = policy.max_attempts > 0 ? ":" + std::to_string(policy.max_attempts) : "";
    writer.put("restart", policy.name + limit);
  }
  json::object networks;
  for (const auto& endpoint : service.endpoints)
    networks[endpoint.network] = to_object(endpoint);
  if (!networks.empty()) writer.put("networks", networks);
  json::object depends_on;
  for (const auto& each : service.depends_on)
    depends_on[each.service] = to_object(each);
  if (!depends_on.empty()) writer.put("depends_on", depends_on);
  return writer.out;
}

json::object to_object(const Network& network) {
  Writer writer;
  writer.put("name", network.docker_name)
      .flag("external", network.external)
      .maybe("driver", network.driver)
      .map("driver_opts", network.driver_opts)
      .maybe("internal", network.internal)
      .maybe("attachable", network.attachable)
      .maybe("enable_ipv6", network.enable_ipv6)
      .maybe("config_only", network.config_only)
      .maybe("config_from", network.config_from)
      .map("labels", network.labels);
  Writer ipam;
  ipam.maybe("driver", network.ipam_driver)
      .map("options", network.ipam_options)
      .array("config", to_objects(network.ipam));
  if (!ipam.out.empty()) writer.put("ipam", ipam.out);
  return writer.out;
}

json::object to_object(const Volume& volume) {
  return Writer{}
      .put("name", volume.docker_name)
      .flag("external", volume.external)
      .maybe("driver", volume.driver)
      .map("driver_opts", volume.driver_opts)
      .map("labels", volume.labels)
      .out;
}

const char* to_text(NetworkRecreate choice) {
  static constexpr const char* kNames[] = {"never", "live", "restart"};
  return kNames[static_cast<int>(choice)];
}

json::object behaviour(const std::string& prefix, bool suspend, bool prune,
                       NetworkRecreate recreate) {
  return Writer{}
      .text("appId", prefix)
      .put("suspend", suspend)
      .put("prune", prune)
      .put("networkRecreate", to_text(recreate))
      .out;
}

// Keys in order, all the way down: the text depends on the value alone.
void append_sorted(std::string& out, const json::value& value) {
  if (value.is_object()) {
    std::vector<std::pair<std::string, const json::value*>> members;
    for (const auto& member : value.as_object()) {
      members.emplace_back(std::string(member.key()), &member.value());
    }
    std::ranges::sort(members, {}, &std::pair<std::string, const json::value*>::first);
    out += '{';
    for (const auto& [key, inner] : members) {
      out += json::serialize(json::string(key)) + ":";
      append_sorted(out, *inner);
      out += ',';
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (const auto& each : value.as_array()) {
      append_sorted(out, each);
      out += ',';
    }
    out += ']';
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string sha_of(const json::value& value) {
  std::string text;
  append_sorted(text, value);
  return sha256_hex(text);
}

std::string container_spec_hash(const App& app, const Service& service) {
  Writer writer = fixed_part(service);
  // The volume a key stands for decides which data the container sees.
  json::object volumes;
  for (const auto& mount : service.mounts) {
    const auto volume = std::ranges::find(app.volumes, mount.source, &Volume::key);
    if (mount.type == Mount::Type::kVolume && volume != app.volumes.end()) {
      volumes[volume->key] = volume->docker_name;
    }
  }
  if (!volumes.empty()) writer.put("volume_names", volumes);
  return sha_of(writer.out);
}

std::string network_spec_hash(const Network& network) {
  return sha_of(to_object(network));
}

std::string volume_spec_hash(const Volume& volume) {
  return sha_of(to_object(volume));
}

json::value to_json(const App& app) {
  json::object services;
  for (const auto& service : app.services)
    services[service.name] = to_object(service);
  json::object networks;
  for (const auto& network : app.networks)
    networks[network.key] = to_object(network);
  json::object volumes;
  for (const auto& volume : app.volumes)
    volumes[volume.key] = to_object(volume);
  Writer writer;
  writer.put("name", app.name)
      .map("x-labels", app.labels)
      .map("x-annotations", app.annotations)
      .put("services", services);
  if (!networks.empty()) writer.put("networks", networks);
  if (!volumes.empty()) writer.put("volumes", volumes);
  writer.put("x-fairlead", behaviour(app.prefix, app.suspend, app.prune, app.network_recreate));
  return writer.out;
}

json::value to_json(const SharedNetwork& shared) {
  return Writer{}
      .put("apiVersion", "fairlead.dev/v1")
      .put("kind", "Network")
      .put("metadata", Writer{}.put("name", shared.name).map("labels", shared.metadata_labels).out)
      .put("spec", to_object(shared.network))
      .put("x-fairlead", behaviour("", shared.suspend, shared.prune, shared.network_recreate))
      .out;
}

}  // namespace fairlead::model
