// `ports:` and `volumes:` of a service, in their short and long forms (compose.md §1.4).
#include <algorithm>
#include <charconv>
#include <string_view>

#include "model/cidr.h"
#include "model/decode_parts.h"

namespace fairlead::model {
namespace {

constexpr const char* kPortForms = "[[IP:]HOST[-HOST]:]CONTAINER[-CONTAINER][/PROTOCOL]";

struct Range {
  int first = 0;
  int last = 0;
  int size() const { return last - first + 1; }
};

std::optional<int> parse_port(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < 1 || value > 65535) return std::nullopt;
  return value;
}

std::optional<Range> parse_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = parse_port(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return Range{*first, *last};
}

std::string to_text(const Range& range) {
  const auto first = std::to_string(range.first);
  return range.size() == 1 ? first : first + "-" + std::to_string(range.last);
}

// The pieces of a short form, still as text.
struct ShortPort {
  std::string_view ip, host, container, protocol = "tcp";
};

ShortPort split_port(std::string_view text) {
  ShortPort parts;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    parts.protocol = text.substr(slash + 1);
    text = text.substr(0, slash);
  }
  if (text.starts_with('[')) {  // IPv6 in brackets
    const auto end = text.find(']');
    parts.ip = text.substr(1, end == std::string_view::npos ? end : end - 1);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (text.starts_with(':')) text.remove_prefix(1);
    parts.host = text.substr(0, text.find(':'));
    parts.container =
        text.find(':') == std::string_view::npos ? "" : text.substr(text.find(':') + 1);
    return parts;
  }
  const auto last = text.rfind(':');
  parts.container = last == std::string_view::npos ? text : text.substr(last + 1);
  if (last == std::string_view::npos) return parts;
  const auto before = text.substr(0, last);
  const auto middle = before.rfind(':');
  parts.host = middle == std::string_view::npos ? before : before.substr(middle + 1);
  if (middle != std::string_view::npos) parts.ip = before.substr(0, middle);
  return parts;
}

void add_ports(Reader& reader, const Field& field, const Range& container,
               const std::optional<Range>& host, Port port, Service& service) {
  if (host && container.size() > 1 && host->size() != container.size()) {
    reader.error(field, "the two port ranges differ in length", kPortForms);
    return;
  }
  for (int i = 0; i < container.size(); ++i) {
    port.target = static_cast<std::uint16_t>(container.first + i);
    if (host) {
      const bool pairwise = host->size() == container.size();
      port.published = pairwise ? std::to_string(host->first + i) : to_text(*host);
    }
    service.ports.push_back(port);
  }
}

bool is_protocol(std::string_view text) {
  return text == "tcp" || text == "udp" || text == "sctp";
}

// The engine takes a name here too, and fails only when the container starts.
bool check_host_ip(Reader& reader, const Field& field, const std::string& ip) {
  if (ip.empty() || parse_address(ip)) return true;
  reader.error(field, "not an address of this host: " + ip,
               "an IPv4 address, or an IPv6 address in brackets");
  return false;
}

void read_short_port(Reader& reader, const Field& field, Service& service) {
  const auto text = read_string(reader, field);
  if (!text) return;
  const ShortPort parts = split_port(*text);
  const auto container = parse_range(parts.container);
  const auto host = parse_range(parts.host);
  if (!container || (!parts.host.empty() && !host) || !is_protocol(parts.protocol)) {
    reader.error(field, "not a port: " + *text, kPortForms,
                 "write it in quotes: YAML reads some of these as numbers");
    return;
  }
  Port port;
  port.host_ip = parts.ip;
  if (!check_host_ip(reader, field, port.host_ip)) return;
  port.protocol = parts.protocol;
  port.position = reader.position(field.node);
  add_ports(reader, field, *container, host, port, service);
}

struct LongPort {
  std::string target, published, host_ip, protocol = "tcp";
};

void set(std::string LongPort::* member, Reader& reader, const Field& field, LongPort& port) {
  if (auto value = read_string(reader, field)) port.*member = std::move(*value);
}

