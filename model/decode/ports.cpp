// `ports:` of a service, in their short and long forms, as Compose reads them.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "model/cidr.h"
#include "model/decode/parts.h"

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
    if (!text.starts_with(':')) return {};  // no port is given
    text.remove_prefix(1);
    parts.host = text.substr(0, text.find(':'));
    parts.container =
        text.find(':') == std::string_view::npos ? "" : text.substr(text.find(':') + 1);
    return parts;
  }
  // From the end: the container's port always stands there, and an IPv6 address without brackets
  // has colons of its own.
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
  // For one container port a range of host ports is a choice; for several they are pairs.
  if (host && container.size() > 1 && host->size() != container.size()) {
    reader.error(field, "the two port ranges differ in length", kPortForms);
    return;
  }
  // Ranges are short to write and long to hold.
  // Said once for the file, not for each port behind it.
  const bool told = reader.ports > kMostPorts;
  reader.ports += static_cast<std::size_t>(container.size());
  if (reader.ports > kMostPorts) {
    if (!told)
      reader.error(field, "more than " + std::to_string(kMostPorts) + " ports in one file");
    return;
  }
  for (int i = 0; i < container.size(); ++i) {
    port.target = static_cast<std::uint16_t>(container.first + i);
    if (host) {
      // Else the range goes to the engine, which takes the first that is free.
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
  // Of the host's addresses nothing is known here; that it is one of them the engine finds out.
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

// As texts, since each may be a number, a range or a mistake.
struct LongPort {
  std::string target, published, host_ip, protocol = "tcp", mode = "ingress", name, app_protocol;
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
    {"name", [](Reader& r, const Field& f, LongPort& p) { set(&LongPort::name, r, f, p); }},
    {"app_protocol",
     [](Reader& r, const Field& f, LongPort& p) { set(&LongPort::app_protocol, r, f, p); }},
    // Swarm's choice between its mesh and the host; on one engine both are the same.
    {"mode", [](Reader& r, const Field& f, LongPort& p) { set(&LongPort::mode, r, f, p); }},
};

void read_long_port(Reader& reader, const Field& field, Service& service) {
  LongPort found;
  if (!read_map<LongPort>(reader, field, kPortKeys, found)) return;
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
  port.mode = found.mode;
  port.name = found.name;
  port.app_protocol = found.app_protocol;
  port.position = reader.position(field.node);
  add_ports(reader, field, Range{*target, *target}, host, port, service);
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

}  // namespace fairlead::model
