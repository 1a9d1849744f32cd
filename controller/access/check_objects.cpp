// Volumes and networks: the local driver mounts whatever it is told to, some networks reach into
// the host's own, and what is `external` belongs to somebody.
#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "controller/access/checker.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"

namespace fairlead::controller {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto each = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(each.size() + 1, text.size()));
    // A blank must not make another option of one that is judged.
    while (each.starts_with(' '))
      each.remove_prefix(1);
    while (each.ends_with(' '))
      each.remove_suffix(1);
    out.emplace_back(each);
  }
  return out;
}

bool any_of(const std::vector<std::string>& words, std::initializer_list<std::string_view> known) {
  return std::ranges::any_of(
      words, [&known](const auto& word) { return std::ranges::find(known, word) != known.end(); });
}

// ---- Volumes of the local driver: mount(2) with `device`, `type` and `o` ----

struct LocalMount {
  std::string type, device;
  std::vector<std::string> options;
  bool other_keys = false;
};

LocalMount local_mount(const docker::StringMap& driver_opts) {
  LocalMount out;
  for (const auto& [key, value] : driver_opts) {
    if (key == "type") {
      out.type = value;
    } else if (key == "device") {
      out.device = value;
    } else if (key == "o") {
      out.options = split(value, ',');
    } else {
      // What is not judged here needs a rule.
      out.other_keys = true;
    }
  }
  return out;
}

// Memory and nothing else. With `bind` among the options the kernel doesn't look at the type.
bool plain_tmpfs(const LocalMount& mount) {
  return mount.type == "tmpfs" && !mount.other_keys &&
         mount.device.find('/') == std::string::npos &&
         std::ranges::all_of(mount.options, [](const std::string& option) {
           const auto key = option.substr(0, option.find('='));
           // An allow-list: an option that is not known here may be a way out.
           if (key != option) return key == "size" || key == "mode" || key == "uid" || key == "gid";
           return option == "ro" || option == "rw" || option == "nosuid" || option == "nodev" ||
                  option == "noexec";
         });
}

bool binds(const LocalMount& mount) {
  // Type and option both: mount(2) binds for the flag, whatever the type says.
  return any_of(mount.options, {"bind", "rbind"}) || mount.type.empty() || mount.type == "none" ||
         mount.type == "bind" || mount.type == "rbind";
}

// Its device is a server's, not a path of the host.
bool over_network(const std::string& type) {
  return any_of({type}, {"nfs", "nfs3", "nfs4", "cifs", "smb3", "ceph", "glusterfs"});
}

// The engine reads a relative path from its own working directory, which nobody here knows.
bool check_absolute(Checker& check, const std::string& device) {
  if (device.starts_with('/')) return true;
  check.deny("driver_opts.device", "`" + device + "`, which is no absolute path (name it by one)",
             "bindMounts");
  return false;
}

void check_file_system(Checker& check, const LocalMount& mount) {
  const auto& types = check.allowed.volume_types;
  // Each has a parser of its own in the kernel, fed by whoever made the image of it.
  if (!contains(types, mount.type) && !contains(types, "*"))
    check.deny("driver_opts.type", "the file system " + mount.type, "volumeTypes");
  if (over_network(mount.type)) return;
  // A device needs its own rule, a loop file that of its folder.
  if (mount.device.find('/') != std::string::npos && check_absolute(check, mount.device) &&
      !check.may_use_device(mount.device))
    check.check_bind("driver_opts.device", mount.device, false);
  // lowerdir=/a:/b
  for (const auto& option : mount.options) {
    const auto equals = option.find('=');
    if (equals == std::string::npos) continue;
    for (const auto& path : split(std::string_view(option).substr(equals + 1), ':')) {
      // An overlay shows its lower directories: as good as a bind of them.
      if (path.find('/') != std::string::npos) check.check_bind("driver_opts.o", path, false);
    }
  }
}

void check_volume(Checker& check, const std::optional<std::string>& driver,
                  const docker::StringMap& driver_opts) {
  // "" is the engine's choice, which is this one.
  const std::string name = driver.value_or("").empty() ? "local" : *driver;
  if (name != "local") {
    if (!contains(check.allowed.volume_drivers, name))
      check.deny("driver", "the volume driver " + name, "volumeDrivers");
    return;
  }
  if (driver_opts.empty()) return;
  const LocalMount mount = local_mount(driver_opts);
  if (plain_tmpfs(mount)) return;
  if (mount.other_keys && !contains(check.allowed.volume_types, "*"))
    check.deny("driver_opts", "more than type, device and o", "volumeTypes: ['*']");
  // By what would be mounted, and not by what the type is called.
  if (!binds(mount)) return check_file_system(check, mount);
  if (check_absolute(check, mount.device))
    check.check_bind("driver_opts.device", mount.device, false);
  if (any_of(mount.options, {"shared", "rshared"}) && !check.allowed.privileged)
    check.deny("driver_opts.o", "mounts that show on the host", "privileged");
}

// ---- Networks ----

