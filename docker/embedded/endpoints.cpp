// Endpoints of the in-process engine: which container is in which network, with which address.
//
// An endpoint is kept under its network's *name*; the network's ID comes with the request or with
// the start, the address with the start, and the ID stays after the stop, so a network that is
// recreated under the same name leaves a stopped container behind with a dead ID (F009). A connect
// to a running container that fails leaves a phantom behind: an endpoint without an ID of its own.
#include <algorithm>

#include "docker/api_features.h"
#include "docker/embedded/state.h"
#include "model/cidr.h"

namespace fairlead::docker::embedded {
namespace {

namespace ip = boost::asio::ip;

const IpamConfig* v4_pool(const Network& network) {
  for (const IpamConfig& pool : network.ipam) {
    if (v4_block(pool.subnet)) return &pool;
  }
  return nullptr;
}

// An address for a container: neither the first nor the last of the block.
bool gives(const ip::network_v4& subnet, const std::string& text) {
  const auto address = model::parse_address(text);
  return address && address->is_v4() && address->to_v4() > subnet.network() &&
         address->to_v4() < subnet.broadcast();
}

// Modes that can't be left.
bool special(const Container& container) {
  return container.network_mode == "host" || container.network_mode == "none";
}

}  // namespace

// Only endpoints that are up: a stopped container's address may be given to another one (F017).
bool Model::address_used(const std::string& network_id, const std::string& wanted) const {
  const auto on = state.visitors.find(network_id);
  if (on == state.visitors.end()) return false;
  return std::ranges::any_of(on->second, [&](const std::string& id) {
    const auto box = state.boxes.find(id);
    return box != state.boxes.end() &&
           std::ranges::any_of(box->second.container.endpoints, [&](const Endpoint& endpoint) {
             return endpoint.network_id == network_id && endpoint.ip_address == wanted;
           });
  });
}

// A fixed address is for networks whose subnet somebody chose, and lies in it (F017).
Reply<void> Model::check_address(const Network& network, const std::string& wanted) const {
  const IpamConfig* pool = v4_pool(network);
  if (wanted.empty() || pool == nullptr) return {};
  // Newer engines look at create and connect, and put the words of all that is wrong into one.
  const bool early = has(options_.api_version, ApiFeature::kAddressCheckedAtCreate);
  const std::string context = early ? "invalid endpoint settings:\n" : "";
  if (state.generated_pools.contains(network.id)) {
    return refuse(400, context +
                           "user specified IP address is supported only when connecting to "
                           "networks with user configured subnets");
  }
  if (const auto subnet = v4_block(pool->subnet); subnet && gives(*subnet, wanted)) return {};
  if (early) {
    return refuse(400,
                  context + "no configured subnet or ip-range contain the IP address " + wanted);
  }
  return refuse(
      500, "Invalid address " + wanted + ": It does not belong to any of this network's subnets");
}

// Looked at by every connect to a running container, and by every start.
Reply<void> Model::check_mode(const Container& container) const {
  const std::string& mode = container.network_mode;
  if (!has(options_.api_version, ApiFeature::kModeMustExist) || mode == "default" ||
      mode.starts_with("container:"))
    return {};
  const auto network = find_network(state, mode);
  if (network) return {};
  return refuse(404, "could not find a network matching network mode " + mode + ": " +
                         network.error().message);
}

// The address asked for, or the lowest free one (F017). "" where the network has no IPv4 pool.
Reply<std::string> Model::pick_address(const Network& network, const Endpoint& endpoint) const {
  const IpamConfig* pool = v4_pool(network);
  const auto subnet = pool == nullptr ? std::nullopt : v4_block(pool->subnet);
  if (!subnet) return "";
  const std::string& wanted = endpoint.ipv4_configured;
  if (!wanted.empty()) {
    if (auto fits = check_address(network, wanted); !fits) return std::unexpected(fits.error());
    // The gateway is an address that the network has given to itself.
    if (wanted == pool->gateway || address_used(network.id, wanted)) {
      return refuse(403, "Address already in use");
    }
    return wanted;
  }
  const auto range = v4_block(pool->ip_range).value_or(*subnet);
  for (auto each = range.network().to_uint(); each < range.broadcast().to_uint(); ++each) {
    std::string address = ip::address_v4(each).to_string();
    const bool spoken_for = std::ranges::any_of(
        pool->aux_addresses, [&](const auto& aux) { return aux.second == address; });
    if (gives(*subnet, address) && address != pool->gateway && !spoken_for &&
        !address_used(network.id, address))
      return address;
  }
  return refuse(403, "no available IPv4 addresses on this network's address pools: " +
                         network.name + " (" + network.id + ")");
}

// Gives a running container its place in the network.
Reply<void> Model::attach(const Box& box, Endpoint& endpoint) {
  const std::string& key =
      endpoint.network_id.empty() ? endpoint.network_name : endpoint.network_id;
  const auto found = find_network(state, key);
  if (!found) return std::unexpected(found.error());
  const Network& network = **found;
  // Aliases are served by the engine's name server, which the predefined networks don't have.
  const bool own = network.name != "bridge" && network.name != "host" && network.name != "none";
  if (!own && !endpoint.aliases.empty()) {
    return refuse(400,
                  "network-scoped alias is supported only for containers in user defined networks");
  }
  auto address = pick_address(network, endpoint);
  if (!address) return std::unexpected(address.error());
  endpoint.network_id = network.id;
  state.visitors[network.id].insert(box.container.id);
  endpoint.endpoint_id = random_.hex(64);
  endpoint.ip_address = std::move(*address);
  if (const IpamConfig* pool = v4_pool(network); pool != nullptr) {
    endpoint.gateway = network.internal ? "" : pool->gateway;
    endpoint.mac_address = "02:42";
    for (int i = 0; i < 4; ++i)
      endpoint.mac_address += ":" + random_.hex(2);
  }
  const std::string short_id = box.container.id.substr(0, 12);
  if (own && !has(options_.api_version, ApiFeature::kNoShortIdAlias) &&
      std::ranges::find(endpoint.aliases, short_id) == endpoint.aliases.end()) {
    endpoint.aliases.push_back(short_id);
  }
  say(network, "connect", &box);
  return {};
}

// All or none: a start that fails on its second network leaves the first one.
Reply<void> Model::attach_all(Box& box) {
  for (Endpoint& endpoint : box.container.endpoints) {
    auto attached = attach(box, endpoint);
    if (attached) continue;
    detach_all(box);
    return attached;
  }
  return {};
}

void Model::detach(const Box& box, Endpoint& endpoint) {
  if (endpoint.endpoint_id.empty()) return;
  endpoint.endpoint_id.clear();
  endpoint.ip_address.clear();
  endpoint.mac_address.clear();
  endpoint.gateway.clear();
  const auto network = state.networks.find(endpoint.network_id);
  if (network != state.networks.end()) say(network->second, "disconnect", &box);
}

void Model::detach_all(Box& box) {
  for (Endpoint& endpoint : box.container.endpoints)
    detach(box, endpoint);
}

Reply<void> Model::connect(const std::string& container_id, const EndpointSpec& spec) {
  const auto box = require(container_id);
  if (!box) return std::unexpected(box.error());
  Container& container = (*box)->container;
  const auto network =
      find_network(state, spec.network_id.empty() ? spec.network_name : spec.network_id);
  if (!network) return std::unexpected(network.error());
  if (container.network_mode == "host" || (*network)->name == "host") {
    return refuse(400,
                  "container cannot be disconnected from host network or connected to host "
                  "network");
  }
  if (container.network_mode == "none" || (*network)->name == "none") {
    return refuse(400,
                  "container cannot be connected to multiple networks with one of the "
                  "networks in private (none) mode");
  }
  // Kept by name: a second network of the same name would take the first one's place.
  const auto same_name = [&](const Endpoint& old) { return old.network_name == (*network)->name; };
  const auto attached = [&](const Endpoint& old) {
    return same_name(old) && !old.endpoint_id.empty();
  };
  if (has(options_.api_version, ApiFeature::kAddressCheckedAtCreate)) {
    if (auto fits = check_address(**network, spec.ipv4_address); !fits) return fits;
  }
  if (container.running) {
    if (auto alive = check_mode(container); !alive) return alive;
  }
  if (container.running && std::ranges::any_of(container.endpoints, attached)) {
    return refuse(403, "endpoint with name " + container.name + " already exists in network " +
                           (*network)->name);
  }
  Endpoint endpoint;
  endpoint.network_name = (*network)->name;
  endpoint.aliases = spec.aliases;
  if (!has(options_.api_version, ApiFeature::kNoShortIdAlias)) {
    endpoint.aliases.push_back(container.id.substr(0, 12));
  }
  endpoint.ipv4_configured = spec.ipv4_address;
  endpoint.ipv6_configured = spec.ipv6_address;
  endpoint.link_local_ips = spec.link_local_ips;
  Reply<void> joined;
  endpoint.network_id = container.running ? (*network)->id : spec.network_id;
  if (container.running) joined = attach(**box, endpoint);
  // As sent: what stays behind is a phantom, with the network's ID if that was sent.
  if (!joined) endpoint.network_id = spec.network_id;
  std::erase_if(container.endpoints, same_name);
  state.visitors[endpoint.network_id].insert(container.id);
  container.endpoints.push_back(std::move(endpoint));
  std::ranges::sort(container.endpoints, {}, &Endpoint::network_name);
  return joined;
}

Reply<void> Model::disconnect(const std::string& network_id, const std::string& container_id,
                              bool force) {
  const auto box = require(container_id);
  if (!box) return std::unexpected(box.error());
  Container& container = (*box)->container;
  const auto network = find_network(state, network_id);
  // With `force`, and on a stopped container, an endpoint goes although its network is no more.
  if (container.running && !network && !force) return std::unexpected(network.error());
  if (network && container.running && special(container)) {
    return refuse(400,
                  "container cannot be disconnected from host network or connected to host "
                  "network");
  }
  // Kept under the name: a dead ID finds nothing, the name does.
  const std::string& name = network ? (*network)->name : network_id;
  const auto endpoint = std::ranges::find(container.endpoints, name, &Endpoint::network_name);
  if (endpoint == container.endpoints.end()) {
    return refuse(500, "container " + container.id + " is not connected to network " + network_id);
  }
  const bool attached = !endpoint->endpoint_id.empty();
  // Nothing takes a phantom off but a stop, or a connect that succeeds.
  if (container.running && !attached && network)
    return refuse(500, "container " + container.id + " is not connected to network " + network_id);
  detach(**box, *endpoint);
  if (!attached && network) say(**network, "disconnect", *box);
  container.endpoints.erase(endpoint);
  return {};
}

}  // namespace fairlead::docker::embedded
