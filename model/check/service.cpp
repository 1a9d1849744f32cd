// Checks of one service that need the rest of its App: Compose's consistency rules,
// and what the engine would refuse only when the container starts.
#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "model/check/check.h"

namespace fairlead::model {
namespace {

bool exists(const App& app, std::string_view name) {
  return std::ranges::find(app.services, name, &Service::name) != app.services.end();
}

void check_dependencies(Checker& check, const App& app, const Service& service,
                        const std::set<std::string>& inactive) {
  const std::string path = "services." + service.name + ".depends_on";
  for (const auto& dependency : service.depends_on) {
    const std::string& name = dependency.service;
    if (exists(app, name)) continue;
    // A name that is nowhere is a slip; one that is left out may be meant.
    if (!inactive.contains(name)) {
      check.error(dependency.position, path, "the service `" + name + "` does not exist");
    } else if (dependency.required) {
      check.error(dependency.position, path,
                  "the service `" + name + "` is left out by its profiles", "",
                  "make a profile of it active, or say `required: false`");
    }
  }
}

// `service_healthy` needs something that says so.
void check_healthy(Checker& check, const App& app, const Service& service) {
  for (const auto& dependency : service.depends_on) {
    const auto other = std::ranges::find(app.services, dependency.service, &Service::name);
    if (dependency.condition != Dependency::Condition::kHealthy || other == app.services.end())
      continue;
    const std::string path = "services." + service.name + ".depends_on." + other->name;
    const auto& health = other->healthcheck;
    // Only what can never be fulfilled is an error: an image may bring a health check.
    const bool none =
        health && (health->disable || (!health->test.empty() && health->test.front() == "NONE"));
    if (none) {
      check.error(dependency.position, path,
                  "`" + other->name + "` never becomes healthy: its health check is switched off",
                  "", "give `" + other->name + "` a `healthcheck`, or wait for service_started");
    } else if (!health || health->test.empty()) {
      check.warn(
          dependency.position, path,
          "whether `" + other->name + "` has a health check is unknown until its image is pulled",
          "give it a `healthcheck` to be sure");
    }
  }
}

// A limit may stand beside the same one in `deploy`, if they agree.
template <typename T>
void check_agreement(Checker& check, const Service& service, const char* key,
                     const std::optional<T>& own, std::optional<T> Deploy::* of_deploy) {
  if (!own || !service.deploy) return;
  const auto& other = *service.deploy.*of_deploy;
  // Where they agree it does no harm, although Compose refuses some of these (docs/manifest.md).
  if (!other || *other == *own) return;
  check.error(service.position, "services." + service.name + "." + key,
              std::string("`") + key + "` and `deploy` say different things", "", "say it once");
}

// What replicas can't share: a name, a host port, an address. Said when it is read, and not by the
// second replica's start.
void check_scale(Checker& check, const Service& service) {
  const std::string path = "services." + service.name;
  const int replicas = replicas_of(service);
  if (replicas < 2) return;
  if (service.named) {
    check.error(service.position, path + ".container_name",
                "one name for " + std::to_string(replicas) + " containers", "",
                "remove `container_name`");
  }
  for (const auto& port : service.ports) {
    if (port.published.empty() || port.published.find('-') != std::string::npos) continue;
    check.error(port.position, path + ".ports",
                "host port " + port.published + " can't be published by " +
                    std::to_string(replicas) + " containers",
                "a range as wide as the scale: 8080-8089:80, or no host port");
  }
  for (const auto& endpoint : service.endpoints) {
    if (!endpoint.ipv4_address && !endpoint.ipv6_address && !endpoint.mac_address) continue;
    check.error(endpoint.position, path + ".networks." + endpoint.network,
                "one address for " + std::to_string(replicas) + " containers");
  }
}

// Configs and secrets: declared, at places of their own, and to be had where they can't be written.
void check_files(Checker& check, const App& app, const Service& service) {
  std::set<std::string> targets;
  for (const auto& mount : service.files) {
    const std::string key = mount.secret ? "secrets" : "configs";
    const std::string path = "services." + service.name + "." + key;
    const auto* file = file_of(app, mount);
    if (file == nullptr) {
      check.error(mount.position, path, "`" + mount.source + "` is not declared", "",
                  "add it under the top-level `" + key + ":`");
      continue;
    }
    const std::string target = target_of(mount);
    if (!targets.insert(target).second) check.error(mount.position, path, "two files at " + target);
    if (is_mounted(service, mount) && file->host_path.empty()) {
      check.error(mount.position, path,
                  target + " is read-only or on a tmpfs, and `" + mount.source +
                      "` is not a file that could be mounted there",
                  "", "give it as `file:`, or another `target`");
    }
  }
}

// `network_mode` has a check of its own.
void check_peers(Checker& check, const App& app, const Service& service) {
  for (const auto& peer : peers_of(service)) {
    if (exists(app, peer) || service.network_mode == "service:" + peer) continue;
    check.error(service.position, "services." + service.name,
                "it shares with the service `" + peer + "`, which does not exist", "",
                "see ipc, pid and volumes_from");
  }
}

// `external_links` are not looked at: what they name is not of this App.
void check_links(Checker& check, const App& app, const Service& service) {
  const auto links = service.settings.find("links");
  if (links == service.settings.end()) return;
  for (const auto& each : links->second.as_array()) {
    const std::string_view text = each.as_string();
    const auto name = text.substr(0, text.find(':'));
    if (exists(app, name)) continue;
    check.error(service.position, "services." + service.name + ".links",
                "the service `" + std::string(name) + "` does not exist");
  }
}

void check_order(Checker& check, const Service& service) {
  if (!service.deploy || !service.deploy->start_first) return;
  const std::string obstacle = overlap_obstacle(service);
  if (!obstacle.empty())
    check.warn(service.position, "services." + service.name + ".deploy.update_config.order",
               "acts as stop-first: " + obstacle);
}

}  // namespace

void check_service_keys(Checker& check, const App& app, const Service& service,
                        const std::set<std::string>& inactive) {
  check_dependencies(check, app, service, inactive);
  check_healthy(check, app, service);
  check_agreement(check, service, "mem_limit", service.mem_limit, &Deploy::memory);
  check_agreement(check, service, "cpus", service.nano_cpus, &Deploy::nano_cpus);
  check_agreement(check, service, "pids_limit", service.pids_limit, &Deploy::pids);
  check_agreement(check, service, "scale", service.scale, &Deploy::replicas);
  check_scale(check, service);
  check_order(check, service);
  check_files(check, app, service);
  check_peers(check, app, service);
  check_links(check, app, service);
}

}  // namespace fairlead::model
