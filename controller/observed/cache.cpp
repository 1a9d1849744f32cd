// In each load_…() a mark is taken off before the call and put back if that fails: what is marked
// while the reply is on its way is newer than the reply, and must stay marked.
#include "controller/observed/cache.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/guard.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"

namespace fairlead::controller {
namespace {

constexpr std::size_t kMostUnseen = 1000;
// So many are asked for one by one, which costs the same however many others there are.
constexpr std::size_t kFewUnseen = 64;
const std::vector<std::string> kManagedFilter = {std::string(kLabelManaged) + "=true"};

bool same_network(const docker::Network& a, const docker::Network& b) {
  return a.name == b.name && a.driver == b.driver && a.options == b.options &&
         a.labels == b.labels && a.internal == b.internal && a.attachable == b.attachable &&
         a.enable_ipv6 == b.enable_ipv6 && a.ipam_driver == b.ipam_driver && a.ipam == b.ipam;
}

// What the list says only in words: "Exited (3) 5 minutes ago", "Up 2 hours (healthy)".
bool words_agree(const std::string& text, const docker::Container& details) {
  // A container that ran and ended between two lists is exited as before: by its code it may
  // differ.
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
  // All that a list says and an inspect says as well. What only an inspect says (aliases, limits)
  // is read again for events, and after the engine was away.
  return summary.state == details.state && words_agree(summary.status_text, details) &&
         (summary.names.empty() || std::ranges::count(summary.names, details.name) > 0) &&
         std::ranges::equal(summary.endpoints, details.endpoints, same_network);
}

bool same_volume(const docker::Volume& a, const docker::Volume& b) {
  return a.driver == b.driver && a.options == b.options && a.labels == b.labels &&
         a.created == b.created;
}

// Keys of what a list does not have.
template <typename Objects>
std::vector<std::string> missing_in(const Objects& known,
                                    const std::unordered_set<std::string_view>& listed) {
  std::vector<std::string> missing;
  for (const auto& [key, object] : known) {
    if (!listed.contains(key)) missing.push_back(key);
  }
  return missing;
}

template <typename Labels>
void note(std::set<std::string>& changed, const Labels& labels) {
  auto app = app_of(labels);
  if (!app.empty()) changed.insert(std::move(app));
}

}  // namespace

void EngineCache::drop(const std::string& id) {
  const auto it = observed().containers.find(id);
  if (it != observed().containers.end()) {
    note(changes_.apps, it->second.details.labels);
    index_.erase_container(id);
  }
  stopped_by_hand_.erase(id);
  own_stops_.erase(id);
  unreadable_.erase(id);
  on_gone_networks_.erase(id);
  killed_.erase(id);
}

Task<void> EngineCache::inspect(std::string id) {
  // What can't be read of one container is trouble of its App, not of the engine.
  // An exception too: one odd reply must not end the look at all others.
  auto reply = co_await caught(engine_.inspect_container(id), "inspect " + id.substr(0, 12));
  if (!reply) {
    // Gone between list and inspect is an answer, not a failed pass (F074).
    if (reply.error().reason == Reason::kNotFound) {
      drop(id);
      co_return;
    }
    const auto known = observed().containers.find(id);
    if (known != observed().containers.end() && !known->second.uncertain) {
      note(changes_.apps, known->second.details.labels);
      index_.doubt(id);
    }
    unreadable_.insert(id);
    // Asked again with the next look; without a key, so that it makes nobody stale for ever.
    dirty_.emplace(id, "");
    co_return;
  }
  unreadable_.erase(id);
  // Named by an event with a label that it does not have: somebody else's.
  if (!reply->labels.contains(kLabelManaged)) co_return;
  note(changes_.apps, reply->labels);
  // It runs again: that stop is over.
  if (reply->running) stopped_by_hand_.erase(id);
  index_.put({.details = std::move(*reply), .stopped_by_hand = stopped_by_hand_.contains(id)});
}

// Listed and never inspected: that it exists is known, and nothing else. Until an inspect succeeds
// nothing may be done to it, nor be made in its place.
void EngineCache::note_unseen(const docker::ContainerSummary& summary) {
  if (observed().containers.contains(summary.id)) return;
  ObservedContainer container;
  container.details.id = summary.id;
  container.details.name = summary.names.empty() ? summary.id : summary.names.front();
  container.details.state = summary.state;
  container.details.labels = summary.labels;
  container.uncertain = true;
  note(changes_.apps, summary.labels);
  index_.put(std::move(container));
}

// Returns what has to be inspected.
std::vector<std::string> EngineCache::compare(const std::vector<docker::ContainerSummary>& list,
                                              const std::map<std::string, std::string>& marked) {
  std::unordered_set<std::string_view> seen;
  std::vector<std::string> to_inspect;
  for (const auto& summary : list) {
    seen.insert(summary.id);
    const auto known = observed().containers.find(summary.id);
    const bool believed = known != observed().containers.end() && !known->second.uncertain &&
                          agree(summary, known->second.details);
    // Marked ones whatever the list says: it has less than an inspect.
    if (!believed || marked.contains(summary.id)) to_inspect.push_back(summary.id);
    note_unseen(summary);
  }
  // Before the inspects: those may take long, and what is gone is gone.
  for (const auto& id : missing_in(observed().containers, seen))
    drop(id);
  return to_inspect;
}

Task<Status> EngineCache::load_containers() {
  // One list answers for them all, in what it inspects below.
  auto marked = std::exchange(dirty_, {});
  auto named = std::exchange(unseen_, {});
  auto list = co_await engine_.list_containers(kManagedFilter,
                                               containers_.still(index_.edits().containers));
  if (!list) {
    dirty_.merge(marked);
    unseen_.merge(named);
    co_return std::unexpected(list.error());
  }
  std::vector<std::string> to_inspect;
  if (list->objects) {
    to_inspect = compare(*list->objects, marked);
    // What was contradicted has not agreed, whatever its inspect brings.
    const bool agreed = to_inspect.empty();
    containers_ = {agreed ? std::move(list->version) : std::string(), index_.edits().containers};
  } else {
    // It lists what is known, and nothing else.
    for (const auto& [id, app] : marked)
      if (observed().containers.contains(id)) to_inspect.push_back(id);
  }
  for (const auto& id : to_inspect) {
    co_await inspect(id);
  }
  co_return Status{};
}

// Who has it, and whoever refers to it by its name.
void EngineCache::note_change(const docker::Network& network) {
  note(changes_.apps, network.labels);
  changes_.networks.insert(network.name);
}

void EngineCache::note_change(const docker::Volume& volume) {
  note(changes_.apps, volume.labels);
  changes_.volumes.insert(volume.name);
}

void EngineCache::compare(const std::vector<docker::Network>& list) {
  std::unordered_set<std::string_view> seen;
  for (const auto& network : list) {
    seen.insert(network.id);
    const auto known = observed().networks.find(network.id);
    const bool new_here = known == observed().networks.end();
    if (!new_here && same_network(known->second, network) && known->second.members.empty())
      continue;
    if (new_here || !same_network(known->second, network)) {
      // Under its old name as well: who referred to that is concerned.
      if (!new_here) note_change(known->second);
      note_change(network);
    }
    index_.put(network);  // its members are to be asked for anew
  }
  for (const auto& id : missing_in(observed().networks, seen)) {
    note_change(observed().networks.at(id));
    index_.erase_network(id);
  }
}

Task<Status> EngineCache::load_networks() {
  networks_dirty_ = false;
  auto list = co_await engine_.list_networks(networks_.still(index_.edits().networks));
  if (!list) {
    networks_dirty_ = true;
    co_return std::unexpected(list.error());
  }
  if (!list->objects) co_return Status{};
  compare(*list->objects);
  networks_ = {std::move(list->version), index_.edits().networks};
  co_return Status{};
}

void EngineCache::compare(const std::vector<docker::Volume>& list) {
  std::unordered_set<std::string_view> seen;
  for (const auto& volume : list) {
    seen.insert(volume.name);
    const auto known = observed().volumes.find(volume.name);
    if (known != observed().volumes.end()) {
      if (same_volume(known->second, volume)) continue;
      note_change(known->second);
    }
    note_change(volume);
    index_.put(volume);
  }
  for (const auto& name : missing_in(observed().volumes, seen)) {
    note_change(observed().volumes.at(name));
    index_.erase_volume(name);
  }
}

Task<Status> EngineCache::load_volumes() {
  volumes_dirty_ = false;
  // All of them: whose an external one is, its labels tell.
  std::vector<std::string> no_filter;
  auto list =
      co_await engine_.list_volumes(std::move(no_filter), volumes_.still(index_.edits().volumes));
  if (!list) {
    volumes_dirty_ = true;
    co_return std::unexpected(list.error());
  }
  if (!list->objects) co_return Status{};
  compare(*list->objects);
  volumes_ = {std::move(list->version), index_.edits().volumes};
  co_return Status{};
}

Task<Status> EngineCache::load_all() {
  // Networks first: a container of the next list can only be on one that this list may not have
  // yet, which stale_for() sees.
  auto networks = co_await load_networks();
  if (!networks) co_return networks;
  auto containers = co_await load_containers();
  if (!containers) co_return containers;
  co_return co_await load_volumes();
}

Task<Result<ObservedChanges>> EngineCache::resync() {
  all_dirty_ = false;
  auto loaded = co_await load_all();
  if (!loaded) {
    all_dirty_ = true;
    co_return std::unexpected(loaded.error());
  }
  co_return std::exchange(changes_, {});
}

Task<Status> EngineCache::load_marked() {
  if (networks_dirty_) {
    auto networks = co_await load_networks();
    if (!networks) co_return networks;
  }
  if (volumes_dirty_) {
    auto volumes = co_await load_volumes();
    if (!volumes) co_return volumes;
  }
  // One list, however many they are: most of them may be gone already.
  if (unseen_.size() > kFewUnseen) {
    auto containers = co_await load_containers();
    if (!containers) co_return containers;
  }
  // What is marked meanwhile is for the next refresh.
  auto marked = std::exchange(dirty_, {});
  const auto named = std::exchange(unseen_, {});
  marked.insert(named.begin(), named.end());
  for (const auto& [id, app] : marked) {
    co_await inspect(id);
  }
  co_return co_await list_doubtful(named);
}

// What can't be read may exist all the same: that it does, a list tells.
Task<Status> EngineCache::list_doubtful(std::map<std::string, std::string> named) {
  const auto doubtful = [this](const auto& each) {
    return unreadable_.contains(each.first) && !observed().containers.contains(each.first);
  };
  if (std::ranges::none_of(named, doubtful)) co_return Status{};
  auto listed = co_await load_containers();
  if (!listed) {
    // Named still: the next look asks again.
    unseen_.merge(named);
    co_return listed;
  }
  for (const auto& [id, app] : named) {
    if (!observed().containers.contains(id)) drop(id);
  }
  co_return Status{};
}

Task<Result<ObservedChanges>> EngineCache::refresh() {
  if (all_dirty_) co_return co_await resync();
  auto loaded = co_await load_marked();
  if (!loaded) co_return std::unexpected(loaded.error());
  co_return std::exchange(changes_, {});
}

void EngineCache::doubt_containers() {
  for (const auto& [id, container] : observed().containers)
    dirty_[id] = app_of(container.details.labels);
}

bool EngineCache::stale_for(const std::string& app) {
  for (const auto& id : index_.of(app).containers) {
    const auto& container = observed().containers.at(id);
    // What is known of its endpoints is not to be relied on.
    if (container.uncertain) continue;
    std::set<std::string> gone;
    for (const auto& endpoint : container.details.endpoints) {
      const auto& network = endpoint.network_id;
      if (!network.empty() && !observed().networks.contains(network)) gone.insert(network);
    }
    const auto before = on_gone_networks_.find(id);
    // Networks first, then the container: what is still so after that is so.
    if (!gone.empty() &&
        (before == on_gone_networks_.end() || !std::ranges::includes(before->second, gone))) {
      networks_dirty_ = true;
      dirty_[id] = app;
    }
    if (!gone.empty()) {
      on_gone_networks_[id] = std::move(gone);
    } else if (before != on_gone_networks_.end()) {
      on_gone_networks_.erase(before);
    }
  }
  const auto unread = [this, &app](const auto& each) {
    // One that can't be read would keep its App from ever being planned; the plan leaves it alone
    // instead.
    return each.second == app && !unreadable_.contains(each.first);
  };
  return all_dirty_ || networks_dirty_ || volumes_dirty_ || std::ranges::any_of(dirty_, unread) ||
         std::ranges::any_of(unseen_, unread);
}

Task<Status> EngineCache::inspect_network(std::string id) {
  auto reply = co_await engine_.inspect_network(id);
  if (reply) {
    index_.put(std::move(*reply));
    co_return Status{};
  }
  if (reply.error().reason == Reason::kNotFound) {
    if (const auto known = observed().networks.find(id); known != observed().networks.end())
      note_change(known->second);
    index_.erase_network(id);
    co_return Status{};
  }
  co_return std::unexpected(reply.error());
}

// A container that ends after a signal that ends programs was stopped by somebody, and did not
// crash. `stop` comes after the end; `kill` before, and may be any signal.
void EngineCache::note_stop(const docker::Event& event) {
  // INT, QUIT, KILL, TERM. HUP and the user's signals make many programs read their configuration.
  static const std::set<std::string> kEnding = {"2", "3", "9", "15"};
  const std::string& id = event.actor_id;
  if (event.action == "kill") {
    const auto signal = event.attributes.find("signal");
    const bool ends = signal != event.attributes.end() && kEnding.contains(signal->second);
    // The engine sends one for our stops as well.
    if (ends && !own_stops_.contains(id)) killed_.insert(id);
  } else if (event.action == "die") {
    if (killed_.erase(id) > 0) stopped_by_hand_[id] = true;
  } else if (event.action == "stop") {
    // Not one of ours, so it was somebody else's.
    if (own_stops_.erase(id) == 0) stopped_by_hand_[id] = true;
  } else if (event.action == "start") {
    stopped_by_hand_.erase(id);
    killed_.erase(id);
  }
}

std::set<std::string> EngineCache::note_event(const docker::Event& event) {
  std::set<std::string> woken;
  const auto wake_container = [this, &woken](const std::string& id) {
    const auto known = observed().containers.find(id);
    if (known == observed().containers.end()) return false;
    dirty_[id] = app_of(known->second.details.labels);
    note(woken, known->second.details.labels);
    return true;
  };
  if (event.type == "container") {
    if (!wake_container(event.actor_id) && event.attributes.contains(std::string(kLabelManaged))) {
      unseen_[event.actor_id] = app_of(event.attributes);
      // A flood of containers that come and go: one list is cheaper than to remember them.
      if (unseen_.size() > kMostUnseen) {
        unseen_.clear();
        all_dirty_ = true;
      }
    }
    note(woken, event.attributes);  // container events carry the container's labels
    note_stop(event);
  } else if (event.type == "network") {
    // `connect` and `disconnect`: a network's event that is about a container.
    const auto container = event.attributes.find("container");
    if (container != event.attributes.end()) wake_container(container->second);
    if (event.action == "create" || event.action == "destroy" || event.action == "remove") {
      networks_dirty_ = true;
    }
    const auto network = observed().networks.find(event.actor_id);
    if (network != observed().networks.end()) note(woken, network->second.labels);
  } else if (event.type == "volume") {
    if (event.action == "create" || event.action == "destroy") volumes_dirty_ = true;
  }
  return woken;
}

}  // namespace fairlead::controller