// Interfaces of the host that a network takes hold of, by option.
void check_interfaces(Checker& check, const docker::StringMap& options, const std::string& where) {
  for (const auto& [key, value] : options) {
    // In any case, for whoever reads them may take all alike.
    const std::string option = lower(key);
    std::string interface;
    // macvlan and ipvlan take hold of the interface that they are given; a bridge of a given name
    // may be one of the host's own.
    if (option == "parent" || option.ends_with(".parent") || option == "host_iface" ||
        option == "com.docker.network.bridge.name") {
      interface = value;
    } else if (option == "com.docker.network.bridge.default_bridge" && lower(value) != "false" &&
               value != "0") {
      interface = "docker0";
    }
    const auto named = [&interface](const auto& rule) { return model::matches(rule, interface); };
    if (!interface.empty() && std::ranges::none_of(check.allowed.host_interfaces, named))
      check.deny(std::string(where).append(".").append(key), "the host's interface " + interface,
                 "hostInterfaces");
  }
}

// What the engine knows by itself. All others are programs that somebody installed, as for volumes.
// "" is the engine's choice, and `host` its namespace, which is judged as such.
void check_driver(Checker& check, const std::string& key, const std::string& name,
                  std::initializer_list<std::string_view> own) {
  if (name.empty() || std::ranges::find(own, name) != own.end() ||
      contains(check.allowed.network_drivers, name))
    return;
  check.deny(key, "the network driver " + name, "networkDrivers");
}

void check_address_driver(Checker& check, const std::string& key, const std::string& name) {
  check_driver(check, key, name, {"default", "null"});
}

void check_host_network(Checker& check) {
  if (!contains(check.allowed.host_namespaces, "network"))
    check.deny("external", "the host's network namespace", "hostNamespaces");
}

// Whose it is, in words; "" if it is the App's own, meant for all, or nobody's by its labels. A
// project's name is no proof: a manifest chooses its own.
std::string other_owner(const docker::Labels& labels, const model::App& app, const Policy& policy) {
  if (label(labels, kLabelManaged) == "true") {
    const std::string owner = label(labels, kLabelApp);
    // Whose App it is there is for that installation to know.
    if (label(labels, kLabelInstance) != policy.instance) return "another Fairlead's " + owner;
    // A shared network is there for all Apps: that is what the kind is for.
    if (owner == app.name || owner.starts_with("network/")) return "";
    return "App " + owner;
  }
  for (const char* key : {"com.docker.compose.project", "com.docker.stack.namespace"}) {
    if (const auto project = label(labels, key); !project.empty()) return "project " + project;
  }
  return "";
}

void check_external(Checker& check, const model::App& app, const std::string& name,
                    const docker::Labels& labels, const Policy& policy) {
  const std::string owner = other_owner(labels, app, policy);
  const auto named = [&name](const auto& rule) { return model::matches(rule, name); };
  if (!owner.empty() && std::ranges::none_of(check.allowed.external_objects, named))
    check.deny("external", name + " of " + owner, "externalObjects");
}

}  // namespace

std::vector<Violation> check_access(const model::App& app, const docker::VolumeSpec& volume,
                                    const model::HostAccess& access) {
  Checker check = checker_for(app, "volume " + volume.name, access);
  check_volume(check, volume.driver, volume.driver_opts);
  return std::move(check.found);
}

std::vector<Violation> check_access(const model::App& app, const model::Volume& volume,
                                    const Observed& observed, const Policy& policy) {
  Checker check = checker_for(app, "volumes." + volume.key, or_nothing(policy.access));
  if (!volume.external) {
    check_volume(check, volume.driver, volume.driver_opts);
  } else if (const auto found = observed.volumes.find(volume.docker_name);
             found != observed.volumes.end()) {
    check_external(check, app, volume.docker_name, found->second.labels, policy);
  }
  return std::move(check.found);
}

std::vector<Violation> check_access(const model::App& app, const model::Network& network,
                                    const Observed& observed, const Policy& policy) {
  Checker check = checker_for(app, "networks." + network.key, or_nothing(policy.access));
  if (!network.external) {
    check_interfaces(check, network.driver_opts, "driver_opts");
    check_driver(check, "driver", network.driver.value_or(""),
                 {"bridge", "macvlan", "ipvlan", "null", "host"});
    check_address_driver(check, "ipam.driver", network.ipam_driver.value_or(""));
  }
  const bool host =
      network.external ? network.docker_name == "host" : network.driver.value_or("") == "host";
  // By name, by driver, and by what the engine shows: a network of any name may have the driver.
  bool found_host = host;
  for (const auto& [id, live] : observed.networks) {
    if (network.external && live.name == network.docker_name) {
      found_host |= live.driver == "host";
      check_external(check, app, live.name, live.labels, policy);
    }
    // Its options are the new network's.
    if (network.config_from && live.name == *network.config_from) {
      check_external(check, app, live.name, live.labels, policy);
      check_interfaces(check, live.options, "config_from");
      check_address_driver(check, "config_from", live.ipam_driver);
    }
  }
  if (found_host) check_host_network(check);
  return std::move(check.found);
}

}  // namespace fairlead::controller
