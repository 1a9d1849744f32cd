// The readers of the settings, each key's spellings brought into one value, and the table of all
// keys at the end (setting_keys.h). What is kept is Compose's long form; what the engine wants
// instead is made of it in controller/request/settings.cpp.
//
// A reader returns nothing where a value says nothing, or where it has reported a mistake: the key
// is then not in Service::settings, and so in no hash and no request.
#include "model/decode/settings.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <string_view>

#include "model/form/json_writer.h"
#include "model/setting_keys.h"

namespace fairlead::model {
namespace {

namespace json = boost::json;
using Value = std::optional<json::value>;

template <typename T>
Value value_of(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return json::value(*value);
}

Value read_text(Reader& reader, const Field& field) {
  const auto text = read_string(reader, field);
  return text ? Value(json::string(*text)) : std::nullopt;
}
Value read_flag(Reader& reader, const Field& field) {
  return value_of(read_bool(reader, field));
}
Value read_size(Reader& reader, const Field& field) {
  return value_of(read_bytes(reader, field));
}
// -1 is "without a limit".
Value read_swap(Reader& reader, const Field& field) {
  // Not a size like others: read_bytes() takes no sign.
  if (field.node.scalar == "-1") return Value(std::int64_t{-1});
  return read_size(reader, field);
}
template <std::int64_t Least, std::int64_t Most>
Value read_number(Reader& reader, const Field& field) {
  return value_of(read_integer(reader, field, Least, Most));
}
// Microseconds, as a number or with a unit.
Value read_micros(Reader& reader, const Field& field) {
  // `100ms` or `100000`: the units that make sense here (s, ms, us) end so.
  const bool unit = field.node.is_scalar() && field.node.scalar.ends_with('s');
  if (!unit) return read_number<0, 1'000'000'000>(reader, field);
  const auto time = read_duration(reader, field);
  return time ? Value(static_cast<std::int64_t>(time->count() / 1000)) : std::nullopt;
}
Value read_list(Reader& reader, const Field& field) {
  return Value(to_array(read_strings(reader, field)));
}
Value read_one_or_more(Reader& reader, const Field& field) {
  return Value(to_array(read_string_or_strings(reader, field)));
}
Value read_texts(Reader& reader, const Field& field) {
  return Value(to_object(read_string_map(reader, field)));
}

// PORT, PORT-PORT, and either with /PROTOCOL.
bool is_exposed(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto protocol = slash == text.size() ? "tcp" : text.substr(slash + 1);
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") return false;
  const auto port = [](std::string_view number) {
    int value = 0;
    const auto [at, failed] = std::from_chars(number.data(), number.data() + number.size(), value);
    return failed == std::errc() && at == number.data() + number.size() && value >= 1 &&
                   value <= 65535
               ? value
               : 0;
  };
  const auto range = text.substr(0, slash);
  const auto dash = std::min(range.find('-'), range.size());
  const int first = port(range.substr(0, dash));
  const int last = dash == range.size() ? first : port(range.substr(dash + 1));
  return first > 0 && last >= first;
}

Value read_expose(Reader& reader, const Field& field) {
  const auto ports = read_strings(reader, field);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    // "${PORT}" where nothing is set: Compose passes it on, and nothing comes of it.
    if (!ports[i].empty() && !is_exposed(ports[i]))
      reader.error(field.item(i), "not a port: " + ports[i], "PORT[-PORT][/PROTOCOL]");
  }
  return Value(to_array(ports));
}

// ---- One of few words, or somebody else's namespace ----

// A name has to follow; which one is for the checks and the policy to judge.
bool names_another(const std::string& text) {
  return (text.starts_with("service:") && text.size() > 8) ||
         (text.starts_with("container:") && text.size() > 10);
}

Value read_word(Reader& reader, const Field& field, const std::vector<std::string>& words,
                bool sharing) {
  const auto text = read_string(reader, field);
  // Not kept: an empty text would be a value in the hash, and be compared with what the engine
  // shows.
  if (!text || text->empty()) return std::nullopt;  // "" is the engine's own choice
  if (std::ranges::find(words, *text) != words.end() || (sharing && names_another(*text)))
    return Value(json::string(*text));
  std::string expected;
  for (const auto& word : words)
    expected += (expected.empty() ? "" : ", ") + word;
  if (sharing) expected += ", service:NAME, container:NAME";
  reader.error(field, "unknown choice `" + *text + "`", expected);
  return std::nullopt;
}
Value read_ipc(Reader& reader, const Field& field) {
  return read_word(reader, field, {"shareable", "private", "host", "none"}, true);
}
Value read_pid(Reader& reader, const Field& field) {
  return read_word(reader, field, {"host"}, true);
}
Value read_host_only(Reader& reader, const Field& field) {
  return read_word(reader, field, {"host"}, false);
}
Value read_cgroup(Reader& reader, const Field& field) {
  return read_word(reader, field, {"host", "private"}, false);
}

// ---- ulimits ----

// -1 is "without a limit".
constexpr std::int64_t kMostLimit = 1LL << 62;

struct Ulimit {
  std::optional<std::int64_t> soft, hard;
};
constexpr Key<Ulimit> kUlimitKeys[] = {
    {"soft",
     [](Reader& r, const Field& f, Ulimit& u) { u.soft = read_integer(r, f, -1, kMostLimit); }},
    {"hard",
     [](Reader& r, const Field& f, Ulimit& u) { u.hard = read_integer(r, f, -1, kMostLimit); }},
};

Value read_ulimits(Reader& reader, const Field& field) {
  if (!expect_map(reader, field)) return std::nullopt;
  json::object out;
  for (const auto& member : field.node.members) {
    const Field inner = field.member(member);
    if (!inner.node.is_map()) {
      // One number stays one: that is how Compose prints it.
      if (auto both = read_integer(reader, inner, -1, kMostLimit)) out[member.key] = *both;
      continue;
    }
    Ulimit limit;
    if (!read_map<Ulimit>(reader, inner, kUlimitKeys, limit)) continue;
    if (!limit.soft || !limit.hard) {
      reader.error(inner, "both limits are needed", "{soft: N, hard: N}, or one number for both");
      continue;
    }
    out[member.key] = json::object{{"soft", *limit.soft}, {"hard", *limit.hard}};
  }
  return Value(std::move(out));
}

// ---- devices ----

struct Device {
  std::string source, target, permissions = "rwm";
};
template <std::string Device::* Member>
void device_text(Reader& reader, const Field& field, Device& out) {
  if (auto text = read_string(reader, field)) out.*Member = std::move(*text);
}
constexpr Key<Device> kDeviceKeys[] = {{"source", device_text<&Device::source>},
                                       {"target", device_text<&Device::target>},
                                       {"permissions", device_text<&Device::permissions>}};

bool read_device(Reader& reader, const Field& field, Device& out) {
  if (field.node.is_map()) {
    if (!read_map<Device>(reader, field, kDeviceKeys, out)) return false;
  } else {
    const auto text = read_string(reader, field);
    if (!text) return false;
    const auto first = text->find(':');
    const auto second = first == std::string::npos ? first : text->find(':', first + 1);
    // `SOURCE[:TARGET[:PERMISSIONS]]`, or a CDI name (vendor.com/class=name), which has no colon.
    out.source = text->substr(0, first);
    if (first != std::string::npos) out.target = text->substr(first + 1, second - first - 1);
    if (second != std::string::npos) out.permissions = text->substr(second + 1);
    // /dev/a:rw names permissions where the target could stand, as Docker's CLI reads it.
    if (second == std::string::npos && !out.target.empty() && !out.target.starts_with('/'))
      out.permissions = std::exchange(out.target, "");
  }
  // As Docker's CLI: the same path in the container.
  if (out.target.empty()) out.target = out.source;
  const bool permitted =
      !out.permissions.empty() && out.permissions.find_first_not_of("rwm") == std::string::npos;
  if (!out.source.empty() && permitted) return true;
  reader.error(field, "not a device", "HOST_PATH[:CONTAINER_PATH[:rwm]], or a CDI name");
  return false;
}

Value read_devices(Reader& reader, const Field& field) {
  if (!field.node.is_sequence()) {
    reader.error(field, "not a list", "a list of devices");
    return std::nullopt;
  }
  json::array out;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    Device device;
    if (!read_device(reader, field.item(i), device)) continue;
    out.push_back(json::object{
        {"source", device.source}, {"target", device.target}, {"permissions", device.permissions}});
  }
  return Value(std::move(out));
}