constexpr Key<LongPort> kPortKeys[] = {
    {"target", [](Reader& r, const Field& f, LongPort& p) { set(&LongPort::target, r, f, p); }},
    {"published",
     [](Reader& r, const Field& f, LongPort& p) { set(&LongPort::published, r, f, p); }},
    {"host_ip", [](Reader& r, const Field& f, LongPort& p) { set(&LongPort::host_ip, r, f, p); }},
    {"protocol", [](Reader& r, const Field& f, LongPort& p) { set(&LongPort::protocol, r, f, p); }},
    {"name", [](Reader& r, const Field& f, LongPort&) { read_string(r, f); }},
    {"app_protocol", [](Reader& r, const Field& f, LongPort&) { read_string(r, f); }},
};

constexpr const char* kLaterPortKeys[] = {"mode"};

void read_long_port(Reader& reader, const Field& field, Service& service) {
  LongPort found;
  if (!read_map<LongPort>(reader, field, kPortKeys, found, kLaterPortKeys)) return;
  const auto target = parse_port(found.target);
  const auto host = parse_range(found.published);
  if (!target || (!found.published.empty() && !host) || !is_protocol(found.protocol)) {
    reader.error(field, "not a port", "target: 1-65535, published: a port or range, protocol: tcp");
    return;
  }
  Port port;
  port.host_ip = found.host_ip;
  if (!check_host_ip(reader, field, port.host_ip)) return;
  port.protocol = found.protocol;
  port.position = reader.position(field.node);
  add_ports(reader, field, Range{*target, *target}, host, port, service);
}

// ---- Mounts ----

constexpr const char* kPropagations[] = {"rprivate", "private", "rshared",
                                         "shared",   "rslave",  "slave"};

void apply_mount_option(Reader& reader, const Field& field, const std::string& option,
                        Mount& mount) {
  const bool propagation = std::ranges::find(kPropagations, option) != std::end(kPropagations);
  if (option == "ro") {
    mount.read_only = true;
  } else if (option == "nocopy") {
    mount.nocopy = true;
  } else if (propagation) {
    mount.propagation = option;
  } else if (option != "rw") {
    reader.error(field, "unknown mount option `" + option + "`",
                 "ro, rw, nocopy, or a propagation: rprivate, rshared, …");
  }
}

void check_bind_source(Reader& reader, const Field& field, const std::string& source) {
  if (!source.starts_with('/')) {
    reader.error(field, "a bind mount from a relative path is not supported yet",
                 "an absolute path on the engine's host", "write the whole path: /srv/data");
  }
}

