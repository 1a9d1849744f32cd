// Top-level `networks:` and `volumes:`, and the `networks:` of a service.
#include <algorithm>

#include "model/decode/parts.h"

namespace fairlead::model {
namespace {

template <typename T, std::optional<std::string> T::* Member>
void string_into(Reader& reader, const Field& field, T& out) {
  out.*Member = read_string(reader, field);
}
template <typename T, std::optional<bool> T::* Member>
void bool_into(Reader& reader, const Field& field, T& out) {
  out.*Member = read_bool(reader, field);
}
template <typename T, StringMap T::* Member>
void map_into(Reader& reader, const Field& field, T& out) {
  out.*Member = read_string_map(reader, field);
}
template <typename T, std::string T::* Member>
void text_into(Reader& reader, const Field& field, T& out) {
  if (auto value = read_string(reader, field)) out.*Member = std::move(*value);
}

// A boolean, or the old `{name: …}`.
template <typename T>
void read_external(Reader& reader, const Field& field, T& out) {
  if (!field.node.is_map()) {
    out.external = read_bool(reader, field).value_or(false);
    return;
  }
  static constexpr Key<T> kKeys[] = {{"name", text_into<T, &T::docker_name>}};
  out.external = read_map<T>(reader, field, kKeys, out);
}

constexpr Key<IpamPool> kPoolKeys[] = {
    {"subnet", text_into<IpamPool, &IpamPool::subnet>},
    {"gateway", text_into<IpamPool, &IpamPool::gateway>},
    {"ip_range", text_into<IpamPool, &IpamPool::ip_range>},
    {"aux_addresses", map_into<IpamPool, &IpamPool::aux_addresses>},
};

void read_pools(Reader& reader, const Field& field, Network& network) {
  if (!field.node.is_sequence()) {
    reader.error(field, "not a list", "a list of {subnet, gateway, ip_range, aux_addresses}");
    return;
  }
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    IpamPool pool;
    if (read_map<IpamPool>(reader, field.item(i), kPoolKeys, pool)) {
      network.ipam.push_back(std::move(pool));
    }
  }
}

constexpr Key<Network> kIpamKeys[] = {
    {"driver", string_into<Network, &Network::ipam_driver>},
    {"options", map_into<Network, &Network::ipam_options>},
    {"config", read_pools},
};

void read_config_from(Reader& reader, const Field& field, Network& network) {
  network.config_from = read_string(reader, field);
}

void read_driver(Reader& reader, const Field& field, Network& network) {
  network.driver = read_string(reader, field);
  if (network.driver != "overlay") return;
  // Where that is a warning the engine's default stands in its place.
  network.driver.reset();
  report_refused(reader, field.node.mark, field.path,
                 {"", "overlay networks need Swarm", "bridge, macvlan or ipvlan"});
}

// Also the keys of a `kind: Network`, beside its behaviour (manifest.cpp).
constexpr Key<Network> kNetworkKeys[] = {
    {"name", text_into<Network, &Network::docker_name>},
    {"driver", read_driver},
    {"driver_opts", map_into<Network, &Network::driver_opts>},
    {"internal", bool_into<Network, &Network::internal>},
    {"attachable", bool_into<Network, &Network::attachable>},
    {"enable_ipv4", bool_into<Network, &Network::enable_ipv4>},
    {"enable_ipv6", bool_into<Network, &Network::enable_ipv6>},
    {"config_only", bool_into<Network, &Network::config_only>},
    {"config_from", read_config_from},
    {"labels", [](Reader& r, const Field& f, Network& n) { n.labels = read_labels(r, f); }},
    {"ipam", [](Reader& r, const Field& f, Network& n) { read_map<Network>(r, f, kIpamKeys, n); }},
    {"external", read_external<Network>},
};
constexpr Key<Volume> kVolumeKeys[] = {
    {"name", text_into<Volume, &Volume::docker_name>},
    {"driver", string_into<Volume, &Volume::driver>},
    {"driver_opts", map_into<Volume, &Volume::driver_opts>},
    {"labels", [](Reader& r, const Field& f, Volume& v) { v.labels = read_labels(r, f); }},
    {"external", read_external<Volume>},
};

// `external: true` says that the object is somebody else's: nothing but its name can be given.
void check_external(Reader& reader, const Field& field, bool external) {
  if (!external) return;
  for (const auto& member : field.node.members) {
    if (member.key == "name" || member.key == "external" || member.key.starts_with("x-")) continue;
    reader.error_at(member.mark, field.path + "." + member.key,
                    "can't be given together with `external: true`", "`name` only");
  }
}

void read_priority(Reader& reader, const Field& field, Endpoint& endpoint) {
  endpoint.priority =
      static_cast<int>(read_integer(reader, field, -1'000'000, 1'000'000).value_or(0));
}

void read_gw_priority(Reader& reader, const Field& field, Endpoint& endpoint) {
  if (auto value = read_integer(reader, field, -1'000'000, 1'000'000)) {
    endpoint.gw_priority = static_cast<int>(*value);
  }
}

// "" is any address.
template <std::optional<std::string> Endpoint::* Member>
void address_into(Reader& reader, const Field& field, Endpoint& endpoint) {
  endpoint.*Member = read_string(reader, field);
  if (endpoint.*Member && (endpoint.*Member)->empty()) (endpoint.*Member).reset();
}

constexpr Key<Endpoint> kEndpointKeys[] = {
    {"aliases",
     [](Reader& r, const Field& f, Endpoint& e) {
       for (auto& alias : read_strings(r, f)) {
         if (std::ranges::find(e.aliases, alias) == e.aliases.end())
           e.aliases.push_back(std::move(alias));
       }
     }},
    {"ipv4_address", address_into<&Endpoint::ipv4_address>},
    {"ipv6_address", address_into<&Endpoint::ipv6_address>},
    {"link_local_ips",
     [](Reader& r, const Field& f, Endpoint& e) { e.link_local_ips = read_strings(r, f); }},
    {"mac_address", string_into<Endpoint, &Endpoint::mac_address>},
    {"driver_opts", map_into<Endpoint, &Endpoint::driver_opts>},
    {"priority", read_priority},
    {"gw_priority", read_gw_priority},
    {"interface_name", string_into<Endpoint, &Endpoint::interface_name>},
};

}  // namespace

