// What a service says in more than one place.
#include <algorithm>
#include <string_view>

#include "model/app.h"

namespace fairlead::model {
namespace {

template <typename T>
std::optional<T> either(const Service& service, const std::optional<T>& own,
                        std::optional<T> Deploy::* of_deploy) {
  if (own || !service.deploy) return own;
  return *service.deploy.*of_deploy;
}

constexpr std::string_view kService = "service:";

}  // namespace

int replicas_of(const Service& service) {
  return either(service, service.scale, &Deploy::replicas).value_or(1);
}
std::optional<std::int64_t> memory_of(const Service& service) {
  return either(service, service.mem_limit, &Deploy::memory);
}
std::optional<std::int64_t> nano_cpus_of(const Service& service) {
  return either(service, service.nano_cpus, &Deploy::nano_cpus);
}
std::optional<std::int64_t> pids_of(const Service& service) {
  return either(service, service.pids_limit, &Deploy::pids);
}
std::optional<RestartPolicy> restart_of(const Service& service) {
  return either(service, service.restart, &Deploy::restart);
}

std::string container_name_of(const std::string& prefix, const std::string& service, int number) {
  return prefix + "-" + service + "-" + std::to_string(number);
}

std::string target_of(const FileMount& mount) {
  // Where Compose and Swarm put them.
  const std::string folder = mount.secret ? "/run/secrets/" : "/";
  if (mount.target.empty()) return folder + mount.source;
  return mount.target.starts_with('/') ? mount.target : folder + mount.target;
}

bool is_mounted(const Service& service, const FileMount& mount) {
  // The engine refuses to write into a read-only root, also before the start.
  if (service.read_only.value_or(false)) return true;
  const std::string target = target_of(mount);
  const auto beneath = [&target](std::string_view folder) {
    while (folder.ends_with('/'))
      folder.remove_suffix(1);
    return target.starts_with(std::string(folder) + "/");
  };
  // A tmpfs is mounted at the start, over what was written beneath it before.
  if (const auto found = service.settings.find("tmpfs"); found != service.settings.end()) {
    for (const auto& each : found->second.as_array()) {
      const std::string_view text = each.as_string();
      if (beneath(text.substr(0, text.find(':')))) return true;
    }
  }
  return std::ranges::any_of(service.mounts, [&beneath](const Mount& each) {
    return each.type == Mount::Type::kTmpfs && beneath(each.target);
  });
}

const File* file_of(const App& app, const FileMount& mount) {
  const auto found = std::ranges::find_if(app.files, [&mount](const File& each) {
    return each.key == mount.source && each.secret == mount.secret;
  });
  return found == app.files.end() ? nullptr : &*found;
}

std::string overlap_obstacle(const Service& service) {
  for (const auto& port : service.ports) {
    // A port that the engine chooses can be had twice.
    if (!port.published.empty() && port.published != "0")
      return "host port " + port.published + " can't be taken twice";
  }
  for (const auto& endpoint : service.endpoints) {
    const auto& address = endpoint.ipv4_address ? endpoint.ipv4_address : endpoint.ipv6_address;
    if (address) return "the address " + *address + " can't be taken twice";
    if (endpoint.mac_address)
      return "the address " + *endpoint.mac_address + " can't be taken twice";
  }
  if (service.settings.contains("mac_address")) return "`mac_address` can't be taken twice";
  if (service.network_mode == "host") return "it is in the network of the host";
  return "";
}

std::vector<std::string> peers_of(const Service& service) {
  std::vector<std::string> out;
  const auto add = [&out](std::string_view text) {
    if (text.starts_with(kService)) out.emplace_back(text.substr(kService.size()));
  };
  add(service.network_mode);
  for (const char* key : {"ipc", "pid"}) {
    const auto found = service.settings.find(key);
    if (found != service.settings.end()) add(found->second.as_string());
  }
  const auto volumes = service.settings.find("volumes_from");
  if (volumes != service.settings.end()) {
    for (const auto& each : volumes->second.as_array()) {
      const std::string_view text = each.as_string();
      // SERVICE[:ro]; what another owns is not waited for.
      if (!text.starts_with("container:")) out.emplace_back(text.substr(0, text.find(':')));
    }
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

Service replica(const App& app, const Service& service, int number) {
  Service out = service;
  out.number = number;
  // The first one's is resolved already, and may be the manifest's own.
  if (number > 1) out.container_name = container_name_of(app.prefix, service.name, number);
  return out;
}

}  // namespace fairlead::model
