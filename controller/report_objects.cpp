// The containers and networks of one App as status rows, and its health.
#include <algorithm>
#include <utility>

#include "controller/controller.h"
#include "controller/desired/hidden_values.h"
#include "controller/desired/store.h"
#include "controller/objects/drift.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/observed/index.h"
#include "controller/observed/observed.h"
#include "controller/plan/plan.h"
#include "model/cidr.h"

namespace fairlead::controller {
namespace {

// What the engine says of a failed start quotes the command.
std::string error_of(const docker::Container& c, const DesiredEntry* entry) {
  if (c.error.empty()) return "";
  if (!of_this_manifest(entry, c)) return "not shown, since its manifest has changed";
  auto masks = values_of(c.env);
  masks.add(hidden_values(entry).all);
  return without_values(c.error, masks);
}

ContainerStatus container_row(const docker::Container& c, const DesiredEntry* entry) {
  ContainerStatus row;
  row.service = label(c.labels, kLabelComponent);
  row.name = c.name;
  row.id = c.id;
  row.image = c.image;
  row.state = c.state;
  // No health check, neither of the manifest nor of the image.
  row.health = c.health.empty() ? "none" : c.health;
  row.started_at = c.started_at;
  row.restarts = c.restart_count;
  row.exit_code = c.exit_code;
  row.error = error_of(c, entry);
  for (const auto& endpoint : c.endpoints) {
    row.networks.push_back(endpoint.network_name + " " + endpoint.ip_address);
  }
  return row;
}

bool is_degraded(const ContainerStatus& c) {
  return c.health == "unhealthy" || c.state == "restarting" || c.state == "dead" ||
         (c.state == "exited" && c.exit_code != 0);
}

std::string health_of(const AppStatus& status, const Plan& plan) {
  if (status.suspended) return "Suspended";
  const auto& rows = status.containers;
  // The worst first: of several things that are wrong a person is told what hurts.
  if (std::ranges::any_of(rows, is_degraded)) return "Degraded";
  if (static_cast<int>(rows.size()) < status.containers_desired) return "Missing";
  const bool starting =
      std::ranges::any_of(rows, [](const ContainerStatus& c) { return c.health == "starting"; });
  return starting || !plan.operations.empty() ? "Progressing" : "Healthy";
}

NetworkStatus network_row(const model::Network& desired, const Observed& mine,
                          const ObservedIndex& all, const Plan& plan) {
  NetworkStatus row;
  row.key = desired.key;
  row.name = desired.docker_name;
  row.external = desired.external;
  for (const auto& [id, network] : mine.networks) {
    // Of several with one name the last; the plan has said that there are several (F001).
    if (network.name != desired.docker_name) continue;
    row.id = id;
    row.driver = network.driver;
    row.internal = network.internal;
    row.subnet = network.ipam.empty() ? "" : network.ipam.front().subnet;
    row.capacity = model::usable_addresses(row.subnet);
    row.in_sync = std::ranges::none_of(plan.drift, [&desired](const Drift& drift) {
      return drift.kind == Kind::kNetwork && drift.component == desired.key;
    });
    row.endpoints += all.endpoints_on(id);
  }
  return row;
}

}  // namespace

void Controller::report_objects(AppStatus& status, KeyState& state, const PassInput& input,
                                const Plan& plan) {
  status.containers.clear();
  status.networks.clear();
  for (const auto& [id, observed] : input.observed.containers) {
    status.containers.push_back(container_row(observed.details, desired_.find(input.key)));
    auto& row = status.containers.back();
    const auto runs = input.memory.runs.find(id);
    const int own = runs == input.memory.runs.end() ? 0 : runs->second.starts;
    auto& seen = state.restart_counts[id];
    // Both count from 0 with each container, and the engine's is gone with a restart by us: only
    // growth counts.
    const int more = std::max(0, row.restarts - seen.engine) + std::max(0, own - seen.own);
    if (more > 0) telemetry_->restarts_seen(status.name, row.service, more);
    seen = {row.restarts, own};
    // After the comparison, which needs the two apart.
    row.restarts += own;
  }
  std::erase_if(state.restart_counts,
                [&](const auto& each) { return !input.observed.containers.contains(each.first); });
  for (const auto& network : input.app->networks)
    status.networks.push_back(network_row(network, input.observed, cache_.index(), plan));
  status.health = health_of(status, plan);
}

}  // namespace fairlead::controller
