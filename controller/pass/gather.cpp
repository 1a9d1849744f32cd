#include "controller/pass/gather.h"

#include <algorithm>
#include <utility>

#include "controller/guard/removal.h"

namespace fairlead::controller {
namespace {

// Docker names of the shared networks among the desired, if `app` looks outside for any network.
std::set<std::string> declared_networks(const DesiredStore& desired, const model::App& app) {
  std::set<std::string> names;
  // A look at all of the directory, for those few only that ask for it.
  if (std::ranges::none_of(app.networks, &model::Network::external)) return names;
  for (const auto& [key, entry] : desired.entries()) {
    if (const auto* shared = entry.network()) names.insert(shared->network.docker_name);
  }
  return names;
}

// It left the manifests: may what is left of it be removed? If not, says why.
void gather_departed(const PassSources& from, PassInput& input) {
  model::App gone;
  // All that is known of it by now: names follow from the prefix, which is the name where no
  // `appId` was.
  gone.name = input.key;
  gone.prefix = input.key;
  input.app = std::make_shared<const model::App>(std::move(gone));
  // It left in the form that was in force, and is there in another: a clash or a mistake, and no
  // wish to remove.
  input.refused = from.desired.mentioned().contains(input.key);
  input.policy.app_gone = true;
  const Departure departure{input.key, from.prune.decide(from.now), from.desired.broken_file(),
                            input.refused};
  input.policy.may_remove = departure.decision.allowed.contains(input.key);
  if (auto error = why_app_stays(departure)) {
    Refusal refusal;
    refusal.object = input.key;
    refusal.error = std::move(*error);
    // The first one is the App's error: why it stays is what matters most.
    input.refusals.insert(input.refusals.begin(), std::move(refusal));
  }
}

void gather_desired(const PassSources& from, const DesiredEntry& entry, PassInput& input) {
  if (const auto* app = std::get_if<std::shared_ptr<const model::App>>(&entry.value)) {
    input.app = *app;
    input.policy.declared_networks = declared_networks(from.desired, **app);
  } else {
    input.app = std::make_shared<const model::App>(as_app(*entry.network()));
  }
  input.policy.may_remove = from.desired.complete() && entry.parts.ripe(from.rules, from.now);
  input.policy.recently_left = entry.parts.recent(from.rules, from.now);
}

// What the inventory knows of the objects that the pass sees.
void recall(const Inventory& inventory, PassInput& input) {
  auto& memory = input.memory;
  memory.volumes = inventory.volumes_of(input.key);
  // Of the objects in sight only: a recording should not hold other Apps' secrets.
  const auto copy = [](const auto& from, auto& to, const std::string& id) {
    if (const auto found = from.find(id); found != from.end()) to.insert(*found);
  };
  const auto copy_readings = [&](const std::string& id) {
    copy(inventory.readings(), memory.readings, id);
    copy(inventory.unread(), memory.unread, id);
  };
  for (const auto& [id, container] : input.observed.containers) {
    copy(inventory.hooks(), memory.hooks, id);
    copy(inventory.runs(), memory.runs, id);
    copy_readings(id);
  }
  for (const auto& [id, network] : input.observed.networks)
    copy_readings(id);
  for (const auto& [name, volume] : input.observed.volumes)
    copy_readings(name);
}

}  // namespace

PassInput gather(const PassSources& sources, const std::string& key, Visible visible,
                 Memory memory) {
  PassInput input;
  input.key = key;
  input.observed = std::move(visible.observed);
  input.refusals = std::move(visible.refusals);
  input.memory = std::move(memory);
  input.policy.instance = sources.inventory.instance();
  input.policy.access = sources.access;
  if (const auto* entry = sources.desired.find(key); entry == nullptr) {
    gather_departed(sources, input);
  } else {
    gather_desired(sources, *entry, input);
  }
  recall(sources.inventory, input);
  return input;
}

}  // namespace fairlead::controller
