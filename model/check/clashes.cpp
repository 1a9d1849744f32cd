// Two ways to one question. find_clashes() goes through all that everybody claims, in order of
// precedence, and says who can't have what. WantIndex only tells whether that is needed: it knows
// the same claims coarsely, and is kept as files change.
#include "model/check/clashes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "model/cidr.h"

namespace fairlead::model {
namespace {

// Who claims something.
struct Claimant {
  std::string key;   // App name, or network/NAME
  std::string text;  // App shop
  std::string file;
  const Masks* masks = nullptr;  // what messages about it must not repeat
};

struct Claim {
  std::string key;
  std::string text;  // App shop (shop.yaml:3:5)
};

Claim claim_of(const Claimant& who, const Position& position) {
  return {who.key, who.text + " (" + to_string(position) + ")"};
}

// The name of which `name` is a temporary form, while a container is replaced or its hooks run;
// "" if it is none.
std::string container_behind(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return "";
  const std::string ending = name.substr(dot + 1);
  if (ending == "failed") {
    const std::string step = name.substr(0, dot);
    const auto inner = step.rfind(".pre-");
    return inner == std::string::npos ? "" : step.substr(0, inner);
  }
  return ending == "next" || ending == "prev" || ending.starts_with("pre-") ? name.substr(0, dot)
                                                                            : "";
}

using Names = std::map<std::string, Claim>;  // "container web-1", "network a_b"

// Filled in order of precedence: who comes later is told whose it is.
struct Claims {
  std::vector<Clash>& out;
  const Names& reserved;  // by those who have had these names so far
  Names names{};
  Names temporary{};  // names of containers of which somebody claims a temporary form
  struct PortClaim {
    std::string ip, owner;
  };
  std::map<std::string, std::vector<PortClaim>> ports{};  // "8080/tcp"
  struct SubnetClaim {
    Cidr cidr;
    std::string text, owner;
  };
  std::vector<SubnetClaim> subnets{};

  void error(const Claimant& who, const Position& position, const std::string& path,
             std::string message, std::string hint) {
    out.push_back(
        {who.key,
         who.file,
         {Diagnostic::Severity::kError, position, path, std::move(message), "", std::move(hint)}});
    make_fit(out.back().diagnostic, who.masks == nullptr ? Masks() : *who.masks);
  }

  // The other one is named with its place: it may be in another team's file.
  void taken(const Claimant& who, const Position& position, const std::string& path,
             const std::string& what, const Claim& by) {
    error(who, position, path, "NameTaken: the " + what + " belongs to " + by.text,
          "choose another name");
  }

  // False, with a diagnostic, if somebody else has the name.
  bool claim_name(const std::string& kind, const std::string& name, const Claimant& who,
                  const Position& position, const std::string& path) {
    const std::string what = kind + " name `" + name + "`";
    const auto owner = reserved.find(kind + " " + name);
    // Whoever has had it so far and still claims it keeps it, also if he comes later in the order.
    if (owner != reserved.end() && owner->second.key != who.key) {
      taken(who, position, path, what, owner->second);
      return false;
    }
    const auto [it, fresh] = names.emplace(kind + " " + name, claim_of(who, position));
    if (!fresh) taken(who, position, path, what, it->second);
    return fresh;
  }

