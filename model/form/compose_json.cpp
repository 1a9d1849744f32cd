// Member by member; what Compose leaves out is left out. tests/conformance compares the two.
#include "model/form/compose_json.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/enum_text.h"
#include "model/form/json_writer.h"
#include "model/setting_keys.h"
#include "model/words.h"

namespace fairlead::model {
namespace {

namespace json = boost::json;

json::value duration(Nanoseconds value) {
  return json::value(duration_text(value));
}
// Compose prints sizes as texts, and modes in octal as texts.
json::value bytes(std::int64_t value) {
  return json::value(std::to_string(value));
}
std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0%o", mode);
  return text.data();
}

json::object shown(const std::map<std::string, std::optional<std::string>>& environment) {
  json::object out;
  for (const auto& [key, value] : environment)
    out[key] = value.value_or("");
  return out;
}

json::object shown(const Port& port) {
  return Writer{}
      .text("name", port.name)
      .put("mode", port.mode)
      .text("host_ip", port.host_ip)
      .put("target", port.target)
      .text("published", port.published)
      .put("protocol", port.protocol)
      .text("app_protocol", port.app_protocol)
      .out;
}

json::object shown(const Mount& mount) {
  const std::string type(text_of(kMountTypes, mount.type));
  Writer writer;
  writer.put("type", type)
      .text("source", mount.source)
      .put("target", mount.target)
      .flag("read_only", mount.read_only);
  Writer options;
  options.text("propagation", mount.propagation)
      .flag("create_host_path", mount.create_host_path)
      .text("recursive", mount.recursive)
      .text("selinux", mount.selinux)
      .flag("nocopy", mount.nocopy)
      .text("subpath", mount.subpath)
      .map("labels", mount.labels)
      .maybe("mode", mount.tmpfs_mode);
  if (mount.tmpfs_size) options.put("size", bytes(*mount.tmpfs_size));
  if (!options.out.empty()) writer.put(type.c_str(), options.out);
  return writer.out;
}

json::object shown(const Healthcheck& health) {
  // The rest says nothing then, and Compose does not print it.
  if (health.disable) return {{"disable", true}};
  Writer writer;
  writer.list("test", health.test).maybe("retries", health.retries);
  const auto time = [&writer](const char* key, const std::optional<Nanoseconds>& value) {
    if (value) writer.put(key, duration(*value));
  };
  time("interval", health.interval);
  time("timeout", health.timeout);
  time("start_period", health.start_period);
  time("start_interval", health.start_interval);
  return writer.out;
}

// The service's own name is an alias everywhere; only those that were asked for are shown.
json::value shown(const Endpoint& endpoint, const std::string& service) {
  auto aliases = endpoint.aliases;
  std::erase(aliases, service);
  Writer writer;
  writer.list("aliases", aliases)
      .maybe("ipv4_address", endpoint.ipv4_address)
      .maybe("ipv6_address", endpoint.ipv6_address)
      .list("link_local_ips", endpoint.link_local_ips)
      .maybe("mac_address", endpoint.mac_address)
      .map("driver_opts", endpoint.driver_opts)
      .maybe("gw_priority", endpoint.gw_priority)
      .maybe("interface_name", endpoint.interface_name);
  if (endpoint.priority != 0) writer.put("priority", endpoint.priority);
  // `networks: {front: null}`: on it, and nothing more is said.
  if (writer.out.empty()) return nullptr;
  return writer.out;
}

json::object shown(const Dependency& dependency) {
  return Writer{}
      .put("condition", std::string(text_of(kConditions, dependency.condition)))
      .flag("restart", dependency.restart)
      .put("required", dependency.required)
      .out;
}

json::object shown(const FileMount& mount) {
  // Compose prints where a secret comes to be, even if nothing is said of it; of a config it does
  // not.
  Writer writer;
  writer.put("source", mount.source)
      .text("target", mount.secret && mount.target.empty() ? target_of(mount) : mount.target)
      .text("uid", mount.uid)
      .text("gid", mount.gid);
  if (mount.mode) writer.put("mode", octal(*mount.mode));
  return writer.out;
}

json::array shown(const std::vector<Hook>& hooks) {
  json::array out;
  for (const auto& hook : hooks) {
    Writer writer;
    writer.words("command", hook.command)
        .text("image", hook.image)
        .maybe("user", hook.user)
        .maybe("working_dir", hook.working_dir)
        .flag("privileged", hook.privileged)
        .flag("per_replica", hook.per_replica);
    if (!hook.environment.empty()) writer.put("environment", shown(hook.environment));
    out.push_back(std::move(writer.out));
  }
  return out;
}

// In two functions only for their length: lists here, what has keys below.
void put_lists(Writer& writer, const Service& service) {
  json::array ports, volumes, configs, secrets, hosts;
  for (const auto& port : service.ports)
    ports.push_back(shown(port));
  for (const auto& mount : service.mounts)
    volumes.push_back(shown(mount));
  for (const auto& mount : service.files)
    (mount.secret ? secrets : configs).push_back(shown(mount));
  for (const auto& host : service.extra_hosts) {
    const auto colon = host.find(':');
    // Kept as the engine takes it, HOST:IP; printed as Compose does, where an IPv6 address stays
    // readable.
    hosts.push_back(json::string(host.substr(0, colon) + "=" + host.substr(colon + 1)));
  }
  writer.array("ports", std::move(ports))
      .array("volumes", std::move(volumes))
      .array("configs", std::move(configs))
      .array("secrets", std::move(secrets))
      .array("extra_hosts", std::move(hosts))
      .list("profiles", service.profiles)
      .list("cap_add", service.cap_add)
      .list("cap_drop", service.cap_drop);
}

void put_maps(Writer& writer, const Service& service) {
  json::object networks, depends_on;
  const json::object environment = shown(service.environment);
  // Of a service with a mode there are none; in a file with mistakes there may be both.
  if (service.network_mode.empty()) {
    for (const auto& endpoint : service.endpoints)
      networks[endpoint.network] = shown(endpoint, service.name);
  }
  for (const auto& each : service.depends_on)
    depends_on[each.service] = shown(each);
  writer.map("labels", service.labels);
  if (!environment.empty()) writer.put("environment", environment);
  if (!networks.empty()) writer.put("networks", networks);
  if (!depends_on.empty()) writer.put("depends_on", depends_on);
  if (service.healthcheck) writer.put("healthcheck", shown(*service.healthcheck));
  writer.array("pre_start", shown(service.pre_start))
      .array("post_start", shown(service.post_start))
      .array("pre_stop", shown(service.pre_stop));
  if (service.deploy) writer.put("deploy", service.deploy->written);
}

json::object shown(const Service& service) {
  Writer writer;
  // A name that was derived is not the manifest's, and would forbid to scale it when it is read
  // back.
  if (service.named) writer.put("container_name", service.container_name);
  writer.text("image", service.image)
      .words("command", service.command)
      .words("entrypoint", service.entrypoint)
      .text("network_mode", service.network_mode)
      .text("pull_policy", service.pull.text)
      .maybe("scale", service.scale)
      .maybe("user", service.user)
      .maybe("working_dir", service.working_dir)
      .maybe("hostname", service.hostname)
      .maybe("init", service.init)
      .maybe("privileged", service.privileged)
      .maybe("read_only", service.read_only)
      .maybe("pids_limit", service.pids_limit);
  if (service.stop_grace_period)
    writer.put("stop_grace_period", duration(*service.stop_grace_period));
  if (service.mem_limit) writer.put("mem_limit", bytes(*service.mem_limit));
  if (service.nano_cpus) writer.put("cpus", static_cast<double>(*service.nano_cpus) / 1e9);
  if (service.restart) {
    const auto& policy = *service.restart;
    const auto limit = policy.max_attempts > 0 ? ":" + std::to_string(policy.max_attempts) : "";
    // Not that of `deploy`, which is printed there.
    writer.put("restart", policy.name + limit);
  }
  put_lists(writer, service);
  put_maps(writer, service);
  for (const auto& [key, value] : service.settings)
    writer.put(key.c_str(), printed(key, value));
  return writer.out;
}

json::object shown(const Network& network) {
  Writer writer;
  writer.put("name", network.docker_name)
      .flag("external", network.external)
      .maybe("driver", network.driver)
      .map("driver_opts", network.driver_opts)
      .maybe("internal", network.internal)
      .maybe("attachable", network.attachable)
      .maybe("enable_ipv4", network.enable_ipv4)
      .maybe("enable_ipv6", network.enable_ipv6)
      .maybe("config_only", network.config_only)
      .maybe("config_from", network.config_from)
      .map("labels", network.labels);
  json::array pools;
  for (const auto& pool : network.ipam) {
    pools.push_back(Writer{}
                        .text("subnet", pool.subnet)
                        .text("gateway", pool.gateway)
                        .text("ip_range", pool.ip_range)
                        .map("aux_addresses", pool.aux_addresses)
                        .out);
  }
  Writer ipam;
  ipam.maybe("driver", network.ipam_driver)
      .map("options", network.ipam_options)
      .array("config", std::move(pools));
  if (!ipam.out.empty()) writer.put("ipam", ipam.out);
  return writer.out;
}

json::object shown(const Volume& volume) {
  return Writer{}
      .put("name", volume.docker_name)
      .flag("external", volume.external)
      .maybe("driver", volume.driver)
      .map("driver_opts", volume.driver_opts)
      .map("labels", volume.labels)
      .out;
}

json::object shown(const File& file) {
  Writer writer;
  writer.text("name", file.name)
      .text("file", file.path.empty() ? "" : "./" + file.path)
      .text("environment", file.environment)
      .text("x-credential", file.credential);
  // Only what stands in the manifest anyway is printed with its content.
  const bool inlined = file.path.empty() && file.environment.empty() && file.credential.empty();
  if (inlined && file.content && !file.secret) writer.put("content", *file.content);
  return writer.out;
}

// Fairlead's own keys, under `x-fairlead`: in a plain Compose file they stand there, too.
json::object behaviour(const std::string& prefix, bool suspend, bool prune,
                       NetworkRecreate recreate) {
  return Writer{}
      .text("appId", prefix)
      .put("suspend", suspend)
      .put("prune", prune)
      .put("networkRecreate", std::string(text_of(kNetworkRecreates, recreate)))
      .out;
}

}  // namespace