void read_short_mount(Reader& reader, const Field& field, Service& service) {
  const auto text = read_string(reader, field);
  if (!text) return;
  std::vector<std::string> parts(1);
  for (const char c : *text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  Mount mount;
  mount.position = reader.position(field.node);
  if (parts.size() > 3 || parts.back().empty()) {
    reader.error(field, "not a mount: " + *text, "[SOURCE:]TARGET[:OPTIONS]");
    return;
  }
  mount.target = parts.size() == 1 ? parts[0] : parts[1];
  if (parts.size() > 1) mount.source = parts[0];
  const bool path =
      !mount.source.empty() && std::string("./~").find(mount.source[0]) != std::string::npos;
  if (path) {
    mount.type = Mount::Type::kBind;
    mount.create_host_path = true;  // as Compose's short form does
    check_bind_source(reader, field, mount.source);
  }
  if (parts.size() == 3) {
    std::string option;
    for (const char c : parts[2] + ",") {
      if (c != ',') {
        option += c;
        continue;
      }
      apply_mount_option(reader, field, option, mount);
      option.clear();
    }
  }
  service.mounts.push_back(std::move(mount));
}

constexpr Key<Mount> kBindKeys[] = {
    {"propagation",
     [](Reader& r, const Field& f, Mount& m) {
       if (auto v = read_string(r, f)) apply_mount_option(r, f, *v, m);
     }},
    {"create_host_path", [](Reader& r, const Field& f,
                            Mount& m) { m.create_host_path = read_bool(r, f).value_or(false); }},
};
constexpr const char* kLaterBindKeys[] = {"recursive", "selinux"};

constexpr Key<Mount> kVolumeOptionKeys[] = {
    {"nocopy",
     [](Reader& r, const Field& f, Mount& m) { m.nocopy = read_bool(r, f).value_or(false); }},
};
constexpr const char* kLaterVolumeOptionKeys[] = {"subpath", "labels"};

constexpr Key<Mount> kTmpfsKeys[] = {
    {"size", [](Reader& r, const Field& f, Mount& m) { m.tmpfs_size = read_bytes(r, f); }},
    {"mode",
     [](Reader& r, const Field& f, Mount& m) {
       const auto text = read_string(r, f);
       if (!text) return;
       std::uint32_t mode = 0;
       const auto [end, failed] =
           std::from_chars(text->data(), text->data() + text->size(), mode, 8);
       if (failed != std::errc() || end != text->data() + text->size() || mode > 07777) {
         r.error(f, "not a mode", "an octal mode: 1777");
         return;
       }
       m.tmpfs_mode = mode;
     }},
};

struct MountType {
  const char* name;
  Mount::Type type;
};
constexpr MountType kMountTypes[] = {
    {"volume", Mount::Type::kVolume}, {"bind", Mount::Type::kBind}, {"tmpfs", Mount::Type::kTmpfs}};

void read_mount_type(Reader& reader, const Field& field, Mount& mount) {
  const auto text = read_string(reader, field);
  if (!text) return;
  for (const auto& each : kMountTypes) {
    if (*text == each.name) {
      mount.type = each.type;
      return;
    }
  }
  reader.error(field, "unknown mount type `" + *text + "`", "volume, bind or tmpfs");
}

constexpr Key<Mount> kMountKeys[] = {
    {"type", read_mount_type},
    {"source",
     [](Reader& r, const Field& f, Mount& m) { m.source = read_string(r, f).value_or(""); }},
    {"target",
     [](Reader& r, const Field& f, Mount& m) { m.target = read_string(r, f).value_or(""); }},
    {"read_only",
     [](Reader& r, const Field& f, Mount& m) { m.read_only = read_bool(r, f).value_or(false); }},
    {"bind", [](Reader& r, const Field& f,
                Mount& m) { read_map<Mount>(r, f, kBindKeys, m, kLaterBindKeys); }},
    {"volume",
     [](Reader& r, const Field& f, Mount& m) {
       read_map<Mount>(r, f, kVolumeOptionKeys, m, kLaterVolumeOptionKeys);
     }},
    {"tmpfs", [](Reader& r, const Field& f, Mount& m) { read_map<Mount>(r, f, kTmpfsKeys, m); }},
};
constexpr const char* kLaterMountKeys[] = {"consistency", "image"};

void read_long_mount(Reader& reader, const Field& field, Service& service) {
  Mount mount;
  mount.position = reader.position(field.node);
  if (!read_map<Mount>(reader, field, kMountKeys, mount, kLaterMountKeys)) return;
  if (field.node.find("type") == nullptr) reader.error(field, "no `type`", "volume, bind or tmpfs");
  if (mount.target.empty()) reader.error(field, "no `target`", "a path inside the container");
  if (mount.type == Mount::Type::kBind) check_bind_source(reader, field, mount.source);
  service.mounts.push_back(std::move(mount));
}

bool expect_list(Reader& reader, const Field& field) {
  if (field.node.is_sequence()) return true;
  reader.error(field, "not a list", "a list");
  return false;
}

}  // namespace

void read_ports(Reader& reader, const Field& field, Service& service) {
  if (!expect_list(reader, field)) return;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    const Field item = field.item(i);
    item.node.is_map() ? read_long_port(reader, item, service)
                       : read_short_port(reader, item, service);
  }
}

void read_mounts(Reader& reader, const Field& field, Service& service) {
  if (!expect_list(reader, field)) return;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    const Field item = field.item(i);
    item.node.is_map() ? read_long_mount(reader, item, service)
                       : read_short_mount(reader, item, service);
  }
}

}  // namespace fairlead::model