  // A container needs its temporary names too.
  void claim_container(const std::string& name, const Claimant& who, const Position& position,
                       const std::string& path) {
    // A name that is lost takes no temporary ones with it.
    if (!claim_name("container", name, who, position, path)) return;
    if (const auto used = temporary.find(name); used != temporary.end()) {
      taken(who, position, path, "temporary name of container `" + name + "`", used->second);
    }
    const std::string behind = container_behind(name);
    if (behind.empty()) return;
    temporary.emplace(behind, claim_of(who, position));
    // In both directions: the container may come first, or the one that has its temporary name.
    for (const Names* known : {&std::as_const(names), &reserved}) {
      const auto found = known->find("container " + behind);
      if (found == known->end()) continue;
      std::string what = "container name `" + name;
      what.append("`, a temporary one of `").append(behind).append("`,");
      return taken(who, position, path, what, found->second);
    }
  }
};

// 0.0.0.0 and :: take the port of every address of the host.
bool any_address(const std::string& ip) {
  return ip.empty() || ip == "0.0.0.0" || ip == "::";
}

void claim_port(Claims& claims, const Claimant& who, const Service& service, const Port& port) {
  if (port.published.empty()) return;
  // A range with one target means "any free one of these": it clashes with nobody in particular.
  if (port.published.find('-') != std::string::npos) return;
  const std::string what = port.published + "/" + port.protocol;
  // By port and protocol; addresses are compared one by one, for 0.0.0.0 meets them all.
  auto& others = claims.ports[what];
  for (const auto& other : others) {
    if (!any_address(port.host_ip) && !any_address(other.ip) && port.host_ip != other.ip) continue;
    claims.error(who, port.position, "services." + service.name + ".ports",
                 "PortConflict: host port " + what + " is already published by " + other.owner,
                 "choose another host port");
    return;
  }
  others.push_back(
      {port.host_ip, claim_of({who.key, who.key + "/" + service.name, ""}, port.position).text});
}

// Pool by pool: a network of both families meets others by either.
void claim_subnets(Claims& claims, const Network& network, const Claimant& who,
                   const std::string& path) {
  for (const auto& pool : network.ipam) {
    const auto cidr = parse_cidr(pool.subnet);
    if (!cidr) continue;
    for (const auto& other : claims.subnets) {
      if (!overlap(other.cidr, *cidr)) continue;
      claims.error(
          who, network.position, path,
          "SubnetOverlap: " + pool.subnet + " overlaps with " + other.text + " of " + other.owner,
          "choose another subnet");
    }
    claims.subnets.push_back({*cidr, pool.subnet, claim_of(who, network.position).text});
  }
}

Claimant claimant(const App& app) {
  return {app.name, "App " + app.name, app.file, app.masks.get()};
}
Claimant claimant(const SharedNetwork& shared) {
  return {"network/" + shared.name, "Network " + shared.name, shared.file, shared.masks.get()};
}

// Every Docker name that an App claims: tell(kind, name, position, path).
template <typename Tell>
void each_name(const SharedNetwork& shared, const Tell& tell) {
  tell("network", shared.network.docker_name, shared.network.position, "spec");
}

template <typename Tell>
void each_name(const App& app, const Tell& tell) {
  for (const auto& network : app.networks) {
    if (!network.external)
      tell("network", network.docker_name, network.position, "networks." + network.key);
  }
  for (const auto& volume : app.volumes) {
    if (!volume.external)
      tell("volume", volume.docker_name, volume.position, "volumes." + volume.key);
  }
  for (const auto& service : app.services) {
    // A service that is scaled to 0 keeps its first name, for when it is scaled up again.
    for (int number = 1; number <= std::max(1, replicas_of(service)); ++number) {
      const auto name = service.named ? service.container_name
                                      : container_name_of(app.prefix, service.name, number);
      tell("container", name, service.position, "services." + service.name);
    }
  }
}

template <typename Value>
void reserve(const Value& value, const NameOwners& owners, Names& reserved) {
  if (owners.empty()) return;
  const Claimant who = claimant(value);
  each_name(value, [&](const std::string& kind, const std::string& name, const Position& position,
                       const std::string&) {
    const auto owner = owners.find(kind + " " + name);
    if (owner != owners.end() && owner->second == who.key)
      // Only if it is claimed now: a name that its owner has given up is free.
      reserved.emplace(owner->first, claim_of(who, position));
  });
}

template <typename Value>
void claim_names(Claims& claims, const Value& value) {
  const Claimant who = claimant(value);
  each_name(value, [&](const std::string& kind, const std::string& name, const Position& position,
                       const std::string& path) {
    if (kind == "container") {
      claims.claim_container(name, who, position, path);
    } else {
      claims.claim_name(kind, name, who, position, path);
    }
  });
}

void claim_app(Claims& claims, const App& app) {
  const Claimant who = claimant(app);
  claim_names(claims, app);
  for (const auto& network : app.networks) {
    if (!network.external) claim_subnets(claims, network, who, "networks." + network.key);
  }
  for (const auto& service : app.services) {
    for (const auto& port : service.ports)
      claim_port(claims, who, service, port);
  }
}

}  // namespace

std::vector<Clash> find_clashes(const std::vector<const App*>& apps,
                                const std::vector<const SharedNetwork*>& networks,
                                const NameOwners& owners) {
  std::vector<Clash> out;
  Names reserved;
  for (const auto* shared : networks)
    reserve(*shared, owners, reserved);
  for (const auto* app : apps)
    reserve(*app, owners, reserved);
  Claims claims{.out = out, .reserved = reserved};
  // Before all Apps: a shared network is there for many.
  for (const auto* shared : networks) {
    claim_names(claims, *shared);
    claim_subnets(claims, shared->network, claimant(*shared), "spec");
  }
  std::map<std::string, Position> names;
  for (const auto* app : apps) {
    const auto [it, fresh] = names.emplace(app->name, app->position);
    if (fresh) {
      claim_app(claims, *app);
      continue;
    }
    claims.error(claimant(*app), app->position, "metadata.name",
                 "DuplicateApp: `" + app->name + "` is already defined at " + to_string(it->second),
                 "rename one of the two");
  }
  return out;
}

namespace {

void want_network(Wants& wants, const Network& network) {
  for (const auto& pool : network.ipam)
    if (const auto block = parse_cidr(pool.subnet)) wants.subnets.push_back(*block);
}

// As each_name() has them, so that the two ways can't come apart.
template <typename Value>
void want_names(Wants& wants, const Value& value) {
  each_name(value, [&wants](const std::string& kind, const std::string& name, const Position&,
                            const std::string&) {
    wants.names.push_back(kind + " " + name);
    if (kind != "container") return;
    if (const auto behind = container_behind(name); !behind.empty())
      wants.names.push_back("container " + behind);
  });
}

}  // namespace

Wants wants_of(const SharedNetwork& network) {
  Wants wants;
  want_names(wants, network);
  want_network(wants, network.network);
  return wants;
}

Wants wants_of(const App& app) {
  Wants wants;
  want_names(wants, app);
  for (const auto& network : app.networks)
    if (!network.external) want_network(wants, network);
  for (const auto& service : app.services)
    for (const auto& port : service.ports)
      if (!port.published.empty())
        wants.names.push_back("port " + port.published + "/" + port.protocol);
  return wants;
}

void WantIndex::put(const std::string& key, const Wants& wants) {
  for (const auto& name : wants.names)
    names_.emplace(name, key);
  for (const auto& block : wants.subnets)
    subnets_.insert(block, key);
}

void WantIndex::erase(const std::string& key, const Wants& wants) {
  for (const auto& name : wants.names)
    names_.erase({name, key});
  for (const auto& block : wants.subnets)
    subnets_.erase(block, key);
}

bool WantIndex::apart(const std::string& key, const Wants& wants) const {
  std::set<std::string> own;
  for (const auto& name : wants.names) {
    // Within itself, which is no clash of two but has to be said.
    if (!own.insert(name).second) return false;
    for (auto at = names_.lower_bound({name, ""}); at != names_.end() && at->first == name; ++at)
      if (at->second != key) return false;
  }
  BlockMap<std::string> blocks;
  for (const auto& block : wants.subnets) {
    if (!blocks.overlapping(block).empty()) return false;
    blocks.insert(block, key);
    const auto others = subnets_.overlapping(block);
    if (std::ranges::any_of(others, [&key](const auto& other) { return other != key; }))
      return false;
  }
  return true;
}

std::vector<Diagnostic> validate_together(const std::vector<const App*>& apps,
                                          const std::vector<const SharedNetwork*>& networks) {
  std::vector<Diagnostic> out;
  for (auto& clash : find_clashes(apps, networks))
    out.push_back(std::move(clash.diagnostic));
  return out;
}

}  // namespace fairlead::model
