// From parts as written to a resolved App: Docker names, the implicit network, a stable order.
#include <algorithm>

#include "model/canonical.h"
#include "model/decode_parts.h"

namespace fairlead::model {
namespace {

template <typename T>
const T* find_key(const std::vector<T>& all, const std::string& key) {
  const auto it = std::ranges::find(all, key, &T::key);
  return it == all.end() ? nullptr : &*it;
}

// As Compose: a service that names neither networks nor a mode joins the network `default`.
void add_default_network(App& app) {
  bool used = false;
  for (auto& service : app.services) {
    if (!service.endpoints.empty() || !service.network_mode.empty()) continue;
    Endpoint endpoint;
    endpoint.network = "default";
    endpoint.aliases = {service.name};
    endpoint.position = service.position;
    service.endpoints.push_back(std::move(endpoint));
  }
  for (const auto& service : app.services) {
    used = used || std::ranges::any_of(service.endpoints, [](const Endpoint& endpoint) {
             return endpoint.network == "default";
           });
  }
  if (!used || find_key(app.networks, "default") != nullptr) return;
  Network network;
  network.key = "default";
  network.position = app.position;
  app.networks.push_back(std::move(network));
}

// The primary endpoint first: highest priority, ties by name (compose.md §1.4).
void order_endpoints(Service& service) {
  std::ranges::sort(service.endpoints, [](const Endpoint& a, const Endpoint& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.network < b.network;
  });
}

}  // namespace

void finish_app(Reader& reader, App& app) {
  add_default_network(app);
  for (auto& network : app.networks) {
    if (!network.docker_name.empty()) continue;
    network.docker_name = network.external ? network.key : app.prefix + "_" + network.key;
  }
  for (auto& volume : app.volumes) {
    if (!volume.docker_name.empty()) continue;
    volume.docker_name = volume.external ? volume.key : app.prefix + "_" + volume.key;
  }
  for (auto& service : app.services) {
    if (service.container_name.empty()) {
      service.container_name = app.prefix + "-" + service.name + "-1";
    }
    order_endpoints(service);
  }
  std::ranges::sort(app.services, {}, &Service::name);
  std::ranges::sort(app.networks, {}, &Network::key);
  std::ranges::sort(app.volumes, {}, &Volume::key);
  validate_app(app, reader.diagnostics);
  app.digest = sha_of(to_json(app));
}

}  // namespace fairlead::model
