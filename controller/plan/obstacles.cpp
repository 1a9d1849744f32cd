// Names, host ports, addresses and subnets that the App needs and itself still holds: renamed
// services and networks, values that two services swap, an address that a sibling was given.
//
// What the manifest has moved on from gives way in the same plan, instead of being met as an error
// and waited out. A container that left the manifest is not removed for it: it is stopped, and
// renamed if its name is wanted, and goes with its grace like any other leftover. The grace is for
// files that are half-written; one that is valid and in which another service claims the very name
// or port is no silence, and stopping can be undone: when the service comes back, so does its
// container. A network can't be set aside: it is removed, which loses nothing, and never while a
// container of somebody else is on it.
#include "controller/plan/obstacles.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <functional>

#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/plan/hooks.h"
#include "controller/plan/steps.h"

namespace fairlead::controller {
namespace {

constexpr int kGraceSeconds = 10;  // the engine's default: the manifest that said more is gone

// A place in a network: by ID, or by name while this plan creates it. No address: any.
struct Place {
  std::string network;
  std::string address;
};

struct Wanted {
  std::vector<docker::PortBinding> ports;
  std::vector<Place> places;
};

bool same_address(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  boost::system::error_code bad;
  const auto left = boost::asio::ip::make_address(a, bad);
  // What is no address is compared as it stands.
  if (bad) return a == b;
  const auto right = boost::asio::ip::make_address(b, bad);
  return !bad && left == right;
}

bool same_port(const docker::PortBinding& a, const docker::PortBinding& b) {
  const auto any = [](const std::string& ip) {
    return ip.empty() || ip == "0.0.0.0" || ip == "::";
  };
  return !a.host_port.empty() && a.host_port == b.host_port && a.protocol == b.protocol &&
         (any(a.host_ip) || any(b.host_ip) || a.host_ip == b.host_ip);
}

void add_places(Wanted& wanted, const docker::EndpointSpec& endpoint) {
  const auto& network = endpoint.network_id.empty() ? endpoint.network_name : endpoint.network_id;
  wanted.places.push_back({network, endpoint.ipv4_address});
  if (!endpoint.ipv6_address.empty()) wanted.places.push_back({network, endpoint.ipv6_address});
}

// The ID of a container that an action works on; "" if this plan creates it.
template <typename A>
bool works_on(const Operation& operation, const std::string& id) {
  const auto* action = std::get_if<A>(&operation.action);
  return action != nullptr && action->container.id == id;
}

// As the endpoint of a container that was never started knows it: by name.
std::string network_of(const Planner& p, const docker::Endpoint& endpoint) {
  if (!endpoint.network_id.empty()) return endpoint.network_id;
  const auto found = std::ranges::find_if(p.observed.networks, [&endpoint](const auto& each) {
    return each.second.name == endpoint.network_name;
  });
  return found == p.observed.networks.end() ? endpoint.network_name : found->first;
}

// True if it is a step of `pre_start`, which has no more than a passing place.
bool is_step(const Planner& p, const Ref& container) {
  const auto seen = p.observed.containers.find(container.id);
  if (seen != p.observed.containers.end()) return is_hook(seen->second.details);
  return std::ranges::any_of(p.plan.operations, [&container](const Operation& each) {
    const auto* create = std::get_if<CreateContainer>(&each.action);
    return create != nullptr && create->spec.name == container.name &&
           create->spec.labels.contains(std::string(kLabelHook));
  });
}

// What the container will hold once it runs.
Wanted wanted_by(const Planner& p, const Ref& container) {
  Wanted wanted;
  if (is_step(p, container)) return wanted;
  for (const auto& operation : p.plan.operations) {
    if (const auto* create = std::get_if<CreateContainer>(&operation.action)) {
      // One that this plan makes is known by its name.
      if (!container.id.empty() || create->spec.name != container.name) continue;
      wanted.ports = create->spec.ports;
      for (const auto& endpoint : create->spec.endpoints)
        add_places(wanted, endpoint);
    } else if (const auto* connect = std::get_if<ConnectEndpoint>(&operation.action)) {
      if (!container.id.empty() && connect->container.id == container.id)
        add_places(wanted, connect->endpoint);
    }
  }
  const auto seen = p.observed.containers.find(container.id);
  if (seen == p.observed.containers.end()) return wanted;
  wanted.ports = seen->second.details.ports;
  for (const auto& endpoint : seen->second.details.endpoints) {
    const auto detached = p.detaches.find(endpoint.network_id);
    // It leaves that network before it runs.
    if (detached != p.detaches.end() && detached->second.contains(container.id)) continue;
    const auto network = network_of(p, endpoint);
    wanted.places.push_back({network, endpoint.ipv4_configured});
    if (!endpoint.ipv6_configured.empty())
      wanted.places.push_back({network, endpoint.ipv6_configured});
  }
  return wanted;
}

bool holds_port(const docker::Container& container, const std::vector<docker::PortBinding>& ports) {
  // Only a container that runs holds a port or an address.
  return up(container) && std::ranges::any_of(ports, [&container](const auto& port) {
           return std::ranges::any_of(
               container.ports, [&port](const auto& theirs) { return same_port(port, theirs); });
         });
}

const docker::Endpoint* holds_place(const docker::Container& container, const Place& place) {
  if (!up(container)) return nullptr;
  for (const auto& endpoint : container.endpoints)
    if (endpoint.network_id == place.network &&
        (same_address(endpoint.ip_address, place.address) ||
         same_address(endpoint.ipv6_address, place.address)))
      return &endpoint;
  return nullptr;
}

bool clashes(const docker::Container& container, const Wanted& wanted) {
  return holds_port(container, wanted.ports) ||
         std::ranges::any_of(wanted.places, [&container](const Place& place) {
           return holds_place(container, place) != nullptr;
         });
}

// True if `step` waits for `other`, directly or not.
bool waits(const Planner& p, std::size_t step, std::size_t other) {
  std::vector<std::size_t> open = {step};
  std::set<std::size_t> seen;
  while (!open.empty()) {
    const auto now = open.back();
    open.pop_back();
    if (now == other) return true;
    if (!seen.insert(now).second) continue;
    append(open, p.plan.operations[now].after);
    append(open, p.plan.operations[now].behind);
  }
  return false;
}

// No step is made to wait in a circle: then the engine's refusal has to say what is wrong.
void let_wait(Planner& p, std::size_t step, std::size_t before) {
  auto& after = p.plan.operations[step].after;
  if (!waits(p, before, step) && std::ranges::find(after, before) == after.end())
    after.push_back(before);
}

std::optional<std::size_t> first_that(const Planner& p,
                                      const std::function<bool(const Operation&)>& fits) {
  const auto found = std::ranges::find_if(p.plan.operations, fits);
  if (found == p.plan.operations.end()) return std::nullopt;
  return static_cast<std::size_t>(found - p.plan.operations.begin());
}

// The step after which the container's ports and addresses are free.
std::optional<std::size_t> end_of_run(const Planner& p, const std::string& id) {
  return first_that(p, [&id](const Operation& each) {
    return works_on<StopContainer>(each, id) || works_on<RemoveContainer>(each, id);
  });
}

// The name that a step takes, "" if none, and the ID of the container that gets it.
std::pair<std::string, std::string> name_taken(const Operation& operation) {
  if (const auto* create = std::get_if<CreateContainer>(&operation.action))
    return {create->spec.name, ""};
  if (const auto* rename = std::get_if<RenameContainer>(&operation.action))
    return {rename->new_name, rename->container.id};
  return {};
}

void order_names(Planner& p, std::size_t step) {
  const auto [name, taker] = name_taken(p.plan.operations[step]);
  if (name.empty()) return;
  for (const auto& [id, container] : p.observed.containers) {
    if (container.details.name != name || id == taker) continue;
    const auto freed = first_that(p, [&id](const Operation& each) {
      return works_on<RenameContainer>(each, id) || works_on<RemoveContainer>(each, id);
    });
    if (freed) let_wait(p, step, *freed);
  }
}

// The service whose own spec says nothing of the address that its container was given.
std::optional<docker::EndpointSpec> dynamic_endpoint(const Planner& p,
                                                     const docker::Container& container,
                                                     const docker::Endpoint& endpoint) {
  if (!endpoint.ipv4_configured.empty() || !endpoint.ipv6_configured.empty()) return std::nullopt;
  const auto service = std::ranges::find(p.app.services, label(container.labels, kLabelComponent),
                                         &model::Service::name);
  if (service == p.app.services.end()) return std::nullopt;
  auto spec = container_spec(p.app, replica(p.app, *service, number_of(container)), p.observed,
                             p.policy, p.memory);
  for (auto& each : spec.endpoints)
    if (each.network_id == endpoint.network_id) return std::move(each);
  return std::nullopt;
}

// Off the network while `step` takes the address, and on it again with another. Its process stays.
void move_off(Planner& p, std::size_t step, const docker::Container& container,
              const docker::Endpoint& endpoint, const std::string& address) {
  // One that asks for the address by itself is not moved: then two ask for one, and the engine says
  // so.
  const auto again = dynamic_endpoint(p, container, endpoint);
  if (!again) return;
  const Ref ref{container.id, container.name};
  Operation operation{
      .kind = Kind::kContainer,
      .component = label(container.labels, kLabelComponent),
      .object = container.name,
      .action = DisconnectEndpoint{ref, {endpoint.network_id, endpoint.network_name}},
      .after = p.plan.operations[step].after,
      .reason = "it was given " + address + ", which service " + p.plan.operations[step].component +
                " asks for"};
  const auto off = add(p, operation);
  p.detaches[endpoint.network_id][container.id] = off;
  operation.action = ConnectEndpoint{ref, *again};
  operation.after = {step};
  add(p, operation);
  p.plan.operations[step].after.push_back(off);
  // Should the other not start, the sibling comes back all the same.
  p.plan.operations[step].rollback.push_back(ConnectEndpoint{ref, *again});
}

void order_run(Planner& p, std::size_t step, const std::string& self, const Wanted& wanted) {
  for (const auto& [id, container] : p.observed.containers) {
    if (id == self || !clashes(container.details, wanted)) continue;
    const auto ended = end_of_run(p, id);
    // It stops by this plan: then its places are free, and nobody is moved.
    if (ended) let_wait(p, step, *ended);
    for (const auto& place : wanted.places) {
      const auto* endpoint = holds_place(container.details, place);
      if (endpoint == nullptr || ended) continue;
      const auto& off = p.detaches[place.network];
      if (const auto found = off.find(id); found != off.end())
        let_wait(p, step, found->second);
      else
        move_off(p, step, container.details, *endpoint, place.address);
    }
  }
}

bool runs(const Planner& p, const std::string& id) {
  const auto seen = p.observed.containers.find(id);
  return seen != p.observed.containers.end() && up(seen->second.details);
}

// Who asks for a certain address is started before those who take what there is.
void start_fixed_first(Planner& p) {
  std::vector<std::pair<std::size_t, Wanted>> starts;
  for (std::size_t i = 0; i < p.plan.operations.size(); ++i)
    if (const auto* start = std::get_if<StartContainer>(&p.plan.operations[i].action))
      starts.emplace_back(i, wanted_by(p, start->container));
  const auto fixed_in = [](const Wanted& wanted, const std::string& network) {
    return std::ranges::any_of(wanted.places, [&network](const Place& place) {
      return place.network == network && !place.address.empty();
    });
  };
  for (const auto& [first, wanted] : starts)
    for (const auto& place : wanted.places) {
      if (place.address.empty()) continue;
      for (const auto& [second, other] : starts) {
        const bool meets =
            std::ranges::find(other.places, place.network, &Place::network) != other.places.end();
        if (second == first || !meets || fixed_in(other, place.network) || waits(p, first, second))
          continue;
        // `behind`, not `after`: if the one with the fixed address fails, the others may start.
        p.plan.operations[second].behind.push_back(first);
      }
    }
}

}  // namespace

void set_aside(Planner& p, const docker::Container& container, const std::string& aside) {
  Operation operation{.kind = Kind::kContainer,
                      .component = label(container.labels, kLabelComponent),
                      .object = container.name,
                      .action = RenameContainer{{container.id, container.name}, aside},
                      .reason = "it left the manifest, and another service has its name"};
  const auto count = p.plan.operations.size();
  const auto takes_name = [&container](const Operation& each) {
    return name_taken(each).first == container.name;
  };
  // order_obstacles() has the other side wait.
  if (first_that(p, takes_name)) operation.after = {add(p, operation)};
  if (!up(container)) return;
  auto stop = stop_action(p, container, kGraceSeconds);
  stop.unfinished = true;  // the service may come back
  operation.action = std::move(stop);
  operation.reason = "it left the manifest, and was set aside";
  for (std::size_t i = 0; i < count; ++i) {
    const auto* start = std::get_if<StartContainer>(&p.plan.operations[i].action);
    if (start == nullptr || is_step(p, start->container)) continue;
    // Under the same name: it takes over the work, and two must not do it at once.
    const bool successor = p.plan.operations[i].object == container.name;
    if (!successor && !clashes(container, wanted_by(p, start->container))) continue;
    // At the last moment: when all that the other one waits for is done.
    append(operation.after, p.plan.operations[i].after);
    operation.reason =
        "it left the manifest, and is in the way of service " + p.plan.operations[i].component;
    return let_wait(p, i, add(p, operation));
  }
  // A crash came between: its name is another's by now, and so is its work.
  if (container.name == aside) add(p, operation);
}

void clear_subnet(Planner& p, const docker::Network& network, std::size_t creation) {
  const std::string component = label(network.labels, kLabelComponent);
  const std::string reason =
      "network " + network.name + " left the manifest, and its subnet is another's now";
  Steps off;
  for (const auto& [id, name] : members_of(network, p.observed)) {
    auto& detached = p.detaches[network.id];
    if (const auto found = detached.find(id); found != detached.end()) {
      auto& step = p.plan.operations[found->second];
      // It can't be on the network that is to come before it leaves the one that is in the way.
      if (std::holds_alternative<DisconnectEndpoint>(step.action))
        std::erase_if(step.after, [&](std::size_t each) { return waits(p, each, creation); });
      if (!waits(p, found->second, creation)) {
        off.push_back(found->second);
        continue;
      }
    }
    // One that is replaced would stay until its successor runs, on the network that is to come.
    off.push_back(detached[id] =
                      add(p, {.kind = Kind::kContainer,
                              .component = component,
                              .object = name,
                              .action = DisconnectEndpoint{{id, name}, {network.id, network.name}},
                              .after = {},
                              .reason = reason,
                              .rollback = {}}));
  }
  let_wait(p, creation, remove_network(p, network, component, off, reason));
}

void order_obstacles(Planner& p) {
  // Steps that are added on the way take nothing that has to be ordered.
  const auto count = p.plan.operations.size();
  for (std::size_t i = 0; i < count; ++i) {
    order_names(p, i);
    if (const auto* start = std::get_if<StartContainer>(&p.plan.operations[i].action)) {
      const Ref container = start->container;
      order_run(p, i, container.id, wanted_by(p, container));
    } else if (const auto* connect = std::get_if<ConnectEndpoint>(&p.plan.operations[i].action)) {
      const std::string id = connect->container.id;
      Wanted wanted;
      if (runs(p, id)) add_places(wanted, connect->endpoint);
      order_run(p, i, id, wanted);
    }
  }
  start_fixed_first(p);
}

}  // namespace fairlead::controller
