// Checks inside one App: everything that can be known without the engine is said here, with a
// position, before anything is touched (F006, F087).
#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "model/check/check.h"
#include "model/cidr.h"
#include "model/decode/parts.h"

namespace fairlead::model {
namespace {

constexpr const char* kDockerName = "a letter or digit, then letters, digits, _ . - (at most 255)";

void check_docker_name(Checker& check, const Position& position, const std::string& path,
                       const std::string& name, const char* what) {
  if (is_docker_name(name)) return;
  check.error(position, path, std::string(what) + ": `" + name + "` is not a name for Docker",
              kDockerName);
}

// One pool: a valid block, and everything else inside it.
void check_pool(Checker& check, const Position& position, const std::string& path,
                const IpamPool& pool) {
  if (pool.subnet.empty()) {
    // Nothing of it could be checked, and the engine refuses it late (F006).
    const bool more = !pool.gateway.empty() || !pool.ip_range.empty();
    if (more) check.error(position, path, "a gateway or ip_range without a subnet", "subnet: CIDR");
    return;
  }
  const auto subnet = parse_cidr(pool.subnet);
  if (!subnet) {
    check.error(position, path + ".subnet", "`" + pool.subnet + "` is not a CIDR block",
                "ADDRESS/BITS: 172.30.0.0/24");
    return;
  }
  if (has_host_bits(*subnet)) {
    check.error(position, path + ".subnet", "`" + pool.subnet + "` has host bits set",
                "the block's first address");
  }
  const auto inside = [&](const std::string& key, const std::string& text) {
    const auto address = parse_address(text);
    if (!address || !contains(*subnet, *address)) {
      check.error(position, path + "." + key, "`" + text + "` is not an address in " + pool.subnet);
    }
  };
  if (!pool.gateway.empty()) inside("gateway", pool.gateway);
  for (const auto& [name, address] : pool.aux_addresses)
    inside("aux_addresses." + name, address);
  if (pool.ip_range.empty()) return;
  const auto range = parse_cidr(pool.ip_range);
  if (!range || !contains(*subnet, *range)) {
    check.error(position, path + ".ip_range",
                "`" + pool.ip_range + "` is not a block in " + pool.subnet);
  }
}

// Pools of one network among themselves; those of others are clashes.h's.
void check_pools(Checker& check, const Network& network, const std::string& path) {
  std::vector<Cidr> seen;
  bool v6 = false;
  for (std::size_t i = 0; i < network.ipam.size(); ++i) {
    const auto pool_path = path + ".ipam.config[" + std::to_string(i) + "]";
    check_pool(check, network.position, pool_path, network.ipam[i]);
    const auto subnet = parse_cidr(network.ipam[i].subnet);
    if (!subnet) continue;
    v6 = v6 || std::holds_alternative<boost::asio::ip::network_v6>(*subnet);
    for (const auto& other : seen) {
      if (overlap(other, *subnet)) {
        check.error(network.position, pool_path + ".subnet",
                    "`" + network.ipam[i].subnet + "` overlaps with another pool of this network");
      }
    }
    seen.push_back(*subnet);
  }
  // Engines without pools for it refuse the create (ApiFeature::kIpv6Pools); with a subnet all take
  // it.
  if (network.enable_ipv6.value_or(false) && !v6) {
    check.error(network.position, path + ".enable_ipv6", "IPv6 needs an IPv6 subnet", "",
                "add one to ipam.config");
  }
}

// Fixed addresses: each in a subnet of its network, and given to one service only. The engine finds
// out when the second container starts (F017).
void check_addresses(Checker& check, const App& app) {
  std::map<std::pair<std::string, std::string>, std::string> taken;
  for (const auto& service : app.services) {
    for (const auto& endpoint : service.endpoints) {
      const auto network = std::ranges::find(app.networks, endpoint.network, &Network::key);
      if (network == app.networks.end()) continue;
      for (const auto& text : {endpoint.ipv4_address, endpoint.ipv6_address}) {
        if (!text) continue;
        const auto path = "services." + service.name + ".networks." + endpoint.network;
        const auto address = parse_address(*text);
        const bool inside = std::ranges::any_of(network->ipam, [&](const IpamPool& pool) {
          const auto subnet = parse_cidr(pool.subnet);
          return address && subnet && contains(*subnet, *address);
        });
        // Of an external network the subnets are not known here; last_look.h asks the engine.
        if (!inside && !network->external) {
          check.error(
              endpoint.position, path,
              "the address " + *text + " is in no subnet of network `" + endpoint.network + "`", "",
              "give the network an ipam.config with a subnet that holds it");
        }
        const auto [it, fresh] = taken.emplace(std::pair(endpoint.network, *text), service.name);
        if (!fresh) {
          check.error(endpoint.position, path,
                      "the address " + *text + " is also given to service `" + it->second + "`");
        }
      }
    }
  }
}

void check_endpoints(Checker& check, const App& app, const Service& service) {
  const std::string path = "services." + service.name;
  if (!service.network_mode.empty() && !service.endpoints.empty()) {
    check.error(service.position, path + ".network_mode",
                "`network_mode` and `networks` exclude each other");
  }
  std::set<std::string> seen;
  for (const auto& endpoint : service.endpoints) {
    if (std::ranges::find(app.networks, endpoint.network, &Network::key) == app.networks.end()) {
      check.error(endpoint.position, path + ".networks." + endpoint.network,
                  "the network `" + endpoint.network + "` is not declared", "",
                  "add it under `networks:`");
    }
    if (!seen.insert(endpoint.network).second) {
      check.error(endpoint.position, path + ".networks." + endpoint.network,
                  "the network stands here twice");
    }
  }
  const auto& mode = service.network_mode;
  if (mode.empty() || mode == "none" || mode == "host" || mode == "bridge" ||
      mode.starts_with("container:")) {
    return;
  }
  const bool peer =
      mode.starts_with("service:") &&
      std::ranges::find(app.services, mode.substr(8), &Service::name) != app.services.end();
  if (!peer) {
    check.error(service.position, path + ".network_mode", "unknown mode `" + mode + "`",
                "none, host, bridge, service:NAME or container:NAME");
  }
}

// What is mounted where; whether a host's folder is there only the engine knows.
void check_mounts(Checker& check, const App& app, const Service& service) {
  std::set<std::string> targets;
  for (const auto& mount : service.mounts) {
    const std::string path = "services." + service.name + ".volumes";
    if (!mount.target.starts_with('/')) {
      check.error(mount.position, path, "the target `" + mount.target + "` is not absolute");
    }
    // Only one of them could be seen.
    if (!targets.insert(mount.target).second) {
      check.error(mount.position, path, "two mounts at " + mount.target);
    }
    // Without a source it is anonymous, and needs no declaration.
    if (mount.type != Mount::Type::kVolume || mount.source.empty()) continue;
    if (std::ranges::find(app.volumes, mount.source, &Volume::key) == app.volumes.end()) {
      check.error(mount.position, path, "the volume `" + mount.source + "` is not declared", "",
                  "add it under the top-level `volumes:`");
    }
  }
}

// What each service waits for, by index into app.services. Shared namespaces and links are among
// the dependencies by now (decode/resolve.cpp), so a circle of those shows as well (F087).
std::vector<std::vector<std::size_t>> waits_of(const App& app) {
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < app.services.size(); ++i)
    index.emplace(app.services[i].name, i);
  std::vector<std::vector<std::size_t>> waits(app.services.size());
  const auto add = [&](std::size_t from, std::string_view to) {
    if (const auto found = index.find(to); found != index.end())
      waits[from].push_back(found->second);
  };
  for (std::size_t i = 0; i < app.services.size(); ++i) {
    const Service& service = app.services[i];
    for (const auto& dependency : service.depends_on)
      add(i, dependency.service);
  }
  return waits;
}

constexpr std::ptrdiff_t kNamesShown = 10;  // of a cycle, in its message

// Depth first on a stack of our own: a chain of services may be as long as a file allows.
void check_cycles(Checker& check, const App& app) {
  const auto waits = waits_of(app);
  enum class Seen { kNo, kOnTrail, kDone };
  std::vector<Seen> seen(waits.size(), Seen::kNo);
  struct Step {
    std::size_t service;
    std::size_t next = 0;
  };
  for (std::size_t first = 0; first < waits.size(); ++first) {
    if (seen[first] != Seen::kNo) continue;
    seen[first] = Seen::kOnTrail;
    std::vector<Step> trail = {{first}};
    while (!trail.empty()) {
      auto& [at, next] = trail.back();
      if (next == waits[at].size()) {
        seen[at] = Seen::kDone;
        trail.pop_back();
        continue;
      }
      const std::size_t to = waits[at][next++];
      if (seen[to] == Seen::kOnTrail) {
        std::string cycle;
        const auto begin = std::ranges::find(trail, to, &Step::service);
        for (auto it = begin; it != trail.end() && it - begin < kNamesShown; ++it)
          cycle += app.services[it->service].name + " → ";
        if (trail.end() - begin > kNamesShown) cycle += "… → ";
        const Service& service = app.services[to];
        check.error(service.position, "services." + service.name + ".depends_on",
                    "services wait for each other: " + cycle + service.name);
        return;
      }
      if (seen[to] != Seen::kNo) continue;
      seen[to] = Seen::kOnTrail;
      trail.push_back({to});
    }
  }
}

void check_service(Checker& check, const App& app, const Service& service,
                   const std::set<std::string>& inactive) {
  const std::string path = "services." + service.name;
  check_docker_name(check, service.position, path, service.name, "service");
  check_docker_name(check, service.position, path + ".container_name", service.container_name,
                    "container");
  // The engine's own rule: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`.
  if (service.container_name.size() < 2) {
    check.error(service.position, path + ".container_name",
                "a container name needs two characters");
  }
  if (service.image.empty()) {
    check.error(service.position, path + ".image", "no image", "image: NAME[:TAG]");
  }
  check_endpoints(check, app, service);
  check_mounts(check, app, service);
  check_service_keys(check, app, service, inactive);
}

// Within the App: another App's names are clashes.h's.
void check_unique_names(Checker& check, const App& app) {
  std::map<std::string, std::string> names;
  for (const auto& service : app.services) {
    const auto [it, fresh] = names.emplace(service.container_name, service.name);
    if (!fresh) {
      check.error(
          service.position, "services." + service.name + ".container_name",
          "`" + service.container_name + "` is also the name of service `" + it->second + "`");
    }
  }
}

}  // namespace