// ---- logging ----

constexpr Key<json::object> kLoggingKeys[] = {
    {"driver",
     [](Reader& r, const Field& f, json::object& o) {
       if (auto text = read_string(r, f)) o["driver"] = *text;
     }},
    {"options", [](Reader& r, const Field& f,
                   json::object& o) { o["options"] = to_object(read_string_map(r, f)); }},
};
Value read_logging(Reader& reader, const Field& field) {
  json::object out;
  if (!read_map<json::object>(reader, field, kLoggingKeys, out)) return std::nullopt;
  return Value(std::move(out));
}

// ---- blkio_config ----

constexpr Key<json::object> kThrottleKeys[] = {
    {"path",
     [](Reader& r, const Field& f, json::object& o) {
       if (auto text = read_string(r, f)) o["path"] = *text;
     }},
    {"rate",
     [](Reader& r, const Field& f, json::object& o) {
       if (auto rate = read_bytes(r, f)) o["rate"] = *rate;
     }},
    {"weight",
     [](Reader& r, const Field& f, json::object& o) {
       if (auto weight = read_integer(r, f, 0, 1000)) o["weight"] = *weight;
     }},
};

void read_throttles(Reader& reader, const Field& field, json::object& out, const char* key) {
  if (!field.node.is_sequence()) {
    reader.error(field, "not a list", "a list of {path, rate} or {path, weight}");
    return;
  }
  json::array list;
  const bool weights = std::string_view(key) == "weight_device";
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    json::object each;
    if (!read_map<json::object>(reader, field.item(i), kThrottleKeys, each)) continue;
    // One table of keys for both kinds of list: that each has its own two is checked here.
    if (each.size() != 2 || !each.contains("path") || each.contains("rate") == weights)
      reader.error(field.item(i), "incomplete", weights ? "{path, weight}" : "{path, rate}");
    list.push_back(std::move(each));
  }
  out[key] = std::move(list);
}

