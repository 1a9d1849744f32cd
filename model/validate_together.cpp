// Checks over the whole directory: no two Apps may claim one name, host port or subnet. The first
// in the given order keeps it (F085, F086, F004).
#include <algorithm>
#include <map>

#include "model/cidr.h"
#include "model/decode.h"

namespace fairlead::model {
namespace {

struct Claim {
  std::string owner;  // App name, or network/NAME
  Position position;
};

struct Claims {
  std::vector<Diagnostic>& out;
  std::map<std::string, Claim> names;  // "container web-1", "network a_b"
  struct PortClaim {
    std::string ip, owner;
  };
  std::map<std::string, std::vector<PortClaim>> ports;  // "8080/tcp"
  struct SubnetClaim {
    Cidr cidr;
    std::string text, owner;
  };
  std::vector<SubnetClaim> subnets;

  void error(const Position& position, const std::string& path, std::string message,
             std::string hint) {
    out.push_back(
        {Diagnostic::Severity::kError, position, path, std::move(message), "", std::move(hint)});
  }

  void claim_name(const std::string& kind, const std::string& name, const std::string& owner,
                  const Position& position, const std::string& path) {
    const auto [it, fresh] = names.emplace(kind + " " + name, Claim{owner, position});
    if (fresh) return;
    error(position, path,
          "NameTaken: the " + kind + " name `" + name + "` belongs to " + it->second.owner + " (" +
              to_string(it->second.position) + ")",
          "choose another name");
  }
};

bool any_address(const std::string& ip) {
  return ip.empty() || ip == "0.0.0.0" || ip == "::";
}

void claim_port(Claims& claims, const App& app, const Service& service, const Port& port) {
  if (port.published.empty()) return;
  // A range with one target means "any free one of these": it clashes with nobody in particular.
  if (port.published.find('-') != std::string::npos) return;
  const std::string what = port.published + "/" + port.protocol;
  auto& others = claims.ports[what];
  for (const auto& other : others) {
    if (!any_address(port.host_ip) && !any_address(other.ip) && port.host_ip != other.ip) continue;
    claims.error(port.position, "services." + service.name + ".ports",
                 "PortConflict: host port " + what + " is already published by " + other.owner,
                 "choose another host port");
    return;
  }
  others.push_back({port.host_ip, app.name + "/" + service.name});
}

void claim_subnets(Claims& claims, const Network& network, const std::string& owner,
                   const std::string& path) {
  for (const auto& pool : network.ipam) {
    const auto cidr = parse_cidr(pool.subnet);
    if (!cidr) continue;
    for (const auto& other : claims.subnets) {
      if (!overlap(other.cidr, *cidr)) continue;
      claims.error(
          network.position, path,
          "SubnetOverlap: " + pool.subnet + " overlaps with " + other.text + " of " + other.owner,
          "choose another subnet");
    }
    claims.subnets.push_back({*cidr, pool.subnet, owner});
  }
}

void claim_network(Claims& claims, const Network& network, const std::string& owner,
                   const std::string& path) {
  if (network.external) return;
  claims.claim_name("network", network.docker_name, owner, network.position, path);
  claim_subnets(claims, network, owner, path);
}

}  // namespace

std::vector<Diagnostic> validate_together(const std::vector<const App*>& apps,
                                          const std::vector<const SharedNetwork*>& networks) {
  std::vector<Diagnostic> out;
  Claims claims{.out = out, .names = {}, .ports = {}, .subnets = {}};
  for (const auto* shared : networks) {
    claim_network(claims, shared->network, "Network " + shared->name, "spec");
  }
  std::map<std::string, Position> names;
  for (const auto* app : apps) {
    const auto [it, fresh] = names.emplace(app->name, app->position);
    if (!fresh) {
      claims.error(
          app->position, "metadata.name",
          "DuplicateApp: `" + app->name + "` is already defined at " + to_string(it->second),
          "rename one of the two");
      continue;
    }
    const std::string owner = "App " + app->name;
    for (const auto& network : app->networks) {
      claim_network(claims, network, owner, "networks." + network.key);
    }
    for (const auto& volume : app->volumes) {
      if (volume.external) continue;
      claims.claim_name("volume", volume.docker_name, owner, volume.position,
                        "volumes." + volume.key);
    }
    for (const auto& service : app->services) {
      for (int number = 1; number <= std::max(1, replicas_of(service)); ++number) {
        const auto name = service.named ? service.container_name
                                        : container_name_of(app->prefix, service.name, number);
        claims.claim_name("container", name, owner, service.position, "services." + service.name);
      }
      for (const auto& port : service.ports)
        claim_port(claims, *app, service, port);
    }
  }
  return out;
}

}  // namespace fairlead::model
