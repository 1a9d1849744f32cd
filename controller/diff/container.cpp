#include "controller/diff/container.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "controller/diff/fields.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/request/settings.h"
#include "docker/container_fields.h"

namespace fairlead::controller {
namespace {

struct ContainerFields : Fields {
  explicit ContainerFields(const model::Service& service)
      : Fields{Kind::kContainer, service.name, service.container_name} {}

  // Compared in the form that the engine gives them; `path` is its name of the field.
  void text_at(const std::string& path, const std::string& field,
               const std::optional<std::string>& desired, const std::string& actual) {
    if (!desired) return;
    const auto wanted = docker::normalised(path, boost::json::string(*desired));
    // Null asks for nothing: whatever the engine has is right.
    if (!wanted.is_null() && wanted != docker::normalised(path, boost::json::string(actual)))
      differ(field, *desired, actual);
  }
  void number_at(const std::string& path, const std::string& field,
                 const std::optional<std::int64_t>& desired, std::int64_t actual,
                 std::optional<std::int64_t>& update) {
    if (!desired || docker::normalised(path, *desired).is_null()) return;
    // The engine's "no limit" is 0 or -1.
    if (std::max<std::int64_t>(*desired, 0) == std::max<std::int64_t>(actual, 0)) return;
    differ(field, std::to_string(*desired), std::to_string(actual));
    update = desired;
  }
  void words_at(const std::string& path, const std::string& field,
                const std::optional<std::vector<std::string>>& desired,
                const std::vector<std::string>& actual) {
    if (desired &&
        docker::normalised(path, array(*desired)) != docker::normalised(path, array(actual)))
      differ(field, joined(*desired), joined(actual));
  }
  static boost::json::array array(const std::vector<std::string>& list) {
    boost::json::array out;
    for (const auto& word : list)
      out.push_back(boost::json::string(word));
    return out;
  }
  static std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& word : list)
      text += (text.empty() ? "" : " ") + word;
    return text;
  }
};

// Values of variables may be secrets: drift shows only that they differ.
void diff_env(Fields& fields, const model::Service& service, const docker::Container& actual) {
  for (const auto& [key, value] : service.environment) {
    if (!value) continue;
    const auto& env = actual.env;
    // By the whole entry: those of the image stand among them.
    if (std::find(env.begin(), env.end(), key + "=" + *value) != env.end()) continue;
    const bool set = std::any_of(env.begin(), env.end(), [&](const std::string& each) {
      return each.starts_with(key + "=");
    });
    fields.differ("environment." + key, "(hidden)", set ? "(another value)" : "(not set)");
  }
}

void diff_ports(Fields& fields, const model::Service& service, const docker::Container& actual) {
  // The engine shows what was asked for in words of its own: no port is 0, and no address is all of
  // them.
  const auto any_port = [](const std::string& text) { return text == "0" ? std::string() : text; };
  auto any_address = [](const std::string& ip) { return ip == "0.0.0.0" ? std::string() : ip; };
  for (const auto& port : service.ports) {
    const bool found =
        std::any_of(actual.ports.begin(), actual.ports.end(), [&](const docker::PortBinding& each) {
          return each.container_port == port.target && each.protocol == port.protocol &&
                 any_port(each.host_port) == any_port(port.published) &&
                 any_address(each.host_ip) == any_address(port.host_ip);
        });
    const std::string wanted =
        port.published + ":" + std::to_string(port.target) + "/" + port.protocol;
    if (!found) fields.differ("ports", wanted, "");
  }
}

std::string restart_text(const docker::RestartPolicy& policy) {
  std::string text = policy.name.empty() ? "no" : policy.name;
  return policy.max_attempts == 0 ? text : text + ":" + std::to_string(policy.max_attempts);
}

}  // namespace

std::vector<Drift> diff_container(const model::Service& service, const docker::ContainerSpec& spec,
                                  const docker::Container& actual) {
  ContainerFields fields(service);
  fields.text("image", service.image, label(actual.labels, kLabelImageRef));
  diff_env(fields, service, actual);
  // The engine takes the image's command where both are empty.
  const bool image_command = service.command && service.command->empty() &&
                             (!service.entrypoint || service.entrypoint->empty());
  if (!image_command) fields.words_at("Config.Cmd", "command", service.command, actual.command);
  fields.words_at("Config.Entrypoint", "entrypoint", service.entrypoint, actual.entrypoint);
  fields.text_at("Config.User", "user", service.user, actual.user);
  fields.text_at("Config.WorkingDir", "working_dir", service.working_dir, actual.working_dir);
  fields.text_at("Config.Hostname", "hostname", service.hostname, actual.hostname);
  fields.flag("privileged", service.privileged, actual.privileged);
  fields.flag("read_only", service.read_only, actual.read_only);
  diff_ports(fields, service, actual);
  fields.subset("labels", service.labels, actual.labels.map());
  // A container that shares another's network keeps the ID of the one it joined. While the other
  // is missing there is nothing to compare with.
  if (service.network_mode.starts_with("service:") && spec.network_mode != "container:")
    fields.text("network_mode", spec.network_mode, actual.network_mode);
  for (const auto& each : diff_settings(spec.settings, actual.settings)) {
    // The others are diff_limits()'s.
    if (!each.in_place) fields.differ(each.key, each.desired, each.actual);
  }
  return std::move(fields.found);
}

std::vector<Drift> diff_limits(const model::Service& service, const docker::ContainerSpec& spec,
                               const docker::Container& actual, docker::ContainerUpdate& update) {
  ContainerFields fields(service);
  // Without a name the engine never restarts, which is also what it does unasked.
  if (spec.restart && !spec.restart->name.empty() &&
      restart_text(*spec.restart) != restart_text(actual.restart)) {
    fields.differ("restart", restart_text(*spec.restart), restart_text(actual.restart));
    update.restart = spec.restart;
  }
  fields.number_at("HostConfig.Memory", "mem_limit", spec.memory, actual.memory, update.memory);
  fields.number_at("HostConfig.NanoCpus", "cpus", spec.nano_cpus, actual.nano_cpus,
                   update.nano_cpus);
  fields.number_at("HostConfig.PidsLimit", "pids_limit", spec.pids_limit, actual.pids_limit,
                   update.pids_limit);
  for (const auto& each : diff_settings(spec.settings, actual.settings)) {
    if (!each.in_place) continue;
    fields.differ(each.key, each.desired, each.actual);
    // As it would be created, and not as it was compared.
    update.settings[each.path] = spec.settings.at(each.path);
  }
  // A new memory limit moves the swap limit too, unless the manifest says what that one is.
  const auto swap = spec.settings.find("HostConfig.MemorySwap");
  if (update.memory && swap != spec.settings.end()) update.settings.insert(*swap);
  return std::move(fields.found);
}

}  // namespace fairlead::controller