constexpr Key<json::object> kBlkioKeys[] = {
    {"weight",
     [](Reader& r, const Field& f, json::object& o) {
       if (auto weight = read_integer(r, f, 0, 1000)) o["weight"] = *weight;
     }},
    {"weight_device",
     [](Reader& r, const Field& f, json::object& o) { read_throttles(r, f, o, "weight_device"); }},
    {"device_read_bps", [](Reader& r, const Field& f,
                           json::object& o) { read_throttles(r, f, o, "device_read_bps"); }},
    {"device_read_iops", [](Reader& r, const Field& f,
                            json::object& o) { read_throttles(r, f, o, "device_read_iops"); }},
    {"device_write_bps", [](Reader& r, const Field& f,
                            json::object& o) { read_throttles(r, f, o, "device_write_bps"); }},
    {"device_write_iops", [](Reader& r, const Field& f,
                             json::object& o) { read_throttles(r, f, o, "device_write_iops"); }},
};
Value read_blkio(Reader& reader, const Field& field) {
  json::object out;
  if (!read_map<json::object>(reader, field, kBlkioKeys, out)) return std::nullopt;
  return Value(std::move(out));
}

// ---- gpus ----

constexpr Key<json::object> kDeviceRequestKeys[] = {
    {"capabilities", [](Reader& r, const Field& f,
                        json::object& o) { o["capabilities"] = to_array(read_strings(r, f)); }},
    {"driver",
     [](Reader& r, const Field& f, json::object& o) {
       if (auto text = read_string(r, f)) o["driver"] = *text;
     }},
    {"count",
     [](Reader& r, const Field& f, json::object& o) {
       // The Engine API's word for all is -1.
       if (f.node.scalar == "all") {
         o["count"] = -1;
       } else if (auto count = read_integer(r, f, -1, 1'000'000)) {
         o["count"] = *count;
       }
     }},
    {"device_ids", [](Reader& r, const Field& f,
                      json::object& o) { o["device_ids"] = to_array(read_strings(r, f)); }},
    {"options", [](Reader& r, const Field& f,
                   json::object& o) { o["options"] = to_object(read_string_map(r, f)); }},
};

Value read_gpus(Reader& reader, const Field& field) {
  if (field.node.is_scalar() && field.node.scalar == "all")
    return Value(json::array{json::object{{"count", -1}}});
  return read_device_requests(reader, field);
}

