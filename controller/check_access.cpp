#include "controller/check_access.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "controller/plan_parts.h"

namespace fairlead::controller {
namespace {

using Strings = std::vector<std::string>;

bool contains(const Strings& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

// `.`, `..` and doubled slashes taken out, as the engine will read it.
std::string clean_path(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto step = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (step == "..") {
      if (!steps.empty()) steps.pop_back();
    } else if (!step.empty() && step != ".") {
      steps.push_back(step);
    }
  }
  std::string out;
  for (const auto step : steps)
    out.append("/").append(step);
  return out.empty() ? "/" : out;
}

bool beneath(const std::string& path, const std::string& root) {
  const std::string top = clean_path(root);
  return top == "/" || path == top || path.starts_with(top + "/");
}

// CAP_NET_ADMIN, net_admin and NET_ADMIN are one.
std::string capability(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper.starts_with("CAP_") ? upper.substr(4) : upper;
}

// What the engine gives to every container anyway.
constexpr std::string_view kDefaultCapabilities[] = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};

struct Checker {
  std::string path;  // services.web
  const model::Allowance& allowed;
  const model::HostAccess& access;
  std::vector<Violation> found{};

  void deny(const std::string& key, const std::string& what, const std::string& rule) {
    found.push_back({path + "." + key, what, rule});
  }

  void check_bind(const std::string& key, const std::string& source, bool read_only) {
    const std::string real = clean_path(source);
    for (const std::string& socket : sockets()) {
      // The socket itself, or a folder in which it stands.
      if (beneath(socket, real) && !allowed.engine_socket)
        return deny(key, "the engine's socket, by " + real, "engineSocket");
    }
    const bool own =
        read_only && !access.manifests_root.empty() && beneath(real, access.manifests_root);
    if (own || std::ranges::any_of(allowed.bind_mounts,
                                   [&real](const auto& root) { return beneath(real, root); }))
      return;
    deny(key, "a bind mount of " + real, "bindMounts");
  }

  Strings sockets() const {
    Strings all = {"/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"};
    if (!access.engine_socket.empty()) all.push_back(clean_path(access.engine_socket));
    return all;
  }
};

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
  if (spec.network_mode == "host") judge("network_mode", "network");
  for (const auto& place : kPlaces) {
    const auto* value = setting(spec, place.path);
    if (value != nullptr && *value == boost::json::value("host")) judge(place.key, place.name);
  }
}

