// From parts as written to a resolved App: Docker names, the implicit network, a stable order.
#include <algorithm>
#include <boost/json/array.hpp>
#include <string_view>
#include <tuple>

#include "model/decode/parts.h"
#include "model/form/canonical.h"
#include "model/form/compose_json.h"
#include "model/image_reference.h"

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
    // `networks: {}` counts as none named, too.
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
  // Only if it is used, so that an App whose services all have networks makes none for nothing.
  app.networks.push_back(std::move(network));
}

// The primary endpoint first: highest priority, ties by name, as Compose does.
void order_endpoints(Service& service) {
  std::ranges::sort(service.endpoints, [](const Endpoint& a, const Endpoint& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.network < b.network;
  });
}

// As Compose: a service with profiles is there only if one of them is active.
std::set<std::string> leave_out_inactive(App& app) {
  std::set<std::string> names;
  std::erase_if(app.services, [&](const Service& service) {
    const auto active = [&app](const std::string& each) {
      return app.profiles.contains(each) || app.profiles.contains("*");
    };
    if (service.profiles.empty() || std::ranges::any_of(service.profiles, active)) return false;
    // Remembered, for a dependency on one of them is another mistake than one on nothing.
    names.insert(service.name);
    return true;
  });
  return names;
}

// What links and shared namespaces imply, as in Compose.
void add_implied_dependencies(const App& app, Service& service) {
  const auto add = [&](const std::string& name, bool restart) {
    const bool known = std::ranges::find(service.depends_on, name, &Dependency::service) !=
                       service.depends_on.end();
    if (known || std::ranges::find(app.services, name, &Service::name) == app.services.end())
      return;
    Dependency dependency;
    dependency.service = name;
    dependency.restart = restart;
    dependency.position = service.position;
    // Whoever says it himself, with conditions of his own, has been passed over above.
    service.depends_on.push_back(std::move(dependency));
  };
  if (const auto links = service.settings.find("links"); links != service.settings.end()) {
    for (const auto& each : links->second.as_array()) {
      const std::string_view text = each.as_string();
      add(std::string(text.substr(0, text.find(':'))), true);
    }
  }
  for (const auto& peer : peers_of(service))
    add(peer, !service.settings.contains("volumes_from"));
}

// As `docker compose build` names what it builds.
void name_built_image(Reader& reader, const App& app, Service& service) {
  service.image = app.prefix + "-" + service.name;
  const auto parsed = parse_image_reference(service.image);
  if (parsed) return;
  reader.diagnostics.push_back({Diagnostic::Severity::kError, service.position,
                                "services." + service.name + ".build", parsed.error().message,
                                kImageForm, "name the image that was built in `image`"});
}

}  // namespace

void finish_app(Reader& reader, App& app) {
  // First of all: what is left out implies nothing, uses no network and has no name.
  const auto inactive = leave_out_inactive(app);
  for (auto& service : app.services)
    add_implied_dependencies(app, service);
  add_default_network(app);
  for (auto& network : app.networks) {
    if (!network.docker_name.empty()) continue;
    // What is external has the name that its owner gave it.
    network.docker_name = network.external ? network.key : app.prefix + "_" + network.key;
  }
  for (auto& volume : app.volumes) {
    if (!volume.docker_name.empty()) continue;
    volume.docker_name = volume.external ? volume.key : app.prefix + "_" + volume.key;
  }
  for (auto& service : app.services) {
    if (service.built && service.image.empty()) name_built_image(reader, app, service);
    service.named = !service.container_name.empty();
    if (!service.named) {
      service.container_name = container_name_of(app.prefix, service.name, 1);
    }
    order_endpoints(service);
  }
  std::ranges::sort(app.services, {}, &Service::name);
  std::ranges::sort(app.networks, {}, &Network::key);
  std::ranges::sort(app.volumes, {}, &Volume::key);
  std::ranges::sort(app.files, {},
                    [](const File& each) { return std::tuple(each.secret, each.key); });
  for (auto& file : app.files) {
    if (file.name.empty()) file.name = app.prefix + "_" + file.key;
  }
  validate_app(app, inactive, reader.diagnostics);
  // Digests, in the order of the files: contents are in no printed form.
  std::string contents;
  for (const auto& file : app.files)
    contents += file.digest;
  app.digest = sha_of(boost::json::array{to_json(app), boost::json::string(contents)});
}

}  // namespace fairlead::model
