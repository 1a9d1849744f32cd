// Each asks one question of the engine and returns; none changes anything. Errors of the engine go
// up as they come: a create would meet the same.

#include "controller/execute/last_look.h"

#include <optional>
#include <utility>

#include "base/guard.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "model/cidr.h"

namespace fairlead::controller {
namespace {

bool belongs_to(const std::string& app, const Observed& observed, const std::string& container) {
  const auto found = observed.containers.find(container);
  return found != observed.containers.end() &&
         label(found->second.details.labels, kLabelApp) == app;
}

Status fits(const docker::Network& network, const std::string& address) {
  std::string pools;
  const auto parsed = model::parse_address(address);
  for (const auto& pool : network.ipam) {
    // Said before the container leaves the network: the engine would refuse the connect.
    if (pool.gateway == address) {
      return failure(ErrorClass::kBlocked, Reason::kAddressInUse,
                     address + " is the gateway of network " + network.name,
                     "choose another address");
    }
    const auto subnet = model::parse_cidr(pool.subnet);
    if (parsed && subnet && model::contains(*subnet, *parsed)) return {};
    pools += (pools.empty() ? "" : ", ") + pool.subnet;
  }
  if (network.ipam.empty()) return {};  // the driver's own business
  return failure(ErrorClass::kBlocked, Reason::kInvalidEndpoint,
                 address + " is in no subnet of network " + network.name + " (" + pools + ")",
                 "choose an address in it");
}

}  // namespace

struct NetworkLooks::Look {
  explicit Look(Clock& clock) : over(clock) {}
  Signal over;
  std::optional<Result<docker::Network>> reply;
};

Task<Result<docker::Network>> NetworkLooks::inspect(std::string name) {
  // One has been asked for and not begun: it will be newer than this question.
  if (const auto next = next_.find(name); next != next_.end()) {
    const auto look = next->second;
    while (!look->reply) {
      co_await look->over.wait();
    }
    co_return *look->reply;
  }
  const auto look = next_[name] = std::make_shared<Look>(clock_);
  // That one began before this question, and may have been answered before what it asks about.
  while (running_.contains(name)) {
    const auto before = running_[name];
    co_await before->over.wait();
  }
  running_[name] = look;
  // From here on it is too old for whoever comes.
  next_.erase(name);
  auto reply = co_await caught(engine_.inspect_network(name), "look at network " + name);
  running_.erase(name);
  look->reply = reply;
  look->over.notify();
  co_return reply;
}

Task<Status> check_names(NetworkLooks& looks, std::vector<docker::EndpointSpec> endpoints) {
  for (const auto& endpoint : endpoints) {
    // By name, as the engine will look it up: of several it refuses to choose (F002).
    auto found = co_await looks.inspect(endpoint.network_name);
    if (!found) co_return std::unexpected(found.error());
    if (found->id != endpoint.network_id) {
      co_return failure(ErrorClass::kTransient, Reason::kStateConflict,
                        "network " + endpoint.network_name + " is not the one that was seen");
    }
  }
  co_return Status{};
}

Task<Result<std::set<std::string>>> check_volumes(docker::Engine& engine,
                                                  std::vector<docker::MountSpec> mounts,
                                                  std::string instance) {
  std::set<std::string> ours;
  for (const auto& mount : mounts) {
    // An anonymous one is meant to be made.
    if (mount.type != "volume" || mount.source.empty()) continue;
    auto volume = co_await engine.inspect_volume(mount.source);
    if (volume) {
      // Others are external: what becomes of them is for their owner.
      if (label(volume->labels, kLabelInstance) == instance) ours.insert(mount.source);
      continue;
    }
    if (volume.error().reason != Reason::kNotFound) co_return std::unexpected(volume.error());
    co_return failure(ErrorClass::kTransient, Reason::kStateConflict,
                      "volume " + mount.source + " went away before its container was made");
  }
  co_return ours;
}

Task<Status> check_address(docker::Engine& engine, const Observed& observed, std::string app,
                           std::string container, docker::EndpointSpec endpoint) {
  const std::string address = endpoint.ipv4_address;
  if (address.empty()) co_return Status{};
  auto network = co_await engine.inspect_network(endpoint.network_id);
  if (!network) co_return std::unexpected(network.error());
  auto fitting = fits(*network, address);
  if (!fitting) co_return fitting;
  for (const auto& member : network->members) {
    // The list has blocks (172.30.0.5/24).
    if (member.ipv4.substr(0, member.ipv4.find('/')) != address ||
        member.container_id == container || belongs_to(app, observed, member.container_id))
      continue;
    co_return failure(ErrorClass::kBlocked, Reason::kAddressInUse,
                      address + " on network " + network->name + " is held by " + member.name,
                      "free the address, or choose another");
  }
  co_return Status{};
}

}  // namespace fairlead::controller