// ---- As Compose prints them ----

// Sizes are texts there.
json::value size(const json::value& value) {
  return json::value(std::to_string(value.as_int64()));
}
json::value rates(const json::value& value) {
  json::object out = value.as_object();
  for (auto& [name, list] : out) {
    if (!list.is_array()) continue;
    for (auto& each : list.as_array()) {
      if (auto* rate = each.as_object().if_contains("rate")) *rate = size(*rate);
    }
  }
  return out;
}

// ---- The table ----

constexpr auto kAsKept = nullptr;
constexpr bool kInPlace = true;

// How to add a key is told in setting_keys.h. A row's reader decides what is hashed: to change it
// is to replace containers. `mem_swappiness` is printed as a text because Compose does so.
constexpr SettingKey kSettings[] = {
    {"annotations", read_texts},
    {"blkio_config", read_blkio, rates},
    {"cgroup", read_cgroup},
    {"cgroup_parent", read_text},
    {"cpu_count", read_number<0, 100'000>},
    {"cpu_percent", read_number<0, 100>},
    {"cpu_period", read_micros, kAsKept, kInPlace},
    {"cpu_quota", read_micros, kAsKept, kInPlace},
    {"cpu_rt_period", read_micros, kAsKept, kInPlace},
    {"cpu_rt_runtime", read_micros, kAsKept, kInPlace},
    {"cpu_shares", read_number<0, 262'144>, kAsKept, kInPlace},
    {"cpuset", read_text, kAsKept, kInPlace},
    {"device_cgroup_rules", read_list},
    {"devices", read_devices},
    {"dns", read_one_or_more},
    {"dns_opt", read_list},
    {"dns_search", read_one_or_more},
    {"domainname", read_text},
    {"expose", read_expose},
    {"external_links", read_list},
    {"gpus", read_gpus},
    {"group_add", read_list},
    {"ipc", read_ipc},
    {"links", read_list},
    {"logging", read_logging},
    {"mac_address", read_text},
    {"mem_reservation", read_size, size, kInPlace},
    {"mem_swappiness", read_number<0, 100>, size},
    {"memswap_limit", read_swap, size, kInPlace},
    {"oom_kill_disable", read_flag},
    {"oom_score_adj", read_number<-1000, 1000>},
    {"pid", read_pid},
    {"platform", read_text},
    {"runtime", read_text},
    {"security_opt", read_list},
    {"shm_size", read_size, size},
    {"stdin_open", read_flag},
    {"stop_signal", read_text},
    {"storage_opt", read_texts},
    {"sysctls", read_texts},
    {"tmpfs", read_one_or_more},
    {"tty", read_flag},
    {"ulimits", read_ulimits},
    {"userns_mode", read_host_only},
    {"uts", read_host_only},
    {"volumes_from", read_list},
};

}  // namespace

std::optional<json::value> read_device_requests(Reader& reader, const Field& field) {
  if (!field.node.is_sequence()) {
    reader.error(field, "not a list", "a list of {driver, count, device_ids, capabilities}");
    return std::nullopt;
  }
  json::array out;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    json::object each;
    const Field item = field.item(i);
    if (!read_map<json::object>(reader, item, kDeviceRequestKeys, each)) continue;
    // The engine refuses it late, and in words of its own.
    if (each.contains("count") && each.contains("device_ids"))
      reader.error(item, "`count` and `device_ids` exclude each other");
    out.push_back(std::move(each));
  }
  return Value(std::move(out));
}

bool read_setting(Reader& reader, const Field& field, const std::string& key, Service& service) {
  const auto* found = find_setting(key);
  if (found == nullptr) return false;
  if (auto value = found->read(reader, field)) service.settings[key] = std::move(*value);
  return true;
}

std::span<const SettingKey> setting_keys() {
  return kSettings;
}

const SettingKey* find_setting(std::string_view key) {
  const auto* found = std::ranges::find(kSettings, key, &SettingKey::name);
  return found == std::end(kSettings) ? nullptr : found;
}

bool changes_in_place(std::string_view key) {
  const auto* found = find_setting(key);
  return found != nullptr && found->in_place;
}

json::value printed(std::string_view key, const json::value& value) {
  const auto* found = find_setting(key);
  return found == nullptr || found->print == nullptr ? value : found->print(value);
}

}  // namespace fairlead::model
