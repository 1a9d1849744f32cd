#include "docker/decode.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>

#include "docker/container_fields.h"

namespace fairlead::docker {
namespace {

namespace json = boost::json;

// What is absent or of another kind reads as these, so that no reader has to ask (F072).
const json::object kNoObject;
const json::array kNoArray;

const json::object& object_of(const json::value& value) {
  return value.is_object() ? value.get_object() : kNoObject;
}
const json::object& object_at(const json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value == nullptr ? kNoObject : object_of(*value);
}
const json::array& array_at(const json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : kNoArray;
}
std::string text_at(const json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}
bool flag_at(const json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}
// Any of JSON's numbers; what fits no 64 bits is 0 (F113).
std::int64_t number_at(const json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  if (value == nullptr) return 0;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64()) return static_cast<std::int64_t>(value->get_uint64());
  constexpr double kMost = 9.2e18;  // beyond it the conversion is undefined
  if (!value->is_double() || !(std::abs(value->get_double()) < kMost)) return 0;
  return static_cast<std::int64_t>(value->get_double());
}
// What is no string is passed over.
std::vector<std::string> strings_at(const json::object& parent, std::string_view key) {
  std::vector<std::string> out;
  for (const auto& each : array_at(parent, key)) {
    if (each.is_string()) out.emplace_back(each.get_string());
  }
  return out;
}
// What is no text is left out: options of plugins may be anything.
StringMap map_at(const json::object& parent, std::string_view key) {
  StringMap out;
  for (const auto& member : object_at(parent, key)) {
    if (member.value().is_string()) {
      out[std::string(member.key())] = std::string(member.value().get_string());
    }
  }
  return out;
}

// Docker writes names as "/web"; the other name of a link, "/a/b", keeps its second slash.
std::string without_slash(std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

// The same object in lists and inspects; a list has no aliases.
Endpoint endpoint(std::string name, const json::object& object) {
  const auto& ipam = object_at(object, "IPAMConfig");
  Endpoint out;
  out.network_name = std::move(name);
  out.network_id = text_at(object, "NetworkID");
  out.endpoint_id = text_at(object, "EndpointID");
  out.aliases = strings_at(object, "Aliases");
  out.ip_address = text_at(object, "IPAddress");
  out.ipv4_configured = text_at(ipam, "IPv4Address");
  out.ipv6_configured = text_at(ipam, "IPv6Address");
  out.ipv6_address = text_at(object, "GlobalIPv6Address");
  out.link_local_ips = strings_at(ipam, "LinkLocalIPs");
  out.mac_address = text_at(object, "MacAddress");
  out.gateway = text_at(object, "Gateway");
  return out;
}

// By name: the engine's order is that of a Go map, another one each time.
std::vector<Endpoint> endpoints(const json::object& container) {
  std::vector<Endpoint> out;
  for (const auto& member : object_at(object_at(container, "NetworkSettings"), "Networks")) {
    out.push_back(endpoint(std::string(member.key()), object_of(member.value())));
  }
  std::ranges::sort(out, {}, &Endpoint::network_name);
  return out;
}

ContainerSummary summary(const json::object& object) {
  ContainerSummary out;
  out.id = text_at(object, "Id");
  for (auto& name : strings_at(object, "Names"))
    out.names.push_back(without_slash(name));
  out.image = text_at(object, "Image");
  out.image_id = text_at(object, "ImageID");
  out.state = text_at(object, "State");
  out.status_text = text_at(object, "Status");
  out.created = number_at(object, "Created");
  out.labels = map_at(object, "Labels");
  out.endpoints = endpoints(object);
  return out;
}

// "8080/tcp": [{"HostIp": …, "HostPort": …}, …] or null.
std::vector<PortBinding> port_bindings(const json::object& host_config) {
  std::vector<PortBinding> out;
  const auto& bindings = object_at(host_config, "PortBindings");
  for (const auto& member : bindings) {
    const std::string key(member.key());
    const auto slash = key.find('/');
    // "8080/tcp"; without a protocol it is tcp.
    PortBinding port;
    std::from_chars(key.data(), key.data() + key.size(), port.container_port);
    port.protocol = slash == std::string::npos ? "tcp" : key.substr(slash + 1);
    // One port may be bound several times, and `null` is not at all.
    for (const auto& each : array_at(bindings, key)) {
      port.host_ip = text_at(object_of(each), "HostIp");
      port.host_port = text_at(object_of(each), "HostPort");
      out.push_back(port);
    }
  }
  std::ranges::sort(out);
  return out;
}

// What was asked for in this form. `Binds`, as `docker run -v` sends them, are not among them:
// Fairlead sends none.
std::vector<MountSpec> mounts(const json::object& host_config) {
  std::vector<MountSpec> out;
  for (const auto& each : array_at(host_config, "Mounts")) {
    const auto& object = object_of(each);
    MountSpec mount;
    mount.type = text_at(object, "Type");
    mount.source = text_at(object, "Source");
    mount.target = text_at(object, "Target");
    mount.read_only = flag_at(object, "ReadOnly");
    out.push_back(std::move(mount));
  }
  return out;
}

// "Mounts" at the top: what is mounted, with what the image and the engine added.
std::vector<MountedVolume> mounted_volumes(const json::object& container) {
  std::vector<MountedVolume> out;
  for (const auto& each : array_at(container, "Mounts")) {
    const auto& object = object_of(each);
    if (text_at(object, "Type") == "volume")
      out.push_back({text_at(object, "Name"), text_at(object, "Destination")});
  }
  std::ranges::sort(out, {}, &MountedVolume::target);
  return out;
}

// `Health` is absent without a check; "none" is what some versions write for that.
void read_state(const json::object& state, Container& out) {
  out.state = text_at(state, "Status");
  out.running = flag_at(state, "Running");
  out.paused = flag_at(state, "Paused");
  out.oom_killed = flag_at(state, "OOMKilled");
  out.pid = static_cast<int>(number_at(state, "Pid"));
  out.exit_code = static_cast<int>(number_at(state, "ExitCode"));
  out.error = text_at(state, "Error");
  out.started_at = text_at(state, "StartedAt");
  out.finished_at = text_at(state, "FinishedAt");
  const auto health = text_at(object_at(state, "Health"), "Status");
  if (health != "none") out.health = health;
}

// `Config` and `HostConfig` are what the engine has made of the request, with the image's defaults.
void read_config(const json::object& config, Container& out) {
  out.image = text_at(config, "Image");
  out.labels = map_at(config, "Labels");
  out.command = strings_at(config, "Cmd");
  out.entrypoint = strings_at(config, "Entrypoint");
  out.env = strings_at(config, "Env");
  out.user = text_at(config, "User");
  out.working_dir = text_at(config, "WorkingDir");
  out.hostname = text_at(config, "Hostname");
}

void read_host_config(const json::object& host, Container& out) {
  const auto& restart = object_at(host, "RestartPolicy");
  out.restart = {text_at(restart, "Name"),
                 static_cast<int>(number_at(restart, "MaximumRetryCount"))};
  out.network_mode = text_at(host, "NetworkMode");
  out.memory = number_at(host, "Memory");
  out.nano_cpus = number_at(host, "NanoCpus");
  out.pids_limit = number_at(host, "PidsLimit");
  out.privileged = flag_at(host, "Privileged");
  out.read_only = flag_at(host, "ReadonlyRootfs");
  out.ports = port_bindings(host);
  out.mounts = mounts(host);
}

// What is empty is left out: most containers set few of them. 0 and false are the defaults.
bool is_set(const json::value& value) {
  if (const auto* text = value.if_string()) return !text->empty();
  if (const auto* list = value.if_array()) return !list->empty();
  if (const auto* object = value.if_object()) return !object->empty();
  return !value.is_null() && value != json::value(false) && value != json::value(0);
}

// The table says which there are, so that what is compared is what is read.
void read_settings(const json::object& container, Container& out) {
  for (const auto& field : container_fields()) {
    if (!field.setting) continue;
    const std::string_view path = field.path;
    const auto dot = path.find('.');
    const auto& part = object_at(container, path.substr(0, dot));
    const auto* value = part.if_contains(path.substr(dot + 1));
    if (value != nullptr && is_set(*value)) out.settings.emplace(path, *value);
  }
}

// The same object in lists and inspects; `Containers` is in the latter only.
Network network(const json::object& object) {
  Network out;
  out.id = text_at(object, "Id");
  out.name = text_at(object, "Name");
  out.created = text_at(object, "Created");
  out.scope = text_at(object, "Scope");
  out.driver = text_at(object, "Driver");
  out.options = map_at(object, "Options");
  out.labels = map_at(object, "Labels");
  out.internal = flag_at(object, "Internal");
  out.attachable = flag_at(object, "Attachable");
  out.enable_ipv6 = flag_at(object, "EnableIPv6");
  out.config_only = flag_at(object, "ConfigOnly");
  out.config_from = text_at(object_at(object, "ConfigFrom"), "Network");
  const auto& ipam = object_at(object, "IPAM");
  out.ipam_driver = text_at(ipam, "Driver");
  out.ipam_options = map_at(ipam, "Options");
  for (const auto& each : array_at(ipam, "Config")) {
    const auto& pool = object_of(each);
    out.ipam.push_back({text_at(pool, "Subnet"), text_at(pool, "Gateway"), text_at(pool, "IPRange"),
                        map_at(pool, "AuxiliaryAddresses")});
  }
  for (const auto& member : object_at(object, "Containers")) {
    const auto& each = object_of(member.value());
    out.members.push_back({std::string(member.key()), text_at(each, "Name"),
                           text_at(each, "IPv4Address"), text_at(each, "MacAddress")});
  }
  return out;
}

// For "the reply is no …": a word that names what was asked for, and nothing of the reply.
std::unexpected<std::string> odd(std::string_view what) {
  return std::unexpected("the reply is no " + std::string(what));
}

// All or none: a list that lacks one object reads as if that had gone, and what has gone is removed
// from memory or made anew.
template <typename T>
Decoded<std::vector<T>> each_of(const json::value* reply, T (*read)(const json::object&),
                                bool (*fine)(const T&)) {
  if (reply == nullptr || !reply->is_array()) return odd("list");
  std::vector<T> out;
  for (const auto& each : reply->get_array()) {
    if (!each.is_object()) return odd("list of objects");
    out.push_back(read(each.get_object()));
    if (!fine(out.back())) return odd("list of objects with an ID or name");
  }
  return out;
}

bool has_id(const ContainerSummary& each) {
  return is_id(each.id);
}
// A network without a name can't be told from others.
bool has_network_id(const Network& each) {
  return is_network_id(each.id) && !each.name.empty();
}
bool has_name(const Volume& each) {
  return !each.name.empty();
}

Volume volume(const json::object& object) {
  return {text_at(object, "Name"), text_at(object, "Driver"), map_at(object, "Options"),
          map_at(object, "Labels"), text_at(object, "CreatedAt")};
}

}  // namespace

bool is_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Swarm's IDs are shorter, and its networks stand in every list of theirs.
bool is_network_id(std::string_view text) {
  constexpr std::string_view kSwarms = "0123456789abcdefghijklmnopqrstuvwxyz";
  return is_id(text) ||
         (text.size() == 25 && text.find_first_not_of(kSwarms) == std::string_view::npos);
}

Decoded<std::vector<ContainerSummary>> decode_container_list(const json::value& reply) {
  return each_of<ContainerSummary>(&reply, summary, has_id);
}

Decoded<Container> decode_container(const json::value& reply) {
  const auto& object = object_of(reply);
  Container out;
  out.id = text_at(object, "Id");
  if (!is_id(out.id)) return odd("container with an ID");
  out.name = without_slash(text_at(object, "Name"));
  out.created = text_at(object, "Created");
  out.image_id = text_at(object, "Image");
  // At the top, and not in State.
  out.restart_count = static_cast<int>(number_at(object, "RestartCount"));
  read_state(object_at(object, "State"), out);
  read_config(object_at(object, "Config"), out);
  read_host_config(object_at(object, "HostConfig"), out);
  read_settings(object, out);
  out.volumes = mounted_volumes(object);
  out.endpoints = endpoints(object);
  return out;
}

Decoded<std::vector<Network>> decode_network_list(const json::value& reply) {
  return each_of<Network>(&reply, network, has_network_id);
}
Decoded<Network> decode_network(const json::value& reply) {
  auto out = network(object_of(reply));
  if (!has_network_id(out)) return odd("network with an ID and a name");
  return out;
}

Decoded<std::vector<Volume>> decode_volume_list(const json::value& reply) {
  return each_of<Volume>(object_of(reply).if_contains("Volumes"), volume, has_name);
}
Decoded<Volume> decode_volume(const json::value& reply) {
  auto out = volume(object_of(reply));
  if (!has_name(out)) return odd("volume with a name");
  return out;
}

// With the containerd store the ID is the manifest's, and some members are absent (Engine 29).
Decoded<Image> decode_image(const json::value& reply) {
  const auto& object = object_of(reply);
  Image out{text_at(object, "Id"),
            strings_at(object, "RepoTags"),
            strings_at(object, "RepoDigests"),
            text_at(object_at(object, "Metadata"), "LastTagTime"),
            {},
            map_at(object_at(object, "Config"), "Labels")};
  if (out.id.empty()) return odd("image with an ID");
  for (const auto& volume : object_at(object_at(object, "Config"), "Volumes"))
    out.volumes.emplace_back(volume.key());
  return out;
}

Decoded<EngineInfo> decode_info(const json::value& reply) {
  if (!reply.is_object()) return odd("object");
  const auto& object = object_of(reply);
  EngineInfo out;
  out.id = text_at(object, "ID");
  out.name = text_at(object, "Name");
  out.version = text_at(object, "ServerVersion");
  out.os = text_at(object, "OperatingSystem");
  out.ncpu = number_at(object, "NCPU");
  return out;
}

std::optional<Event> decode_event(const json::value& line) {
  const auto& object = object_of(line);
  const auto& actor = object_at(object, "Actor");
  Event event{text_at(object, "Type"), text_at(object, "Action"), text_at(actor, "ID"),
              map_at(actor, "Attributes")};
  // Health checks are execs: three events each, with the command in the action.
  if (event.type.empty() || event.action.starts_with("exec_")) return std::nullopt;
  // What would be asked for next is this ID.
  if (event.type == "container" && !is_id(event.actor_id)) return std::nullopt;
  if (event.type == "network" && !is_network_id(event.actor_id)) return std::nullopt;
  return event;
}

// By the wider of the two forms: a container's ID fits it too.
Decoded<std::string> decode_id(const json::value& reply) {
  auto id = text_at(object_of(reply), "Id");
  if (!is_network_id(id)) return odd("ID");
  return id;
}

int decode_exit_code(const json::value& reply) {
  return static_cast<int>(number_at(object_of(reply), "ExitCode"));
}

// Engines up to 28 write both, from 29 on `errorDetail` alone.
std::string decode_progress_error(const json::value& line) {
  const auto& object = object_of(line);
  auto message = text_at(object_at(object, "errorDetail"), "message");
  return message.empty() ? text_at(object, "error") : message;
}

// A JSON object without a message says nothing, and is not shown as JSON.
std::string decode_error_message(std::string_view body) {
  boost::system::error_code bad;
  const auto value = json::parse(body, bad);
  if (!bad && value.is_object()) return text_at(value.get_object(), "message");
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r'))
    body.remove_suffix(1);
  return std::string(body.substr(0, 500));
}

}  // namespace fairlead::docker
