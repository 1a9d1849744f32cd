#include "controller/record/entries.h"

#include <algorithm>

namespace fairlead::controller {

bool Entries::insert(const InventoryEntry& entry) {
  const auto [at, fresh] = all_.insert(entry);
  if (!fresh) return false;
  if (at->id.empty()) {
    // Views into the entry itself: nodes of a set do not move.
    intents_.emplace(std::pair(at->kind, std::string_view(at->name)), &*at);
  } else {
    by_id_.emplace(std::pair(at->kind, std::string_view(at->id)), &*at);
  }
  if (at->kind != Kind::kVolume) ++objects_[at->app];
  return true;
}

bool Entries::erase(const InventoryEntry& entry) {
  const auto at = all_.find(entry);
  if (at == all_.end()) return false;
  if (at->id.empty()) {
    // First, as long as the text that it is found by exists.
    remove(intents_, at->name, *at);
  } else {
    remove(by_id_, at->id, *at);
  }
  if (at->kind != Kind::kVolume) {
    const auto count = objects_.find(at->app);
    // So that apps() names none of which nothing is left.
    if (--count->second == 0) objects_.erase(count);
  }
  all_.erase(at);
  return true;
}

void Entries::remove(Index& index, std::string_view text, const InventoryEntry& entry) {
  const auto [from, to] = index.equal_range({entry.kind, text});
  const auto own =
      std::find_if(from, to, [&entry](const auto& each) { return each.second == &entry; });
  if (own != to) index.erase(own);
}

bool Entries::knows(Kind kind, std::string_view id) const {
  return by_id_.contains({kind, id});
}

std::vector<InventoryEntry> Entries::found(const Index& index, Kind kind, std::string_view text) {
  std::vector<InventoryEntry> out;
  const auto [from, to] = index.equal_range({kind, text});
  for (auto it = from; it != to; ++it)
    out.push_back(*it->second);
  // An index has them as they came; what is made of the result should not depend on that.
  std::ranges::sort(out);
  return out;
}

std::vector<InventoryEntry> Entries::with_id(Kind kind, std::string_view id) const {
  return found(by_id_, kind, id);
}

std::vector<InventoryEntry> Entries::intents(Kind kind, std::string_view name) const {
  return found(intents_, kind, name);
}

std::vector<InventoryEntry> Entries::of(Kind kind, const std::string& app) const {
  std::vector<InventoryEntry> out;
  // Entries of one App and kind lie together, by the order of their members.
  for (auto it = all_.lower_bound({kind, app, "", "", ""});
       it != all_.end() && it->kind == kind && it->app == app; ++it)
    out.push_back(*it);
  return out;
}

std::set<std::string> Entries::apps() const {
  std::set<std::string> names;
  for (const auto& [app, count] : objects_)
    names.emplace_hint(names.end(), app);
  return names;
}

}  // namespace fairlead::controller