// As Go prints its durations, and so Compose: all units from the largest that is not zero on down
// to seconds (2h0m0s); below a second one unit with a fraction.
std::string duration_text(Nanoseconds value) {
  using namespace std::chrono_literals;
  const auto count = value.count();
  const auto fraction = [](double number, const char* unit) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.9g%s", number, unit);
    return std::string(text.data());
  };
  if (count == 0) return "0s";
  if (value < 1us) return std::to_string(count) + "ns";
  if (value < 1ms) return fraction(static_cast<double>(count) / 1e3, "µs");
  if (value < 1s) return fraction(static_cast<double>(count) / 1e6, "ms");
  const auto minutes = std::chrono::floor<std::chrono::minutes>(value);
  std::string out;
  if (minutes >= 1h) out = std::to_string(minutes.count() / 60) + "h";
  if (minutes >= 1min) out += std::to_string(minutes.count() % 60) + "m";
  return out + fraction(static_cast<double>((value - minutes).count()) / 1e9, "s");
}

json::value to_json(const App& app) {
  json::object services;
  for (const auto& service : app.services)
    services[service.name] = shown(service);
  json::object networks;
  for (const auto& network : app.networks)
    networks[network.key] = shown(network);
  json::object volumes;
  for (const auto& volume : app.volumes)
    volumes[volume.key] = shown(volume);
  json::object configs;
  json::object secrets;
  for (const auto& file : app.files)
    (file.secret ? secrets : configs)[file.key] = shown(file);
  Writer writer;
  writer.put("name", app.name)
      .map("x-labels", app.labels)
      .map("x-annotations", app.annotations)
      .put("services", services);
  if (!networks.empty()) writer.put("networks", networks);
  if (!volumes.empty()) writer.put("volumes", volumes);
  if (!configs.empty()) writer.put("configs", configs);
  if (!secrets.empty()) writer.put("secrets", secrets);
  // Left out with their default: an option that nobody uses changes no digest.
  auto own = behaviour(app.prefix, app.suspend, app.prune, app.network_recreate);
  if (app.retries != kDefaultRetries) own["retries"] = app.retries;
  if (!app.recreate_volumes) own["volumeRecreate"] = "refuse";
  if (!app.profiles.empty()) own["profiles"] = to_array({app.profiles.begin(), app.profiles.end()});
  writer.put("x-fairlead", own);
  return writer.out;
}

json::value to_json(const SharedNetwork& shared) {
  return Writer{}
      .put("apiVersion", "fairlead.dev/v1")
      .put("kind", "Network")
      .put("metadata", Writer{}.put("name", shared.name).map("labels", shared.metadata_labels).out)
      .put("spec", shown(shared.network))
      .put("x-fairlead", behaviour("", shared.suspend, shared.prune, shared.network_recreate))
      .out;
}

}  // namespace fairlead::model