bool read_network_keys(Reader& reader, const Field& field, Network& network) {
  network.position = reader.position(field.node);
  if (field.node.is_null()) return true;
  if (!read_map<Network>(reader, field, kNetworkKeys, network)) return false;
  check_external(reader, field, network.external);
  return true;
}

// Null is a network with nothing said of it.
void read_networks(Reader& reader, const Field& field, std::vector<Network>& networks) {
  if (field.node.is_null() || !expect_map(reader, field)) return;
  for (const auto& member : field.node.members) {
    Network network;
    network.key = member.key;
    read_network_keys(reader, field.member(member), network);
    // Of the key, over what read_network_keys() has noted: a null has no place worth naming.
    network.position = reader.position(member.mark);
    networks.push_back(std::move(network));
  }
}

void read_volumes(Reader& reader, const Field& field, std::vector<Volume>& volumes) {
  if (field.node.is_null() || !expect_map(reader, field)) return;
  for (const auto& member : field.node.members) {
    Volume volume;
    volume.key = member.key;
    const Field inner = field.member(member);
    if (!member.value.is_null() && read_map<Volume>(reader, inner, kVolumeKeys, volume)) {
      check_external(reader, inner, volume.external);
    }
    volume.position = reader.position(member.mark);
    volumes.push_back(std::move(volume));
  }
}

// A list of names, or a map with settings; what is declared twice the checks find.
void read_endpoints(Reader& reader, const Field& field, Service& service) {
  const auto add = [&](std::string key, YamlMark mark) -> Endpoint& {
    Endpoint endpoint;
    endpoint.network = std::move(key);
    endpoint.position = reader.position(mark);
    // As Compose: the service's name resolves on each of its networks.
    endpoint.aliases.push_back(service.name);
    service.endpoints.push_back(std::move(endpoint));
    return service.endpoints.back();
  };
  if (field.node.is_sequence()) {
    for (std::size_t i = 0; i < field.node.items.size(); ++i) {
      const Field item = field.item(i);
      if (auto key = read_string(reader, item)) add(*key, item.node.mark);
    }
  } else if (field.node.is_map()) {
    for (const auto& member : field.node.members) {
      auto& endpoint = add(member.key, member.mark);
      if (!member.value.is_null()) {
        read_map<Endpoint>(reader, field.member(member), kEndpointKeys, endpoint);
      }
    }
  } else if (!field.node.is_null()) {
    reader.error(field, "neither a list nor a mapping",
                 "[NETWORK, …] or {NETWORK: {aliases: […]}}");
  }
}

}  // namespace fairlead::model
