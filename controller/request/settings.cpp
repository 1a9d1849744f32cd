// Compose's long forms, as model/ keeps them, turned into what the Engine API has in their place
// (POST /containers/create). A row without a function is the value as it is. What a function
// returns empty is not sent, so that the engine's default stands.
#include "controller/request/settings.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "docker/container_fields.h"
#include "model/setting_keys.h"

namespace fairlead::controller {
namespace {

namespace json = boost::json;

json::value log_config(const json::value& value) {
  const auto& from = value.as_object();
  json::object out;
  if (const auto* driver = from.if_contains("driver")) out["Type"] = *driver;
  if (const auto* options = from.if_contains("options")) out["Config"] = *options;
  return out;
}

json::value ulimits(const json::value& value) {
  json::array out;
  // One number is both limits.
  for (const auto& [name, limit] : value.as_object()) {
    const auto* both = limit.if_object();
    out.push_back(json::object{{"Name", name},
                               {"Soft", both != nullptr ? both->at("soft") : limit},
                               {"Hard", both != nullptr ? both->at("hard") : limit}});
  }
  return out;
}

// `/path:options` → path → options.
json::value tmpfs(const json::value& value) {
  json::object out;
  for (const auto& each : value.as_array()) {
    const std::string_view text = each.as_string();
    const auto colon = text.find(':');
    out[text.substr(0, colon)] = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  }
  return out;
}

json::value exposed(const json::value& value) {
  json::object out;
  for (const auto& each : value.as_array()) {
    const std::string_view text = each.as_string();
    if (text.empty()) continue;
    const auto slash = text.find('/');
    // The engine's keys have the protocol always.
    const std::string protocol(slash == std::string_view::npos ? "/tcp" : text.substr(slash));
    const std::string range(text.substr(0, slash));
    const auto dash = range.find('-');
    const int first = std::atoi(range.c_str());
    const int last = dash == std::string::npos ? first : std::atoi(range.c_str() + dash + 1);
    for (int port = first; port <= last && port <= 65535; ++port)
      out[std::to_string(port) + protocol] = json::object{};
  }
  return out;
}

// CDI names devices as vendor.com/class=name.
bool is_cdi(const json::object& device) {
  const std::string_view source = device.at("source").as_string();
  return !source.starts_with('/') && source.find('=') != std::string_view::npos;
}

json::value devices(const json::value& value) {
  json::array out;
  for (const auto& each : value.as_array()) {
    const auto& device = each.as_object();
    // Not a path of the host: the runtime looks it up, so it goes as a request (below).
    if (is_cdi(device)) continue;
    out.push_back(json::object{{"PathOnHost", device.at("source")},
                               {"PathInContainer", device.at("target")},
                               {"CgroupPermissions", device.at("permissions")}});
  }
  return out;
}

json::value cdi_requests(const json::value& value) {
  json::array out;
  for (const auto& each : value.as_array()) {
    const auto& device = each.as_object();
    if (!is_cdi(device)) continue;
    out.push_back(json::object{{"Driver", "cdi"}, {"DeviceIDs", json::array{device.at("source")}}});
  }
  return out;
}

// Compose asks for a GPU, whatever other capabilities are named.
json::value gpu_requests(const json::value& value) {
  json::array out;
  for (const auto& each : value.as_array()) {
    const auto& from = each.as_object();
    json::array capabilities;
    if (const auto* given = from.if_contains("capabilities")) capabilities = given->as_array();
    if (std::ranges::find(capabilities, json::value("gpu")) == capabilities.end())
      capabilities.emplace_back("gpu");
    // Any of the outer lists, all of an inner one.
    json::array alternatives;  // not in braces: those would copy the list, not hold it
    alternatives.emplace_back(std::move(capabilities));
    json::object to{{"Capabilities", std::move(alternatives)}};
    const auto copy = [&](const char* key, const char* as) {
      if (const auto* found = from.if_contains(key)) to[as] = *found;
    };
    copy("driver", "Driver");
    copy("count", "Count");
    copy("device_ids", "DeviceIDs");
    copy("options", "Options");
    // As Compose: all of them, where nothing is said.
    if (!from.contains("count") && !from.contains("device_ids")) to["Count"] = -1;
    out.push_back(std::move(to));
  }
  return out;
}

json::value part_of(const json::value& value, const char* key) {
  const auto* found = value.as_object().if_contains(key);
  return found == nullptr ? json::value() : *found;
}

json::value throttles(const json::value& list) {
  // Not declared: null is left out.
  if (!list.is_array()) return {};
  json::array out;
  for (const auto& each : list.as_array()) {
    const auto& from = each.as_object();
    json::object to{{"Path", from.at("path")}};
    if (const auto* rate = from.if_contains("rate")) to["Rate"] = *rate;
    if (const auto* weight = from.if_contains("weight")) to["Weight"] = *weight;
    out.push_back(std::move(to));
  }
  return out;
}

// ---- The table ----

constexpr auto kSame = nullptr;
constexpr bool kOfPeers = true;

// By Compose's key. Order matters only where several rows have one field: lists are joined in it.
constexpr SettingRule kRules[] = {
    {"annotations", "HostConfig.Annotations"},
    {"blkio_config", "HostConfig.BlkioWeight",
     [](const json::value& v) { return part_of(v, "weight"); }},
    {"blkio_config", "HostConfig.BlkioWeightDevice",
     [](const json::value& v) { return throttles(part_of(v, "weight_device")); }},
    {"blkio_config", "HostConfig.BlkioDeviceReadBps",
     [](const json::value& v) { return throttles(part_of(v, "device_read_bps")); }},
    {"blkio_config", "HostConfig.BlkioDeviceReadIOps",
     [](const json::value& v) { return throttles(part_of(v, "device_read_iops")); }},
    {"blkio_config", "HostConfig.BlkioDeviceWriteBps",
     [](const json::value& v) { return throttles(part_of(v, "device_write_bps")); }},
    {"blkio_config", "HostConfig.BlkioDeviceWriteIOps",
     [](const json::value& v) { return throttles(part_of(v, "device_write_iops")); }},
    {"cgroup", "HostConfig.CgroupnsMode"},
    {"cgroup_parent", "HostConfig.CgroupParent"},
    {"cpu_count", "HostConfig.CpuCount"},
    {"cpu_percent", "HostConfig.CpuPercent"},
    {"cpu_period", "HostConfig.CpuPeriod"},
    {"cpu_quota", "HostConfig.CpuQuota"},
    {"cpu_rt_period", "HostConfig.CpuRealtimePeriod"},
    {"cpu_rt_runtime", "HostConfig.CpuRealtimeRuntime"},
    {"cpu_shares", "HostConfig.CpuShares"},
    {"cpuset", "HostConfig.CpusetCpus"},
    {"device_cgroup_rules", "HostConfig.DeviceCgroupRules"},
    {"devices", "HostConfig.Devices", devices},
    {"devices", "HostConfig.DeviceRequests", cdi_requests},
    {"dns", "HostConfig.Dns"},
    {"dns_opt", "HostConfig.DnsOptions"},
    {"dns_search", "HostConfig.DnsSearch"},
    {"domainname", "Config.Domainname"},
    {"expose", "Config.ExposedPorts", exposed},
    {"gpus", "HostConfig.DeviceRequests", gpu_requests},
    {"group_add", "HostConfig.GroupAdd"},
    {"ipc", "HostConfig.IpcMode", kSame, kOfPeers},
    {"logging", "HostConfig.LogConfig", log_config},
    {"mem_reservation", "HostConfig.MemoryReservation"},
    {"mem_swappiness", "HostConfig.MemorySwappiness"},
    {"memswap_limit", "HostConfig.MemorySwap"},
    {"oom_kill_disable", "HostConfig.OomKillDisable"},
    {"oom_score_adj", "HostConfig.OomScoreAdj"},
    {"pid", "HostConfig.PidMode", kSame, kOfPeers},
    {"runtime", "HostConfig.Runtime"},
    {"security_opt", "HostConfig.SecurityOpt"},
    {"shm_size", "HostConfig.ShmSize"},
    {"stdin_open", "Config.OpenStdin"},
    {"stop_signal", "Config.StopSignal"},
    {"storage_opt", "HostConfig.StorageOpt"},
    {"sysctls", "HostConfig.Sysctls"},
    {"tmpfs", "HostConfig.Tmpfs", tmpfs},
    {"tty", "Config.Tty"},
    {"ulimits", "HostConfig.Ulimits", ulimits},
    {"userns_mode", "HostConfig.UsernsMode"},
    {"uts", "HostConfig.UTSMode"},
    {"volumes_from", "HostConfig.VolumesFrom", kSame, kOfPeers},
};

bool is_empty(const json::value& value) {
  return value.is_null() || (value.is_array() && value.as_array().empty()) ||
         (value.is_object() && value.as_object().empty());
}

// `service:X` becomes the container that stands for X now; null while there is none.
json::value with_peers(const json::value& value, const PeerId& peer_of) {
  if (value.is_string()) {
    const std::string_view text = value.get_string();
    if (!text.starts_with("service:")) return value;
    const auto peer = peer_of(std::string(text.substr(8)));
    return peer.empty() ? json::value() : json::value("container:" + peer);
  }
  json::array out;
  for (const auto& each : value.as_array()) {
    const std::string text(each.as_string());
    // The engine's own form of `volumes_from` has no prefix; that of a mode has.
    if (text.starts_with("container:")) {
      out.push_back(json::string(text.substr(10)));
      continue;
    }
    const auto colon = text.find(':');
    const auto peer = peer_of(text.substr(0, colon));
    // All or nothing: a container without some of the volumes that it counts on must not be made.
    if (peer.empty()) return {};
    out.push_back(json::string(peer + (colon == std::string::npos ? "" : text.substr(colon))));
  }
  return out;
}

void append_to(json::value& into, const json::value& more) {
  if (into.is_array() && more.is_array()) {
    for (const auto& each : more.as_array())
      into.as_array().push_back(each);
  } else {
    into = more;
  }
}

// Every declared member is there; lists in any order.
bool covers(const json::value& actual, const json::value& desired) {
  if (desired.is_object()) {
    const auto* object = actual.if_object();
    return object != nullptr && std::ranges::all_of(desired.as_object(), [&](const auto& member) {
             const auto* found = object->if_contains(member.key());
             return found != nullptr && covers(*found, member.value());
           });
  }
  if (desired.is_array()) {
    const auto* list = actual.if_array();
    return list != nullptr && std::ranges::all_of(desired.as_array(), [&](const auto& each) {
             return std::ranges::any_of(*list,
                                        [&](const auto& other) { return covers(other, each); });
           });
  }
  // A number is one value, whether it is kept as an integer or as a fraction.
  if (desired.is_number() && actual.is_number())
    return desired.to_number<double>() == actual.to_number<double>();
  // What is not set is left out by inspect.
  const bool unset = desired == json::value(false) || desired == json::value("") ||
                     (desired.is_number() && desired.to_number<double>() == 0);
  return actual == desired || (actual.is_null() && unset);
}

std::string shown(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

}  // namespace

docker::Settings engine_settings(const model::Service& service, const PeerId& peer_of) {
  docker::Settings out;
  for (const auto& rule : kRules) {
    const auto found = service.settings.find(std::string(rule.key));
    if (found == service.settings.end()) continue;
    auto value = rule.of_peers             ? with_peers(found->second, peer_of)
                 : rule.convert == nullptr ? found->second
                                           : rule.convert(found->second);
    if (!is_empty(value)) append_to(out[std::string(rule.path)], value);
  }
  if (!service.deploy) return out;
  if (service.deploy->memory_reservation && !out.contains("HostConfig.MemoryReservation"))
    out["HostConfig.MemoryReservation"] = *service.deploy->memory_reservation;
  const json::value deploy(service.deploy->written);
  boost::system::error_code none;
  // `deploy` is kept as it is written, so its devices are read where Compose has them.
  const auto* requests = deploy.find_pointer("/resources/reservations/devices", none);
  if (requests != nullptr) append_to(out["HostConfig.DeviceRequests"], gpu_requests(*requests));
  return out;
}

// Only where something is said: an empty list needs no engine that knows the field.
std::string too_new_setting(const model::Service& service, const std::string& api_version) {
  for (const auto& rule : kRules) {
    const auto found = service.settings.find(std::string(rule.key));
    const auto* field = docker::find_field(rule.path);
    if (field != nullptr && field->since != 0 && found != service.settings.end() &&
        !is_empty(found->second) && !docker::api_at_least(api_version, 1, field->since))
      return std::string(rule.key) + " needs API 1." + std::to_string(field->since);
  }
  return "";
}

std::span<const SettingRule> setting_rules() {
  return kRules;
}

const SettingRule* rule_of(std::string_view path) {
  const auto* rule = std::ranges::find(kRules, path, &SettingRule::path);
  return rule == std::end(kRules) ? nullptr : rule;
}

std::string setting_key(const std::string& path) {
  const auto* rule = rule_of(path);
  return rule == nullptr ? "" : std::string(rule->key);
}

std::vector<SettingDrift> diff_settings(const docker::Settings& desired,
                                        const docker::Settings& actual) {
  std::vector<SettingDrift> out;
  for (const auto& [path, value] : desired) {
    const auto* rule = rule_of(path);
    const auto* field = docker::find_field(path);
    // No place in inspect: it can't be compared, and the spec hash stands for it.
    if (rule == nullptr || field == nullptr) continue;
    const auto found = actual.find(path);
    const json::value nothing;
    const auto& is = found == actual.end() ? nothing : found->second;
    const auto wanted = docker::normalised(path, value);
    if (wanted.is_null() || covers(docker::normalised(path, is), wanted)) continue;
    // A host whose kernel can't do it; the engine has warned at the create, and would again.
    if (is.is_null() && field->may_be_dropped) continue;
    // A container named by the user is turned into its ID.
    if (rule->of_peers && shown(value).find("container:") != std::string::npos &&
        shown(value).size() != std::string_view("container:").size() + 64)
      continue;
    out.push_back({std::string(rule->key), path, shown(value), is.is_null() ? "" : shown(is),
                   model::changes_in_place(rule->key)});
  }
  return out;
}

}  // namespace fairlead::controller
