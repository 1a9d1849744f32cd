// Networks and endpoints of the in-process engine.
#include <array>
#include <boost/asio/ip/network_v4.hpp>

#include "docker/embedded_state.h"

namespace fairlead::docker::embedded {
namespace {

namespace ip = boost::asio::ip;

std::expected<ip::network_v4, std::string> parse_subnet(const std::string& text) {
  boost::system::error_code error;
  const auto subnet = ip::make_network_v4(text, error);
  if (error) return std::unexpected("invalid CIDR address: " + text);
  return subnet;
}

bool overlap(const ip::network_v4& a, const ip::network_v4& b) {
  const auto first_a = a.network().to_uint(), last_a = a.broadcast().to_uint();
  const auto first_b = b.network().to_uint(), last_b = b.broadcast().to_uint();
  return first_a <= last_b && first_b <= last_a;
}

bool subnet_taken(const State& state, const ip::network_v4& wanted) {
  for (const auto& [id, network] : state.networks) {
    for (const IpamConfig& pool : network.ipam) {
      const auto other = parse_subnet(pool.subnet);
      if (other && overlap(*other, wanted)) return true;
    }
  }
  return false;
}

std::string address(std::uint32_t value) { return ip::address_v4(value).to_string(); }

bool reserved(const std::string& name) {
  return name == "bridge" || name == "host" || name == "none";
}

}  // namespace

void Model::add_predefined() {
  struct Predefined {
    const char* name;
    const char* driver;
  };
  for (const auto& [name, driver] : {Predefined{"bridge", "bridge"}, Predefined{"host", "host"},
                                     Predefined{"none", "null"}}) {
    Network network;
    network.id = random_.hex(64);
    network.name = name;
    network.driver = driver;
    network.scope = "local";
    network.created = now();
    network.ipam_driver = "default";
    if (network.name == "bridge") network.ipam = {{"172.17.0.0/16", "172.17.0.1", "", {}}};
    state.networks.emplace(network.id, std::move(network));
  }
}

// 172.17–31.0.0/16, then 192.168.0.0/20 onwards: 31 pools, one of them the default bridge (F005).
Reply<std::string> Model::free_subnet() const {
  for (int second = 17; second <= 31; ++second) {
    const std::string pool = "172." + std::to_string(second) + ".0.0/16";
    if (!subnet_taken(state, *parse_subnet(pool))) return pool;
  }
  for (int third = 0; third <= 240; third += 16) {
    const std::string pool = "192.168." + std::to_string(third) + ".0/20";
    if (!subnet_taken(state, *parse_subnet(pool))) return pool;
  }
  return refuse(404,
                "could not find an available, non-overlapping IPv4 address pool among the defaults "
                "to assign to the network");
}

Reply<Network> Model::inspect_network(const State& from, const std::string& id) const {
  const Network* found = nullptr;
  if (const auto exact = from.networks.find(id); exact != from.networks.end()) {
    found = &exact->second;
  }
  for (const auto& [key, network] : from.networks) {
    if (found != nullptr && found->id == id) break;
    if (network.name != id) continue;
    if (found != nullptr) {
      return refuse(400, "network " + id + " is ambiguous (2 matches found on name)");
    }
    found = &network;
  }
  if (found == nullptr) return refuse(404, "network " + id + " not found");
  Network reply = *found;
  for (const auto& [key, box] : from.boxes) {
    for (const Endpoint& endpoint : box.container.endpoints) {
      if (endpoint.network_id != reply.id || endpoint.endpoint_id.empty()) continue;
      const std::string bits = reply.ipam.empty() || endpoint.ip_address.empty()
                                   ? ""
                                   : reply.ipam[0].subnet.substr(reply.ipam[0].subnet.find('/'));
      reply.members.push_back(
          {key, box.container.name, endpoint.ip_address + bits, endpoint.mac_address});
    }
  }
  return reply;
}

Reply<std::string> Model::create_network(NetworkSpec spec) {
  if (spec.name.empty()) return refuse(500, "network name can not be empty");
  if (reserved(spec.name)) {
    return refuse(403, "operation is not permitted on predefined " + spec.name + " network ");
  }
  for (const auto& [id, network] : state.networks) {
    if (network.name == spec.name) {
      return refuse(409, "network with name " + spec.name + " already exists");
    }
    const auto bridge = spec.options.find("com.docker.network.bridge.name");
    const auto other = network.options.find("com.docker.network.bridge.name");
    if (bridge != spec.options.end() && other != network.options.end() &&
        bridge->second == other->second) {
      return refuse(403, "cannot create network " + spec.name + " (" + bridge->second +
                             "): conflicts with network " + id + " (" + bridge->second +
                             "): networks have same bridge name");
    }
  }
  if (spec.ipam.empty()) {
    const auto pool = free_subnet();
    if (!pool) return std::unexpected(pool.error());
    spec.ipam.push_back({*pool, "", "", {}});
  }
  for (IpamConfig& pool : spec.ipam) {
    if (pool.subnet.find(':') != std::string::npos) continue;
    const auto subnet = parse_subnet(pool.subnet);
    if (!subnet) return refuse(500, subnet.error());
    if (subnet_taken(state, *subnet)) {
      return refuse(403, "Pool overlaps with other one on this address space");
    }
    // The echo of an unasked gateway is how 20.10 shows generated pools.
    if (pool.gateway.empty()) pool.gateway = address(subnet->network().to_uint() + 1);
  }
  Network network{random_.hex(64), spec.name, now(), "local", spec.driver.value_or("bridge"),
                  spec.options, spec.labels, spec.internal.value_or(false),
                  spec.attachable.value_or(false), spec.enable_ipv6.value_or(false),
                  spec.config_only.value_or(false), spec.config_from.value_or(""),
                  spec.ipam_driver.value_or("default"), spec.ipam_options, spec.ipam, {}};
  const std::string id = network.id;
  say(network, "create");
  state.networks.emplace(id, std::move(network));
  return id;
}

Reply<void> Model::remove_network(const std::string& id) {
  const auto network = inspect_network(state, id);
  if (!network) return std::unexpected(network.error());
  if (reserved(network->name)) {
    return refuse(403, network->name + " is a pre-defined network and cannot be removed");
  }
  if (!network->members.empty()) {
    return refuse(403, "error while removing network: network " + network->name + " id " +
                           network->id + " has active endpoints");
  }
  state.networks.erase(network->id);
  say(*network, "destroy");
  return {};
}

bool Model::address_used(const std::string& network_id, const std::string& wanted) const {
  for (const auto& [id, box] : state.boxes) {
    for (const Endpoint& endpoint : box.container.endpoints) {
      if (endpoint.network_id == network_id && endpoint.ip_address == wanted) return true;
    }
  }
  return false;
}

// Gives a running container its place in the network (F009, F017).
Reply<void> Model::attach(Box& box, Endpoint& endpoint) {
  const auto found = state.networks.find(endpoint.network_id);
  if (found == state.networks.end()) {
    return refuse(404, "network " + endpoint.network_id + " not found");
  }
  const Network& network = found->second;
  endpoint.endpoint_id = random_.hex(64);
  if (network.ipam.empty()) return {};
  const auto subnet = parse_subnet(network.ipam[0].subnet);
  if (!subnet) return {};
  endpoint.gateway = network.ipam[0].gateway;
  if (!endpoint.ipv4_configured.empty()) {
    if (address_used(network.id, endpoint.ipv4_configured)) {
      endpoint.endpoint_id.clear();
      return refuse(403, "Address already in use");
    }
    endpoint.ip_address = endpoint.ipv4_configured;
  } else {
    std::uint32_t next = subnet->network().to_uint() + 1;
    const std::uint32_t last = subnet->broadcast().to_uint();
    while (next < last &&
           (address(next) == endpoint.gateway || address_used(network.id, address(next)))) {
      ++next;
    }
    if (next >= last) {
      endpoint.endpoint_id.clear();
      return refuse(403, "no available IPv4 addresses on this network's address pools: " +
                             network.name + " (" + network.id + ")");
    }
    endpoint.ip_address = address(next);
  }
  endpoint.mac_address = "02:42:" + random_.hex(2) + ":" + random_.hex(2) + ":" + random_.hex(2) +
                         ":" + random_.hex(2);
  say(network, "connect", &box);
  return {};
}

Reply<void> Model::connect(const std::string& container_id, EndpointSpec spec) {
  Box* box = find(container_id);
  if (box == nullptr) return refuse(404, "No such container: " + container_id);
  const auto network = inspect_network(state, spec.network_id);
  if (!network) return std::unexpected(network.error());
  if (box->container.network_mode == "host" || network->name == "host") {
    return refuse(400, "container cannot be disconnected from host network or connected to host "
                       "network");
  }
  for (const Endpoint& endpoint : box->container.endpoints) {
    if (endpoint.network_id != network->id) continue;
    return refuse(403, "endpoint with name " + box->container.name + " already exists in network " +
                           network->name);
  }
  Endpoint endpoint;
  endpoint.network_name = network->name;
  endpoint.network_id = network->id;
  endpoint.aliases = spec.aliases;
  // 20.10 adds the short ID; API 1.45 no longer does (Appendix B).
  if (!api_at_least(options_.api_version, 1, 45)) {
    endpoint.aliases.push_back(box->container.id.substr(0, 12));
  }
  endpoint.ipv4_configured = spec.ipv4_address;
  endpoint.ipv6_configured = spec.ipv6_address;
  endpoint.link_local_ips = spec.link_local_ips;
  // A stale entry of the same name is overwritten: endpoints are keyed by network name.
  std::erase_if(box->container.endpoints,
                [&](const Endpoint& old) { return old.network_name == endpoint.network_name; });
  if (box->container.running) {
    if (auto attached = attach(*box, endpoint); !attached) return attached;
  }
  box->container.endpoints.push_back(std::move(endpoint));
  return {};
}

Reply<void> Model::disconnect(const std::string& network_id, const std::string& container_id) {
  Box* box = find(container_id);
  if (box == nullptr) return refuse(404, "No such container: " + container_id);
  auto& endpoints = box->container.endpoints;
  for (auto endpoint = endpoints.begin(); endpoint != endpoints.end(); ++endpoint) {
    if (endpoint->network_id != network_id && endpoint->network_name != network_id) continue;
    const auto network = state.networks.find(endpoint->network_id);
    if (network != state.networks.end()) say(network->second, "disconnect", box);
    endpoints.erase(endpoint);
    return {};
  }
  if (!inspect_network(state, network_id)) {
    return refuse(404, "network " + network_id + " not found");
  }
  return refuse(500, "container " + box->container.id + " is not connected to network " +
                         network_id);
}

}  // namespace fairlead::docker::embedded
