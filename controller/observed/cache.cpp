
#include "controller/observed/cache.h"

#include <algorithm>
#include <utility>

#include "base/guard.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"

namespace fairlead::controller {
namespace {

constexpr std::size_t kMostUnseen = 1000;
const std::vector<std::string> kManagedFilter = {std::string(kLabelManaged) + "=true"};

bool same_network(const docker::Network& a, const docker::Network& b) {
  return a.name == b.name && a.driver == b.driver && a.options == b.options &&
         a.labels == b.labels && a.internal == b.internal && a.attachable == b.attachable &&
         a.enable_ipv6 == b.enable_ipv6 && a.ipam_driver == b.ipam_driver && a.ipam == b.ipam;
}

// What the list says only in words: "Exited (3) 5 minutes ago", "Up 2 hours (healthy)".
bool words_agree(const std::string& text, const docker::Container& details) {
  if (details.state == "exited" && text.starts_with("Exited ("))
    return text.starts_with("Exited (" + std::to_string(details.exit_code) + ")");
  if (details.state != "running" || details.health.empty()) return true;
  if (text.find("(healthy)") != std::string::npos) return details.health == "healthy";
  if (text.find("(unhealthy)") != std::string::npos) return details.health == "unhealthy";
  if (text.find("(health: starting)") != std::string::npos) return details.health == "starting";
  return true;
}

// Whether what the list says now can be true of what is believed.
bool agree(const docker::ContainerSummary& summary, const docker::Container& details) {
  const auto same_network = [](const docker::Endpoint& a, const docker::Endpoint& b) {
    return a.network_name == b.network_name && a.network_id == b.network_id &&
           a.ip_address == b.ip_address;
  };
  return summary.state == details.state && words_agree(summary.status_text, details) &&
         (summary.names.empty() || std::ranges::count(summary.names, details.name) > 0) &&
         std::ranges::equal(summary.endpoints, details.endpoints, same_network);
}

void note(std::set<std::string>& changed, const docker::StringMap& labels) {
  auto app = app_of(labels);
  if (!app.empty()) changed.insert(std::move(app));
}

}  // namespace

void EngineCache::drop(const std::string& id, std::set<std::string>& changed) {
  const auto it = observed_.containers.find(id);
  if (it != observed_.containers.end()) {
    note(changed, it->second.details.labels);
    observed_.containers.erase(it);
  }
  stopped_by_hand_.erase(id);
  own_stops_.erase(id);
  unreadable_.erase(id);
  on_gone_networks_.erase(id);
  killed_.erase(id);
}

Task<void> EngineCache::inspect(std::string id, std::set<std::string>& changed) {
  // What can't be read of one container is trouble of its App, not of the engine.
  auto reply = co_await caught(engine_.inspect_container(id), "inspect " + id.substr(0, 12));
  if (!reply) {
    // Gone between list and inspect is an answer, not a failed pass (F074).
    if (reply.error().reason == Reason::kNotFound) {
      drop(id, changed);
      co_return;
    }
    const auto known = observed_.containers.find(id);
    if (known != observed_.containers.end()) known->second.uncertain = true;
    unreadable_.insert(id);
    dirty_.emplace(id, "");
    co_return;
  }
  unreadable_.erase(id);
  if (!reply->labels.contains(std::string(kLabelManaged))) co_return;
  auto& entry = observed_.containers[id];
  note(changed, reply->labels);
  const bool running = reply->running;
  entry.details = std::move(*reply);
  entry.uncertain = false;
  if (running) stopped_by_hand_.erase(id);
  entry.stopped_by_hand = stopped_by_hand_.contains(id);
}

// Listed and never inspected: that it exists is known, and nothing else. Until an inspect succeeds
// nothing may be done to it, nor be made in its place.
void EngineCache::note_unseen(const docker::ContainerSummary& summary) {
  if (observed_.containers.contains(summary.id)) return;
  auto& entry = observed_.containers[summary.id];
  entry.details.id = summary.id;
  entry.details.name = summary.names.empty() ? summary.id : summary.names.front();
  entry.details.state = summary.state;
  entry.details.labels = summary.labels;
  entry.uncertain = true;
}

Task<Status> EngineCache::load_containers(std::set<std::string>& changed) {
  auto marked = std::exchange(dirty_, {});
  auto named = std::exchange(unseen_, {});
  auto list = co_await engine_.list_containers(kManagedFilter);
  if (!list) {
    dirty_.merge(marked);
    unseen_.merge(named);
    co_return std::unexpected(list.error());
  }
  std::set<std::string> seen;
  std::vector<std::string> to_inspect;
  for (const auto& summary : *list) {
    seen.insert(summary.id);
    const auto known = observed_.containers.find(summary.id);
    const bool believed = known != observed_.containers.end() && !known->second.uncertain &&
                          agree(summary, known->second.details);
    if (!believed || marked.contains(summary.id)) to_inspect.push_back(summary.id);
    note_unseen(summary);
  }
  std::vector<std::string> gone;
  for (const auto& [id, container] : observed_.containers) {
    if (!seen.contains(id)) gone.push_back(id);
  }
  for (const auto& id : gone)
    drop(id, changed);
  for (const auto& id : to_inspect) {
    co_await inspect(id, changed);
  }
  co_return Status{};
}

Task<Status> EngineCache::load_networks(std::set<std::string>& changed) {
  networks_dirty_ = false;
  auto list = co_await engine_.list_networks();
  if (!list) {
    networks_dirty_ = true;
    co_return std::unexpected(list.error());
  }
  std::map<std::string, docker::Network> next;
  for (auto& network : *list) {
    const auto known = observed_.networks.find(network.id);
    if (known == observed_.networks.end() || !same_network(known->second, network)) {
      note(changed, network.labels);
    }
    next.emplace(network.id, std::move(network));
  }
  for (const auto& [id, network] : observed_.networks) {
    if (!next.contains(id)) note(changed, network.labels);
  }
  observed_.networks = std::move(next);
  co_return Status{};
}

Task<Status> EngineCache::load_volumes(std::set<std::string>& changed) {
  volumes_dirty_ = false;
  // All of them: whose an external one is, its labels tell.
  auto list = co_await engine_.list_volumes(std::vector<std::string>());
  if (!list) {
    volumes_dirty_ = true;
    co_return std::unexpected(list.error());
  }
  std::map<std::string, docker::Volume> next;
  for (auto& volume : *list) {
    if (!observed_.volumes.contains(volume.name)) note(changed, volume.labels);
    next.emplace(volume.name, std::move(volume));
  }
  for (const auto& [name, volume] : observed_.volumes) {
    if (!next.contains(name)) note(changed, volume.labels);
  }
  observed_.volumes = std::move(next);
  co_return Status{};
}

Task<Result<std::set<std::string>>> EngineCache::resync() {
  std::set<std::string> changed;
  all_dirty_ = false;
  auto networks = co_await load_networks(changed);
  if (!networks) {
    all_dirty_ = true;
    co_return std::unexpected(networks.error());
  }
  auto containers = co_await load_containers(changed);
  if (!containers) {
    all_dirty_ = true;
    co_return std::unexpected(containers.error());
  }
  auto volumes = co_await load_volumes(changed);
  if (!volumes) {
    all_dirty_ = true;
    co_return std::unexpected(volumes.error());
  }
  co_return changed;
}

Task<Result<std::set<std::string>>> EngineCache::refresh() {
  if (all_dirty_) co_return co_await resync();
  std::set<std::string> changed;
  if (networks_dirty_) {
    auto networks = co_await load_networks(changed);
    if (!networks) co_return std::unexpected(networks.error());
  }
  if (volumes_dirty_) {
    auto volumes = co_await load_volumes(changed);
    if (!volumes) co_return std::unexpected(volumes.error());
  }
  if (!unseen_.empty()) {
    auto containers = co_await load_containers(changed);
    if (!containers) co_return std::unexpected(containers.error());
  }
  const auto marked = std::exchange(dirty_, {});
  for (const auto& [id, app] : marked) {
    co_await inspect(id, changed);
  }
  co_return changed;
}

void EngineCache::doubt_containers() {
  for (const auto& [id, container] : observed_.containers)
    dirty_[id] = app_of(container.details.labels);
}

bool EngineCache::stale_for(const std::string& app) {
  for (const auto& [id, container] : observed_.containers) {
    if (container.uncertain || app_of(container.details.labels) != app) continue;
    std::set<std::string> gone;
    for (const auto& endpoint : container.details.endpoints) {
      const auto& network = endpoint.network_id;
      if (!network.empty() && !observed_.networks.contains(network)) gone.insert(network);
    }
    auto& before = on_gone_networks_[id];
    // Networks first, then the container: what is still so after that is so.
    if (!std::ranges::includes(before, gone)) {
      networks_dirty_ = true;
      dirty_[id] = app;
    }
    before = std::move(gone);
  }
  const auto unread = [this, &app](const auto& each) {
    return each.second == app && !unreadable_.contains(each.first);
  };
  return all_dirty_ || networks_dirty_ || volumes_dirty_ || std::ranges::any_of(dirty_, unread) ||
         std::ranges::any_of(unseen_, unread);
}

Task<Status> EngineCache::inspect_network(std::string id) {
  auto reply = co_await engine_.inspect_network(id);
  if (reply) {
    observed_.networks[id] = std::move(*reply);
    co_return Status{};
  }
  if (reply.error().reason == Reason::kNotFound) {
    observed_.networks.erase(id);
    co_return Status{};
  }
  co_return std::unexpected(reply.error());
}

// A container that ends after a signal that ends programs was stopped by somebody, and did not
// crash. `stop` comes after the end; `kill` before, and may be any signal.
void EngineCache::note_stop(const docker::Event& event) {
  static const std::set<std::string> kEnding = {"2", "3", "9", "15"};
  const std::string& id = event.actor_id;
  if (event.action == "kill") {
    const auto signal = event.attributes.find("signal");
    const bool ends = signal != event.attributes.end() && kEnding.contains(signal->second);
    if (ends && !own_stops_.contains(id)) killed_.insert(id);
  } else if (event.action == "die") {
    if (killed_.erase(id) > 0) stopped_by_hand_[id] = true;
  } else if (event.action == "stop") {
    if (own_stops_.erase(id) == 0) stopped_by_hand_[id] = true;
  } else if (event.action == "start") {
    stopped_by_hand_.erase(id);
    killed_.erase(id);
  }
}

std::set<std::string> EngineCache::note_event(const docker::Event& event) {
  std::set<std::string> woken;
  const auto wake_container = [this, &woken](const std::string& id) {
    const auto known = observed_.containers.find(id);
    if (known == observed_.containers.end()) return false;
    dirty_[id] = app_of(known->second.details.labels);
    note(woken, known->second.details.labels);
    return true;
  };
  if (event.type == "container") {
    if (!wake_container(event.actor_id) && event.attributes.contains(std::string(kLabelManaged))) {
      unseen_[event.actor_id] = app_of(event.attributes);
      if (unseen_.size() > kMostUnseen) {
        unseen_.clear();
        all_dirty_ = true;
      }
    }
    note(woken, event.attributes);  // container events carry the container's labels
    note_stop(event);
  } else if (event.type == "network") {
    const auto container = event.attributes.find("container");
    if (container != event.attributes.end()) wake_container(container->second);
    if (event.action == "create" || event.action == "destroy" || event.action == "remove") {
      networks_dirty_ = true;
    }
    const auto network = observed_.networks.find(event.actor_id);
    if (network != observed_.networks.end()) note(woken, network->second.labels);
  } else if (event.type == "volume") {
    if (event.action == "create" || event.action == "destroy") volumes_dirty_ = true;
  }
  return woken;
}

}  // namespace fairlead::controller