// container:NAME names somebody else's; service:NAME is the App's own.
void check_foreign(Checker& check, const model::Service& service) {
  if (check.allowed.foreign_containers) return;
  const auto judge = [&check](const char* key, std::string_view text) {
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

bool device_allowed(const Checker& check, std::string_view path) {
  const std::string real = clean_path(path);
  return std::ranges::any_of(check.allowed.devices, [&](const std::string& each) {
    return each == path || clean_path(each) == real || (each.ends_with('/') && beneath(real, each));
  });
}

void check_devices(Checker& check, const docker::ContainerSpec& spec) {
  if (const auto* devices = setting(spec, "HostConfig.Devices")) {
    for (const auto& each : devices->as_array()) {
      const std::string path(each.as_object().at("PathOnHost").as_string());
      if (!device_allowed(check, path)) check.deny("devices", "the device " + path, "devices");
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
      const std::string name = driver == nullptr ? "gpu" : std::string(driver->as_string());
      if (!contains(check.allowed.devices, name))
        check.deny("gpus", "devices by driver " + name, "devices");
    }
  }
}

void check_options(Checker& check, const docker::ContainerSpec& spec) {
  if (const auto* options = setting(spec, "HostConfig.SecurityOpt")) {
    for (const auto& each : options->as_array()) {
      std::string text(each.as_string());
      if (text.starts_with("seccomp={")) text = "seccomp";  // a profile, which may allow anything
      if (text.starts_with("no-new-privileges") || contains(check.allowed.security_opts, text))
        continue;
      check.deny("security_opt", text, "securityOpts");
    }
  }
  if (const auto* sysctls = setting(spec, "HostConfig.Sysctls")) {
    for (const auto& [name, value] : sysctls->as_object()) {
      const std::string_view text = name;
      const bool fine = std::ranges::any_of(check.allowed.sysctls, [text](const auto& each) {
        return each == text || (each.ends_with('.') && text.starts_with(each));
      });
      if (!fine) check.deny("sysctls", "the kernel setting " + std::string(text), "sysctls");
    }
  }
  const auto named = [&](const char* path, const char* key, const Strings& list, const char* rule) {
    const auto* value = setting(spec, path);
    if (value == nullptr || contains(list, std::string_view(value->as_string()))) return;
    check.deny(key, std::string(value->as_string()), rule);
  };
  Strings runtimes = check.allowed.runtimes;
  runtimes.insert(runtimes.end(), {"runc", "io.containerd.runc.v2"});
  named("HostConfig.Runtime", "runtime", runtimes, "runtimes");
  named("HostConfig.CgroupParent", "cgroup_parent", check.allowed.cgroup_parents, "cgroupParents");
}

void check_mounts(Checker& check, const docker::ContainerSpec& spec) {
  for (const auto& mount : spec.mounts) {
    if (mount.type != "bind") continue;
    check.check_bind("volumes", mount.source, mount.read_only);
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

std::vector<Violation> check_access(const model::Service& service,
                                    const docker::ContainerSpec& spec,
                                    const model::HostAccess& access, const std::string& app) {
  const model::Allowance allowed = access.of(app);
  Checker check{.path = "services." + service.name, .allowed = allowed, .access = access};
  if (spec.privileged.value_or(false) && !allowed.privileged)
    check.deny("privileged", "all of the host", "privileged");
  check_hooks(check, "pre_start", service.pre_start);
  check_hooks(check, "post_start", service.post_start);
  check_hooks(check, "pre_stop", service.pre_stop);
  for (const auto& each : spec.cap_add) {
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
  check_devices(check, spec);
  check_mounts(check, spec);
  check_options(check, spec);
  return std::move(check.found);
}

std::vector<Violation> check_real_binds(const docker::ContainerSpec& spec,
                                        const model::HostAccess& access, const std::string& app) {
  const model::Allowance allowed = access.of(app);
  const auto real = [](const std::string& path) {
    std::error_code failed;
    const auto found = std::filesystem::weakly_canonical(path, failed);
    return failed ? path : found.string();
  };
  model::HostAccess here = access;
  if (!here.manifests_root.empty()) here.manifests_root = real(here.manifests_root);
  Checker check{.path = spec.name, .allowed = allowed, .access = here};
  for (const auto& mount : spec.mounts) {
    if (mount.type == "bind") check.check_bind("volumes", real(mount.source), mount.read_only);
  }
  return std::move(check.found);
}

// The local driver mounts any host path when it is told to.
std::vector<Violation> check_access(const model::Volume& volume, const model::HostAccess& access,
                                    const std::string& app) {
  const model::Allowance allowed = access.of(app);
  Checker check{.path = "volumes." + volume.key, .allowed = allowed, .access = access};
  const auto device = volume.driver_opts.find("device");
  const bool local = volume.driver.value_or("local") == "local";
  if (local && device != volume.driver_opts.end() && device->second.starts_with('/'))
    check.check_bind("driver_opts.device", device->second, false);
  return std::move(check.found);
}

namespace {

bool refuse_all(Planner& p, Kind kind, const std::string& component, const std::string& object,
                const std::vector<Violation>& found, const model::Position& position) {
  for (const auto& each : found) {
    refuse(p, kind, component, object,
           {ErrorClass::kInvalid, Reason::kPolicyDenied,
            each.key + " asks for " + each.what + ", which the policy does not allow",
            "remove it, or allow it with `" + each.rule + "` in the policy file"},
           position);
  }
  return !found.empty();
}

}  // namespace

bool denied(Planner& p, const model::Service& service, const docker::ContainerSpec& spec) {
  return refuse_all(p, Kind::kContainer, service.name, service.container_name,
                    check_access(service, spec, or_nothing(p.policy.access), p.app.name),
                    service.position);
}

bool denied(Planner& p, const model::Volume& volume) {
  return refuse_all(p, Kind::kVolume, volume.key, volume.docker_name,
                    check_access(volume, or_nothing(p.policy.access), p.app.name), volume.position);
}

}  // namespace fairlead::controller
