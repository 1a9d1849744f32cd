
#include "tests/support/app_builders.h"

#include <stdexcept>

#include "controller/objects/drift.h"
#include "controller/objects/labels.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "controller/request/specs.h"

namespace fairlead::test {
namespace {

template <typename List, typename Match>
auto& find_or_throw(List& list, Match match) {
  for (auto& each : list)
    if (match(each)) return each;
  throw std::logic_error("no such object in the test's values");
}

docker::Endpoint endpoint_from(const docker::EndpointSpec& spec, const std::string& id) {
  docker::Endpoint endpoint;
  endpoint.network_name = spec.network_name;
  endpoint.network_id = spec.network_id;
  endpoint.endpoint_id = long_id("e");
  endpoint.aliases = spec.aliases;
  endpoint.aliases.push_back(id.substr(0, 12));  // as the engine does
  endpoint.ipv4_configured = spec.ipv4_address;
  endpoint.ipv6_configured = spec.ipv6_address;
  return endpoint;
}

void copy_spec(const docker::ContainerSpec& spec, docker::Container& details) {
  details.name = spec.name;
  details.image = spec.image;
  details.labels = spec.labels;
  details.command = spec.command.value_or(std::vector<std::string>{});
  details.entrypoint = spec.entrypoint.value_or(std::vector<std::string>{});
  details.env = spec.env;
  details.env.push_back("PATH=/bin");  // of the image
  details.user = spec.user.value_or("");
  details.working_dir = spec.working_dir.value_or("");
  details.hostname = spec.hostname.value_or(details.id.substr(0, 12));
  details.network_mode = spec.network_mode;
  details.settings = spec.settings;
  details.restart = spec.restart.value_or(docker::RestartPolicy{});
  details.memory = spec.memory.value_or(0);
  details.nano_cpus = spec.nano_cpus.value_or(0);
  details.pids_limit = spec.pids_limit.value_or(0);
  details.privileged = spec.privileged.value_or(false);
  details.read_only = spec.read_only.value_or(false);
  details.ports = spec.ports;
  details.mounts = spec.mounts;
}

}  // namespace

std::string long_id(const std::string& start) {
  std::string id = start;
  id.resize(64, '0');
  return id;
}

model::Service service(const std::string& name, std::vector<std::string> networks) {
  model::Service service;
  service.name = name;
  service.container_name = "shop-" + name + "-1";
  service.image = "app:1";
  for (auto& key : networks) {
    model::Endpoint endpoint;
    endpoint.network = std::move(key);
    service.endpoints.push_back(std::move(endpoint));
  }
  service.restart = model::RestartPolicy{"unless-stopped", 0};
  return service;
}

model::Network network(const std::string& key, const std::string& subnet) {
  model::Network network;
  network.key = key;
  network.docker_name = "shop_" + key;
  if (!subnet.empty()) network.ipam.push_back({subnet, "", "", {}});
  return network;
}

model::Volume volume(const std::string& key) {
  model::Volume volume;
  volume.key = key;
  volume.docker_name = "shop_" + key;
  return volume;
}

model::App app(std::vector<model::Service> services, std::vector<model::Network> networks,
               std::vector<model::Volume> volumes) {
  model::App app;
  app.name = app.prefix = "shop";
  app.enveloped = true;
  app.services = std::move(services);
  app.networks = std::move(networks);
  app.volumes = std::move(volumes);
  return app;
}

model::App small_app() {
  return app({service("web")}, {network("default")});
}

controller::Policy policy() {
  controller::Policy policy;
  policy.instance = kInstance;
  auto access = std::make_shared<model::HostAccess>();
  access->allow.emplace_back();
  access->allow[0].apps = {"*"};
  access->allow[0].host_namespaces = {"network"};
  access->allow[0].volume_drivers = {"nfs"};
  policy.access = std::move(access);
  return policy;
}

controller::Plan plan(const model::App& desired, const controller::Observed& observed,
                      const controller::Policy& rules) {
  return controller::plan_app(desired, observed, rules, {});
}
controller::Plan plan(const model::App& desired, const controller::Observed& observed,
                      const controller::Memory& memory) {
  return controller::plan_app(desired, observed, policy(), memory);
}

docker::Network live(const model::App& app, const std::string& network_key) {
  const auto& wanted =
      find_or_throw(app.networks, [&](const auto& each) { return each.key == network_key; });
  const auto spec = controller::network_spec(app.name, wanted, policy());
  docker::Network network;
  network.id = long_id("a" + std::to_string(std::hash<std::string>{}(network_key)));
  network.name = spec.name;
  network.created = "2026-01-01T00:00:00Z";
  network.scope = "local";
  network.driver = spec.driver.value_or("bridge");
  network.options = spec.options;
  network.labels = spec.labels;
  network.internal = spec.internal.value_or(false);
  network.attachable = spec.attachable.value_or(false);
  network.enable_ipv6 = spec.enable_ipv6.value_or(false);
  network.ipam_driver = "default";
  network.ipam = spec.ipam;
  if (network.ipam.empty()) network.ipam.push_back({"172.17.0.0/16", "172.17.0.1", "", {}});
  return network;
}

docker::Network foreign_network(const std::string& name, const std::string& subnet) {
  docker::Network network;
  network.id = long_id("f" + std::to_string(std::hash<std::string>{}(name)));
  network.name = name;
  network.driver = "bridge";
  if (!subnet.empty()) network.ipam.push_back({subnet, "", "", {}});
  return network;
}

docker::Volume live_volume(const model::App& app, const std::string& volume_key) {
  const auto& wanted =
      find_or_throw(app.volumes, [&](const auto& each) { return each.key == volume_key; });
  const auto spec = controller::volume_spec(app.name, wanted, policy());
  return {spec.name, spec.driver.value_or("local"), spec.driver_opts, spec.labels, ""};
}

controller::ObservedContainer running(const model::App& app, const std::string& service_name,
                                      const controller::Observed& observed, const std::string& id) {
  const auto& wanted =
      find_or_throw(app.services, [&](const auto& each) { return each.name == service_name; });
  const auto spec = controller::container_spec(app, wanted, observed, policy(), {});
  controller::ObservedContainer container;
  auto& details = container.details;
  details.id = id.empty() ? long_id("c" + std::to_string(std::hash<std::string>{}(service_name)))
                          : long_id(id);
  details.created = "2026-01-01T00:00:00Z";
  details.state = "running";
  details.running = true;
  details.pid = 4242;
  copy_spec(spec, details);
  for (const auto& endpoint : spec.endpoints)
    details.endpoints.push_back(endpoint_from(endpoint, details.id));
  return container;
}

void put(controller::Observed& observed, docker::Network network) {
  observed.networks[network.id] = std::move(network);
}
void put(controller::Observed& observed, docker::Volume volume) {
  observed.volumes[volume.name] = std::move(volume);
}
void put(controller::Observed& observed, controller::ObservedContainer container) {
  const std::string id = container.details.id;
  observed.containers[id] = std::move(container);
}

controller::Observed settled(const model::App& app) {
  controller::Observed observed;
  for (const auto& network : app.networks)
    put(observed, live(app, network.key));
  for (const auto& volume : app.volumes)
    put(observed, live_volume(app, volume.key));
  for (const auto& service : app.services)
    put(observed, running(app, service.name, observed));
  return observed;
}

docker::Container& container_of(controller::Observed& observed, const std::string& service) {
  auto& found = find_or_throw(observed.containers, [&](const auto& each) {
    return each.second.details.labels.at(std::string(controller::kLabelComponent)) == service;
  });
  return found.second.details;
}

docker::Network& network_of(controller::Observed& observed, const std::string& docker_name) {
  return find_or_throw(observed.networks,
                       [&](const auto& each) { return each.second.name == docker_name; })
      .second;
}

std::vector<std::string> lines(const controller::Plan& plan) {
  std::vector<std::string> text;
  for (const auto& operation : plan.operations) {
    std::string line(controller::verb(operation.action));
    if (operation.kind != controller::Kind::kContainer)
      line += " " + std::string(controller::to_string(operation.kind));
    text.push_back(line + " " + operation.object);
  }
  return text;
}

}  // namespace fairlead::test
