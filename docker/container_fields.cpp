#include "docker/container_fields.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cctype>
#include <csignal>

#include "base/paths.h"

namespace fairlead::docker {
namespace {

namespace json = boost::json;

// ASCII: signals have no other letters.
std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

// ---- The forms ----

// "" is the default.
json::value text(const json::value& value) {
  return value.is_string() && value.get_string().empty() ? json::value() : value;
}

// 0 is the default.
json::value number(const json::value& value) {
  return value.is_number() && value.to_number<double>() == 0 ? json::value() : value;
}

// As Go's path.Clean, which dockerd applies to it.
json::value path(const json::value& value) {
  if (!value.is_string()) return value;
  const auto& given = value.get_string();
  return given.empty() ? json::value() : json::value(json::string(clean_path(given)));
}

struct SignalName {
  std::string_view name;
  int number;
};
// By names of the host, whose numbers are the engine's too: both run on Linux. Real-time signals
// are left as they are written.
constexpr SignalName kSignals[] = {
    {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"HUP", SIGHUP},
    {"INT", SIGINT},   {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"PWR", SIGPWR},   {"QUIT", SIGQUIT},
    {"STOP", SIGSTOP}, {"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"WINCH", SIGWINCH},
};

// "sigkill", "KILL" and "9" are SIGKILL; what is unknown stays as it is, in capitals.
std::string signal_name(std::string_view text) {
  if (text.empty()) return "";
  std::string name = upper(text);
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (const auto& each : kSignals) {
    if (name == each.name || name == std::to_string(each.number))
      return "SIG" + std::string(each.name);
  }
  return upper(text);
}

json::value stop_signal(const json::value& value) {
  if (!value.is_string()) return value;
  const std::string name = signal_name(value.get_string());
  return name.empty() ? json::value() : json::value(json::string(name));
}

// `[""]` says what `[]` does: not the image's. That is how Docker's CLI resets it
// (`--entrypoint ""`).
json::value entrypoint(const json::value& value) {
  const auto* words = value.if_array();
  const bool reset = words != nullptr && words->size() == 1 && words->front() == json::value("");
  return reset ? json::value(json::array{}) : value;
}

// Without a type the engine's own driver is used; options stay what they are.
json::value log_driver(const json::value& value) {
  if (!value.is_object()) return value;
  json::object out = value.get_object();
  if (const auto* type = out.if_contains("Type"); type != nullptr && *type == json::value(""))
    out.erase("Type");
  return out.empty() ? json::value() : json::value(std::move(out));
}

// The paths are keys here, and the values options of mount(8).
json::value paths_of_tmpfs(const json::value& value) {
  if (!value.is_object()) return value;
  json::object out;
  for (const auto& member : value.get_object())
    out[clean_path(member.key())] = member.value();
  return out;
}

// A copy: what is compared must not change what is sent.
json::value device_paths(const json::value& value) {
  if (!value.is_array()) return value;
  json::array out = value.get_array();
  for (auto& each : out) {
    auto* device = each.if_object();
    if (device == nullptr) continue;
    for (const char* key : {"PathOnHost", "PathInContainer"}) {
      auto* found = device->if_contains(key);
      if (found != nullptr && found->is_string())
        *found = json::string(clean_path(found->get_string()));
    }
  }
  return out;
}

// ---- The table ----

// By path. A row without a form is compared as it stands.
constexpr ContainerField kFields[] = {
    {.path = "Config.Domainname", .form = text},
    {.path = "Config.Entrypoint", .form = entrypoint, .setting = false},
    {.path = "Config.ExposedPorts"},
    {.path = "Config.Hostname", .form = text, .setting = false},
    {.path = "Config.OpenStdin"},
    {.path = "Config.StopSignal", .form = stop_signal},
    {.path = "Config.Tty"},
    {.path = "Config.User", .form = text, .setting = false},
    {.path = "Config.WorkingDir", .form = path, .setting = false},
    {.path = "HostConfig.Annotations", .since = 43},
    {.path = "HostConfig.BlkioDeviceReadBps", .may_be_dropped = true},
    {.path = "HostConfig.BlkioDeviceReadIOps", .may_be_dropped = true},
    {.path = "HostConfig.BlkioDeviceWriteBps", .may_be_dropped = true},
    {.path = "HostConfig.BlkioDeviceWriteIOps", .may_be_dropped = true},
    {.path = "HostConfig.BlkioWeight", .form = number, .may_be_dropped = true},
    {.path = "HostConfig.BlkioWeightDevice", .may_be_dropped = true},
    {.path = "HostConfig.CgroupParent", .form = text},
    {.path = "HostConfig.CgroupnsMode", .form = text},
    {.path = "HostConfig.CpuCount", .form = number},
    {.path = "HostConfig.CpuPercent", .form = number},
    {.path = "HostConfig.CpuPeriod", .form = number},
    {.path = "HostConfig.CpuQuota", .form = number},
    {.path = "HostConfig.CpuRealtimePeriod", .form = number},
    {.path = "HostConfig.CpuRealtimeRuntime", .form = number},
    {.path = "HostConfig.CpuShares", .form = number},
    {.path = "HostConfig.CpusetCpus", .form = text},
    {.path = "HostConfig.DeviceCgroupRules"},
    {.path = "HostConfig.DeviceRequests"},
    {.path = "HostConfig.Devices", .form = device_paths},
    {.path = "HostConfig.Dns"},
    {.path = "HostConfig.DnsOptions"},
    {.path = "HostConfig.DnsSearch"},
    {.path = "HostConfig.GroupAdd"},
    {.path = "HostConfig.IpcMode", .form = text},
    {.path = "HostConfig.LogConfig", .form = log_driver},
    {.path = "HostConfig.Memory", .form = number, .setting = false},
    {.path = "HostConfig.MemoryReservation", .form = number},
    {.path = "HostConfig.MemorySwap", .form = number},
    {.path = "HostConfig.MemorySwappiness", .may_be_dropped = true},
    {.path = "HostConfig.NanoCpus", .form = number, .setting = false},
    {.path = "HostConfig.OomKillDisable", .may_be_dropped = true},
    {.path = "HostConfig.OomScoreAdj"},
    {.path = "HostConfig.PidMode", .form = text},
    {.path = "HostConfig.PidsLimit", .form = number, .setting = false},
    {.path = "HostConfig.Runtime", .form = text},
    {.path = "HostConfig.SecurityOpt"},
    {.path = "HostConfig.ShmSize", .form = number},
    {.path = "HostConfig.StorageOpt"},
    {.path = "HostConfig.Sysctls"},
    {.path = "HostConfig.Tmpfs", .form = paths_of_tmpfs},
    {.path = "HostConfig.UTSMode", .form = text},
    {.path = "HostConfig.Ulimits"},
    {.path = "HostConfig.UsernsMode", .form = text},
    {.path = "HostConfig.VolumesFrom"},
};

}  // namespace

std::span<const ContainerField> container_fields() {
  return kFields;
}

const ContainerField* find_field(std::string_view path) {
  const auto* found = std::ranges::find(kFields, path, &ContainerField::path);
  return found == std::end(kFields) ? nullptr : found;
}

json::value normalised(std::string_view path, const json::value& value) {
  const auto* field = find_field(path);
  return field == nullptr || field->form == nullptr ? value : field->form(value);
}

}  // namespace fairlead::docker
