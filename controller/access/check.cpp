// What a container demands of the host, judged on its request. One function for each kind of
// demand; all of them look at what the request says, and pass over what it leaves to the engine.

#include "controller/access/check.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "controller/access/checker.h"

namespace fairlead::controller {
namespace {

using Strings = std::vector<std::string>;

// CAP_NET_ADMIN, net_admin and NET_ADMIN are one.
std::string capability(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper.starts_with("CAP_") ? upper.substr(4) : upper;
}

// What the engine gives to every container anyway (moby, oci/caps/defaults.go): to add one of them
// adds nothing.
constexpr std::string_view kDefaultCapabilities[] = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};

const boost::json::value* setting(const docker::ContainerSpec& spec, const char* path) {
  const auto found = spec.settings.find(path);
  return found == spec.settings.end() ? nullptr : &found->second;
}

void check_namespaces(Checker& check, const docker::ContainerSpec& spec) {
  struct Place {
    const char* path;
    const char* key;
    const char* name;
  };
  constexpr Place kPlaces[] = {{"HostConfig.PidMode", "pid", "pid"},
                               {"HostConfig.IpcMode", "ipc", "ipc"},
                               {"HostConfig.UTSMode", "uts", "uts"},
                               {"HostConfig.UsernsMode", "userns_mode", "userns"},
                               {"HostConfig.CgroupnsMode", "cgroup", "cgroup"}};
  const auto judge = [&check](const char* key, const char* name) {
    if (!contains(check.allowed.host_namespaces, name))
      check.deny(key, std::string("the host's ") + name + " namespace", "hostNamespaces");
  };
  // With endpoints it is the name of an external network, which is judged as such.
  if (spec.network_mode == "host" && spec.endpoints.empty()) judge("network_mode", "network");
  for (const auto& place : kPlaces) {
    const auto* value = setting(spec, place.path);
    // Somebody else's, `container:ID`, is judged by check_foreign().
    if (value != nullptr && *value == boost::json::value("host")) judge(place.key, place.name);
  }
}

// container:NAME names somebody else's; service:NAME is the App's own.
void check_foreign(Checker& check, const model::Service& service) {
  if (check.allowed.foreign_containers) return;
  const auto judge = [&check](const char* key, std::string_view text) {
    // By the manifest: in the request a service of the App is a container's ID as well.
    if (text.starts_with("container:"))
      check.deny(key, "another container: " + std::string(text.substr(10)), "foreignContainers");
  };
  judge("network_mode", service.network_mode);
  for (const char* key : {"ipc", "pid"}) {
    const auto found = service.settings.find(key);
    if (found != service.settings.end()) judge(key, found->second.as_string());
  }
  const auto volumes = service.settings.find("volumes_from");
  if (volumes == service.settings.end()) return;
  for (const auto& each : volumes->second.as_array())
    judge("volumes_from", each.as_string());
}

// On the default bridge a link puts the other container's environment into this one; elsewhere it
// is a name only, and only of a container on the same network.
void check_links(Checker& check, const model::Service& service) {
  const auto links = service.settings.find("external_links");
  if (service.network_mode != "bridge" || links == service.settings.end() ||
      check.allowed.foreign_containers)
    return;
  for (const auto& each : links->second.as_array())
    check.deny("external_links",
               "the environment of another container: " + std::string(each.as_string()),
               "foreignContainers");
}

void check_devices(Checker& check, const docker::ContainerSpec& spec) {
  if (const auto* devices = setting(spec, "HostConfig.Devices")) {
    for (const auto& each : devices->as_array()) {
      // CDI names are not among them: those have become requests by driver `cdi`
      // (request/settings.cpp).
      const std::string path(each.as_object().at("PathOnHost").as_string());
      if (!check.may_use_device(path)) check.deny("devices", "the device " + path, "devices");
    }
  }
  if (const auto* rules = setting(spec, "HostConfig.DeviceCgroupRules")) {
    for (const auto& each : rules->as_array()) {
      const std::string text(each.as_string());
      if (!contains(check.allowed.devices, text))
        check.deny("device_cgroup_rules", "the devices of " + text, "devices");
    }
  }
  if (const auto* requests = setting(spec, "HostConfig.DeviceRequests")) {
    for (const auto& each : requests->as_array()) {
      const auto* driver = each.as_object().if_contains("Driver");
      // Without a driver the engine chooses by capability, and `gpu` is what Compose always asks
      // for.
      const std::string name = driver == nullptr ? "gpu" : std::string(driver->as_string());
      if (!contains(check.allowed.devices, name))
        check.deny("gpus", "devices by driver " + name, "devices");
    }
  }
}

// Either value: without the option a process may gain privileges anyway, as the image says.
bool harmless(std::string_view text) {
  constexpr std::string_view kOption = "no-new-privileges";
  if (!text.starts_with(kOption)) return false;
  const auto value = text.substr(kOption.size());
  return value.empty() || value.front() == ':' || value.front() == '=';
}

void check_sysctl(Checker& check, const std::string& key, std::string_view name) {
  const bool fine = std::ranges::any_of(check.allowed.sysctls, [name](const auto& each) {
    return each == name || (each.ends_with('.') && name.starts_with(each));
  });
  if (!fine) check.deny(key, "the kernel setting " + std::string(name), "sysctls");
}

// Of an endpoint: `net.ipv4.conf.IFNAME.forwarding=1,…`, with the interface's name put in.
void check_endpoints(Checker& check, const docker::ContainerSpec& spec) {
  for (const auto& endpoint : spec.endpoints) {
    const auto found = endpoint.driver_opts.find("com.docker.network.endpoint.sysctls");
    if (found == endpoint.driver_opts.end()) continue;
    // An option of the endpoint is as good a way to the kernel as `sysctls`.
    std::string_view rest = found->second;
    while (!rest.empty()) {
      const auto each = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(each.size() + 1, rest.size()));
      check_sysctl(check, "networks." + endpoint.network_name + ".driver_opts",
                   each.substr(0, each.find('=')));
    }
  }
}