bool is_docker_name(const std::string& name) {
  const auto alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 255 && alnum(name[0]) &&
         std::ranges::all_of(
             name, [&alnum](char c) { return alnum(c) || c == '_' || c == '.' || c == '-'; });
}

void validate_network(const Network& network, const std::string& path,
                      std::vector<Diagnostic>& out) {
  Checker check{out};
  check_docker_name(check, network.position, path, network.docker_name, "InvalidNetworkName");
  const auto& name = network.docker_name;
  // The engine would refuse the create in words that differ by version (F007).
  if (!network.external && (name == "bridge" || name == "host" || name == "none")) {
    check.error(network.position, path, "InvalidNetworkName: `" + name + "` is Docker's own", "",
                "choose another name");
  }
  check_pools(check, network, path);
}

void validate_app(const App& app, const std::set<std::string>& inactive,
                  std::vector<Diagnostic>& out) {
  Checker check{out};
  check_docker_name(check, app.position, "appId", app.prefix, "prefix");
  // With all of them left out by profiles it is an App without containers, which is fine.
  if (app.services.empty() && inactive.empty()) {
    check.error(app.position, "services", "no services", "at least one");
  }
  for (const auto& network : app.networks)
    validate_network(network, "networks." + network.key, out);
  for (const auto& volume : app.volumes) {
    check_docker_name(check, volume.position, "volumes." + volume.key, volume.docker_name,
                      "volume");
  }
  for (const auto& service : app.services)
    check_service(check, app, service, inactive);
  check_unique_names(check, app);
  check_addresses(check, app);
  check_cycles(check, app);
}

}  // namespace fairlead::model
