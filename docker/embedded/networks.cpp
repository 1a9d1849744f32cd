// Networks of the in-process engine: pools, names, creation and removal.
#include "docker/api_features.h"
#include "docker/embedded/state.h"
#include "model/cidr.h"

namespace fairlead::docker::embedded {
namespace {

namespace ip = boost::asio::ip;

// What is no CIDR overlaps with nothing here; it is refused elsewhere.
bool subnet_taken(const State& state, const std::string& wanted) {
  const auto block = model::parse_cidr(wanted);
  return block && !state.subnets.overlapping(*block).empty();
}

bool reserved(const std::string& name) {
  return name == "bridge" || name == "host" || name == "none";
}

bool known_driver(const std::string& name) {
  return name == "bridge" || name == "macvlan" || name == "ipvlan" || name == "null" ||
         name == "host";
}

Reply<void> check_pool(const State& state, IpamConfig& pool) {
  const auto subnet = v4_block(pool.subnet);
  if (!subnet) return refuse(500, "invalid CIDR address: " + pool.subnet);
  if (subnet_taken(state, pool.subnet)) {
    return refuse(403, "Pool overlaps with other one on this address space");
  }
  // The first address, as the default IPAM driver chooses.
  if (pool.gateway.empty()) {
    pool.gateway = ip::address_v4(subnet->network().to_uint() + 1).to_string();
    return {};
  }
  const auto gateway = model::parse_address(pool.gateway);
  if (!gateway || !model::contains(*subnet, *gateway)) {
    return refuse(500, "failed to allocate gateway (" + pool.gateway +
                           "): No subnet contains the requested address");
  }
  return {};
}

// Only endpoints that are up: what a stopped container has of a network does not count (F009).
void add_members(const State& from, Network& network) {
  const auto on = from.visitors.find(network.id);
  if (on == from.visitors.end()) return;
  for (const auto& id : on->second) {
    const auto box = from.boxes.find(id);
    if (box == from.boxes.end()) continue;
    const Container& container = box->second.container;
    for (const Endpoint& endpoint : container.endpoints) {
      if (endpoint.network_id != network.id || endpoint.endpoint_id.empty()) continue;
      const bool addressed = !network.ipam.empty() && !endpoint.ip_address.empty();
      const std::string bits =
          addressed ? network.ipam[0].subnet.substr(network.ipam[0].subnet.find('/')) : "";
      network.members.push_back(
          {id, container.name, endpoint.ip_address + bits, endpoint.mac_address});
    }
  }
}

}  // namespace

std::optional<ip::network_v4> v4_block(const std::string& text) {
  const auto block = model::parse_cidr(text);
  const auto* v4 = block ? std::get_if<ip::network_v4>(&*block) : nullptr;
  return v4 == nullptr ? std::nullopt : std::optional(*v4);
}

// An ID first: a network may be named like another one's ID (F003).
Reply<const Network*> find_network(const State& state, const std::string& id_or_name) {
  if (const auto exact = state.networks.find(id_or_name); exact != state.networks.end()) {
    return &exact->second;
  }
  const auto named = state.network_ids.find(id_or_name);
  const std::size_t matches = named == state.network_ids.end() ? 0 : named->second.size();
  if (matches > 1) {
    return refuse(400, "network " + id_or_name + " is ambiguous (" + std::to_string(matches) +
                           " matches found on name)");
  }
  if (matches == 0) return refuse(404, "network " + id_or_name + " not found");
  return &state.networks.at(*named->second.begin());
}

// Those that every engine has, and that no request may make or remove.
void Model::add_predefined() {
  constexpr std::pair<const char*, const char*> kPredefined[] = {
      {"bridge", "bridge"}, {"host", "host"}, {"none", "null"}};
  for (const auto& [name, driver] : kPredefined) {
    Network network;
    network.id = random_.hex(64);
    network.name = name;
    network.driver = driver;
    network.scope = "local";
    network.created = now();
    network.ipam_driver = "default";
    if (network.name == "bridge") network.ipam = {{"172.17.0.0/16", "172.17.0.1", "", {}}};
    state.generated_pools.insert(network.id);
    state.add(std::move(network));
  }
}

// 172.17–31.0.0/16, then 192.168.0.0/20 onwards: 31 pools, one of them the default bridge's (F005).
Reply<std::string> Model::free_subnet() const {
  for (int second = 17; second <= 31; ++second) {
    std::string pool = "172." + std::to_string(second) + ".0.0/16";
    if (!subnet_taken(state, pool)) return pool;
  }
  for (int third = 0; third <= 240; third += 16) {
    std::string pool = "192.168." + std::to_string(third) + ".0/20";
    if (!subnet_taken(state, pool)) return pool;
  }
  return refuse(404,
                "could not find an available, non-overlapping IPv4 address pool among the defaults "
                "to assign to the network");
}

std::vector<Network> Model::networks(const State& from) {
  std::vector<Network> out;
  out.reserve(from.networks.size());
  for (const auto& [id, network] : from.networks)
    out.push_back(network);
  return out;
}

Reply<Network> Model::inspect_network(const State& from, const std::string& id) {
  const auto found = find_network(from, id);
  if (!found) return std::unexpected(found.error());
  Network reply = **found;
  add_members(from, reply);
  return reply;
}

Reply<void> Model::check_network(const NetworkSpec& spec) const {
  constexpr auto kBridgeName = "com.docker.network.bridge.name";
  if (spec.name.empty()) return refuse(500, "network name can not be empty");
  if (reserved(spec.name)) {
    return refuse(403, "operation is not permitted on predefined " + spec.name + " network ");
  }
  const std::string driver = spec.driver.value_or("bridge");
  if (!known_driver(driver)) return refuse(404, "plugin \"" + driver + "\" not found");
  // As CheckDuplicate has it, which is always sent.
  if (state.network_ids.contains(spec.name))
    return refuse(409, "network with name " + spec.name + " already exists");
  const auto bridge = spec.options.find(kBridgeName);
  if (bridge == spec.options.end()) return {};
  for (const auto& [id, network] : state.networks) {
    const auto other = network.options.find(kBridgeName);
    if (other != network.options.end() && bridge->second == other->second) {
      return refuse(403, "cannot create network " + spec.name + " (" + bridge->second +
                             "): conflicts with network " + id + " (" + other->second +
                             "): networks have same bridge name");
    }
  }
  return {};
}

// What 20.10 does with the pools that were asked for, and with those that were not (F004–F006).
Reply<void> Model::fill_pools(NetworkSpec& spec) const {
  bool v4 = false;
  bool v6 = false;
  for (IpamConfig& pool : spec.ipam) {
    (model::is_ipv6(pool.subnet) ? v6 : v4) = true;
    if (model::is_ipv6(pool.subnet)) continue;
    if (auto checked = check_pool(state, pool); !checked) return checked;
  }
  if (spec.enable_ipv6.value_or(false) && !v6) {
    if (!has(options_.api_version, ApiFeature::kIpv6Pools)) {
      return refuse(404,
                    "could not find an available, non-overlapping IPv6 address pool among the "
                    "defaults to assign to the network");
    }
    spec.ipam.push_back({"fd00:0:0:" + random_.hex(4) + "::/64", "", "", {}});
  }
  if (v4) return {};
  const auto pool = free_subnet();
  if (!pool) return std::unexpected(pool.error());
  IpamConfig generated{*pool, "", "", {}};
  auto checked = check_pool(state, generated);
  spec.ipam.insert(spec.ipam.begin(), generated);
  return checked;
}

Reply<std::string> Model::create_network(NetworkSpec spec) {
  if (auto checked = check_network(spec); !checked) return std::unexpected(checked.error());
  // Before the pools are filled: a fixed address is for networks whose subnet somebody chose.
  const bool generated = spec.ipam.empty();
  const bool config_only = spec.config_only.value_or(false);
  // A network that only holds a configuration has no pool of its own.
  if (!config_only) {
    if (auto filled = fill_pools(spec); !filled) return std::unexpected(filled.error());
  }
  Network network{.id = random_.hex(64),
                  .name = spec.name,
                  .created = now(),
                  .scope = "local",
                  .driver = config_only ? "null" : spec.driver.value_or("bridge"),
                  .options = spec.options,
                  .labels = spec.labels,
                  .internal = spec.internal.value_or(false),
                  .attachable = spec.attachable.value_or(false),
                  .enable_ipv6 = spec.enable_ipv6.value_or(false),
                  .config_only = config_only,
                  .config_from = spec.config_from.value_or(""),
                  .ipam_driver = spec.ipam_driver.value_or("default"),
                  .ipam_options = spec.ipam_options,
                  .ipam = spec.ipam,
                  .members = {}};
  std::string id = network.id;
  say(network, "create");
  state.add(std::move(network));
  if (generated) state.generated_pools.insert(id);
  return id;
}

// Endpoints of stopped containers don't keep a network alive (F009).
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
  state.remove_network(network->id);
  say(*network, "destroy");
  return {};
}

}  // namespace fairlead::docker::embedded
