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
      if (!text.starts_with("container:")) out.emplace_back(text.substr(0, text.find(':')));
    }
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

}  // namespace fairlead::model