// Runtimes obey them: properties of systemd's units, hooks that run on the host. Which ones those
// are only their makers know, and the engine itself makes no use of any.
void check_annotations(Checker& check, const docker::ContainerSpec& spec) {
  const auto* annotations = setting(spec, "HostConfig.Annotations");
  if (annotations == nullptr) return;
  for (const auto& [name, value] : annotations->as_object()) {
    const std::string_view text = name;
    const auto named = [text](const auto& rule) { return model::matches(rule, text); };
    if (std::ranges::none_of(check.allowed.annotations, named))
      check.deny("annotations", "the annotation " + std::string(text), "annotations");
  }
}

// ---- Logging: the engine itself, which is root, opens what the options name ----

constexpr std::string_view kLogDrivers[] = {"json-file", "local",   "none",    "journald",
                                            "syslog",    "gelf",    "fluentd", "awslogs",
                                            "splunk",    "gcplogs", "etwlogs", "logentries"};
constexpr std::string_view kLogFiles[] = {"syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key",
                                          "splunk-capath"};

// unix:///PATH, unixgram:///PATH, as Go's net/url reads them; "" for all other addresses.
std::string socket_of(std::string_view address) {
  const auto colon = std::min(address.find(':'), address.size());
  std::string scheme(address.substr(0, colon));
  std::ranges::transform(scheme, scheme.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!scheme.starts_with("unix")) return "";
  auto path = address.substr(colon);
  path.remove_prefix(std::min(path.size(), path.starts_with("://") ? path.find('/', 3) : 1));
  return std::string(path.substr(0, path.find_first_of("?#")));
}

void check_logging(Checker& check, const docker::ContainerSpec& spec) {
  const auto* config = setting(spec, "HostConfig.LogConfig");
  if (config == nullptr) return;
  if (const auto* driver = config->as_object().if_contains("Type")) {
    const std::string name(driver->as_string());
    // A plugin is a program on the host that reads whatever it is given.
    if (!name.empty() && std::ranges::find(kLogDrivers, name) == std::end(kLogDrivers) &&
        !contains(check.allowed.log_drivers, name))
      check.deny("logging.driver", "the log driver " + name, "logDrivers");
  }
  const auto* options = config->as_object().if_contains("Config");
  if (options == nullptr) return;
  for (const auto& [name, value] : options->as_object()) {
    const std::string text(value.as_string());
    const std::string key = "logging.options." + std::string(name);
    const bool file = std::ranges::find(kLogFiles, std::string_view(name)) != std::end(kLogFiles);
    const std::string path = file ? text : name.ends_with("-address") ? socket_of(text) : "";
    if (path.empty()) continue;
    // Encoded, or from a folder that nobody here knows: it can't be compared with a rule.
    if (!path.starts_with('/') || (!file && path.find('%') != path.npos))
      check.deny(key, "`" + text + "` (name an absolute path, without %)", "bindMounts");
    else
      check.check_bind(key, path, file);
  }
}

