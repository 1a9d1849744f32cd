#include "controller/request/normalise.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cctype>
#include <csignal>

#include "base/paths.h"

namespace fairlead::controller {
namespace {

namespace json = boost::json;

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

json::value path(const json::value& value) {
  if (!value.is_string()) return value;
  const auto& given = value.get_string();
  return given.empty() ? json::value() : json::value(json::string(clean_path(given)));
}

json::value stop_signal(const json::value& value) {
  if (!value.is_string()) return value;
  const std::string name = signal_name(value.get_string());
  return name.empty() ? json::value() : json::value(json::string(name));
}

// `[""]` says what `[]` does: not the image's.
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

json::value paths_of_tmpfs(const json::value& value) {
  if (!value.is_object()) return value;
  json::object out;
  for (const auto& member : value.get_object())
    out[clean_path(member.key())] = member.value();
  return out;
}

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

// ---- The table: fields that are not compared as they stand ----

struct Form {
  std::string_view path;
  json::value (*of)(const json::value&);
};

constexpr Form kForms[] = {
    {"Config.Domainname", text},
    {"Config.Entrypoint", entrypoint},
    {"Config.Hostname", text},
    {"Config.MacAddress", text},
    {"Config.StopSignal", stop_signal},
    {"Config.User", text},
    {"Config.WorkingDir", path},
    {"HostConfig.BlkioWeight", number},
    {"HostConfig.CgroupParent", text},
    {"HostConfig.CgroupnsMode", text},
    {"HostConfig.CpuCount", number},
    {"HostConfig.CpuPercent", number},
    {"HostConfig.CpuPeriod", number},
    {"HostConfig.CpuQuota", number},
    {"HostConfig.CpuRealtimePeriod", number},
    {"HostConfig.CpuRealtimeRuntime", number},
    {"HostConfig.CpuShares", number},
    {"HostConfig.CpusetCpus", text},
    {"HostConfig.Devices", device_paths},
    {"HostConfig.IpcMode", text},
    {"HostConfig.LogConfig", log_driver},
    {"HostConfig.Memory", number},
    {"HostConfig.MemoryReservation", number},
    {"HostConfig.MemorySwap", number},
    {"HostConfig.NanoCpus", number},
    {"HostConfig.PidMode", text},
    {"HostConfig.PidsLimit", number},
    {"HostConfig.Runtime", text},
    {"HostConfig.ShmSize", number},
    {"HostConfig.Tmpfs", paths_of_tmpfs},
    {"HostConfig.UTSMode", text},
    {"HostConfig.UsernsMode", text},
};

struct SignalName {
  std::string_view name;
  int number;
};
constexpr SignalName kSignals[] = {
    {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"HUP", SIGHUP},
    {"INT", SIGINT},   {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"PWR", SIGPWR},   {"QUIT", SIGQUIT},
    {"STOP", SIGSTOP}, {"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"WINCH", SIGWINCH},
};

}  // namespace

json::value normalised(std::string_view path, const json::value& value) {
  const auto* form = std::ranges::find(kForms, path, &Form::path);
  return form == std::end(kForms) ? value : form->of(value);
}

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

std::string host_port(const std::string& text) {
  return text == "0" ? "" : text;
}

}  // namespace fairlead::controller