void check_options(Checker& check, const docker::ContainerSpec& spec) {
  if (const auto* options = setting(spec, "HostConfig.SecurityOpt")) {
    for (const auto& each : options->as_array()) {
      std::string text(each.as_string());
      if (text.starts_with("seccomp={")) text = "seccomp";  // a profile, which may allow anything
      if (harmless(text) || contains(check.allowed.security_opts, text)) continue;
      check.deny("security_opt", text, "securityOpts");
    }
  }
  if (const auto* sysctls = setting(spec, "HostConfig.Sysctls")) {
    for (const auto& [name, value] : sysctls->as_object())
      check_sysctl(check, "sysctls", name);
  }
  if (const auto* score = setting(spec, "HostConfig.OomScoreAdj");
      score != nullptr && score->to_number<std::int64_t>() < 0 && !check.allowed.oom_protection)
    check.deny("oom_score_adj", "to be spared when memory runs out", "oomProtection");
  if (const auto* spared = setting(spec, "HostConfig.OomKillDisable");
      spared != nullptr && *spared == boost::json::value(true) && !check.allowed.oom_protection)
    check.deny("oom_kill_disable", "to be spared when memory runs out", "oomProtection");
  const auto named = [&](const char* path, const char* key, const Strings& list, const char* rule) {
    const auto* value = setting(spec, path);
    if (value == nullptr || value->as_string().empty() ||  // the engine's own choice
        contains(list, std::string_view(value->as_string())))
      return;
    check.deny(key, std::string(value->as_string()), rule);
  };
  Strings runtimes = check.allowed.runtimes;
  // The engine's own, by both names. All others need a rule, stricter ones too: what they obey is
  // not known here.
  runtimes.insert(runtimes.end(), {"runc", "io.containerd.runc.v2"});
  named("HostConfig.Runtime", "runtime", runtimes, "runtimes");
  named("HostConfig.CgroupParent", "cgroup_parent", check.allowed.cgroup_parents, "cgroupParents");
}

void check_mounts(Checker& check, const docker::ContainerSpec& spec) {
  for (const auto& mount : spec.mounts) {
    if (mount.type != "bind") continue;
    check.check_bind("volumes", mount.source, mount.read_only);
    // What the container mounts there appears on the host.
    if (mount.propagation.ends_with("shared") && !check.allowed.privileged)
      check.deny("volumes", "mounts that show on the host (" + mount.propagation + ")",
                 "privileged");
  }
}

// They are no part of the container's own request.
void check_hooks(Checker& check, const std::string& key, const std::vector<model::Hook>& hooks) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    if (hooks[i].privileged && !check.allowed.privileged)
      check.deny(key + "[" + std::to_string(i) + "].privileged", "all of the host", "privileged");
  }
}

}  // namespace

const model::HostAccess& or_nothing(const std::shared_ptr<const model::HostAccess>& access) {
  static const model::HostAccess kNothing;
  return access == nullptr ? kNothing : *access;
}

std::vector<Violation> check_access(const model::App& app, const model::Service& service,
                                    const docker::ContainerSpec& spec,
                                    const model::HostAccess& access) {
  Checker check = checker_for(app, "services." + service.name, access);
  const model::Allowance& allowed = check.allowed;
  if (spec.privileged.value_or(false) && !allowed.privileged)
    check.deny("privileged", "all of the host", "privileged");
  check_hooks(check, "pre_start", service.pre_start);
  check_hooks(check, "post_start", service.post_start);
  check_hooks(check, "pre_stop", service.pre_stop);
  for (const auto& each : spec.cap_add) {
    // Both sides in one spelling.
    const std::string name = capability(each);
    const bool fine =
        std::ranges::find(kDefaultCapabilities, name) != std::end(kDefaultCapabilities) ||
        std::ranges::any_of(allowed.capabilities, [&name](const auto& other) {
          return capability(other) == name || capability(other) == "ALL";
        });
    if (!fine) check.deny("cap_add", "the capability " + name, "capabilities");
  }
  check_namespaces(check, spec);
  check_foreign(check, service);
  check_links(check, service);
  check_devices(check, spec);
  check_mounts(check, spec);
  check_endpoints(check, spec);
  check_options(check, spec);
  check_annotations(check, spec);
  check_logging(check, spec);
  return std::move(check.found);
}

std::vector<Violation> check_paths(const model::App& app, const docker::ContainerSpec& spec,
                                   const std::vector<docker::VolumeSpec>& volumes,
                                   const model::HostAccess& access) {
  Checker check = checker_for(app, spec.name, access);
  check_mounts(check, spec);
  for (const auto& volume : volumes) {
    auto more = check_access(app, volume, access);
    std::ranges::move(more, std::back_inserter(check.found));
  }
  return std::move(check.found);
}

}  // namespace fairlead::controller
