// Every change goes one way: in memory, its place in `touched_`, and disk_.changed(). What is as it
// was leaves no trace, so a pass that finds nothing writes nothing.
#include "controller/record/inventory.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <exception>
#include <utility>

#include "controller/record/journal.h"

namespace fairlead::controller {
namespace {

namespace json = boost::json;

std::unexpected<Error> damaged(const std::string& what) {
  return failure(ErrorClass::kBlocked, Reason::kInternalInconsistency,
                 "inventory.json is damaged: " + what,
                 "restore it from a backup; or move it away and start with --adopt-instance");
}

}  // namespace

Inventory::Inventory(std::unique_ptr<StateFile> file, Clock& clock, std::size_t floor)
    : disk_(std::move(file), clock,
            {.whole = [this] { return text(); }, .changes = [this] { return changes(); }}, floor) {}

Status Inventory::load(const std::string& fresh_id) {
  auto bytes = disk_.read();
  if (bytes) return take(*bytes);
  // A file that can't be read is not an empty one: to begin anew would lose what it holds.
  if (bytes.error().reason != Reason::kNotFound) return std::unexpected(bytes.error());
  held_.instance = fresh_id;
  // At once: an instance ID that is in labels before it is on disk might be another after a crash.
  return disk_.write_now();
}

Status Inventory::take(const std::string& bytes) {
  auto found = read_journal(bytes);
  if (!found) return damaged(found.error().message);
  try {
    take_whole(held_, found->document);
    for (const auto line : found->changes) {
      const auto change = json::parse(json::string_view(line.data(), line.size()));
      take_changes(held_, change.as_object());
    }
  } catch (const std::exception& e) {
    return damaged(e.what());
  }
  torn_ = found->torn;
  lines_ = found->changes.size();
  // Else the next write is a whole one, which leaves out what was torn.
  if (found->appendable) disk_.go_on(found->document_size, found->changes_size);
  return {};
}

Status Inventory::take_over(const std::string& id) {
  if (id == held_.instance) return {};
  // Two sets of objects under one ID could not be told apart again.
  if (!entries().empty()) {
    return failure(ErrorClass::kBlocked, Reason::kNotOwner,
                   "this state directory already keeps " + std::to_string(entries().size()) +
                       " objects as instance " + held_.instance,
                   "adopt with an empty --state-dir");
  }
  held_.instance = id;
  return disk_.write_now();
}

std::string Inventory::text() {
  // All of it is in this text.
  touched_ = {};
  lines_ = 0;
  return journal_document(whole(held_));
}

std::string Inventory::changes() {
  // If the write fails, the whole is written next: nothing of it need be kept.
  const auto touched = std::exchange(touched_, {});
  return journal_line(++lines_, controller::changes(held_, touched));
}

bool Inventory::put(const InventoryEntry& entry) {
  if (!held_.entries.insert(entry)) return false;
  ++edits_;
  touched_.entries.insert(entry);
  disk_.changed();
  return true;
}

bool Inventory::drop(const InventoryEntry& entry) {
  if (!held_.entries.erase(entry)) return false;
  ++edits_;
  touched_.entries.insert(entry);
  disk_.changed();
  return true;
}

bool Inventory::mark(std::set<std::string>& ids, std::set<std::string>& touched,
                     const std::string& id) {
  if (!ids.insert(id).second) return false;
  touched.insert(id);
  disk_.changed();
  return true;
}

bool Inventory::unmark(std::set<std::string>& ids, std::set<std::string>& touched,
                       const std::string& id) {
  if (ids.erase(id) == 0) return false;
  touched.insert(id);
  disk_.changed();
  return true;
}

template <typename Value>
void Inventory::forget_of(std::map<std::string, Value>& values, std::set<std::string>& touched,
                          const std::string& id) {
  if (values.erase(id) == 0) return;
  touched.insert(id);
  disk_.changed();
}

void Inventory::remember_engine(const std::string& id) {
  if (held_.engine_id == id) return;
  for (const auto& entry : entries()) {
    const bool made = entry.kind != Kind::kVolume && !entry.id.empty();
    // What this engine does not list may live on the other one, which may come back (F120).
    if (made && !held_.engine_id.empty()) mark(held_.elsewhere, touched_.elsewhere, entry.id);
  }
  missing_.clear();
  ++edits_;
  held_.engine_id = id;
  touched_.engine = true;
  disk_.changed();
}

void Inventory::intend(const InventoryEntry& entry) {
  put(entry);
}

void Inventory::refused(Kind kind, const std::string& name) {
  // Whoever's App it was: a refused create made nothing under this name.
  for (const auto& intent : held_.entries.intents(kind, name))
    drop(intent);
}

Status Inventory::created(Kind kind, const std::string& name, const std::string& id) {
  // The intent with this name, or (after a rename) the object with this ID.
  auto candidates = held_.entries.with_id(kind, id);
  std::ranges::move(held_.entries.intents(kind, name), std::back_inserter(candidates));
  const auto first = std::ranges::min_element(candidates);
  if (first == candidates.end()) {
    return failure(ErrorClass::kTransient, Reason::kInternalInconsistency,
                   "no intent was recorded for " + name);
  }
  InventoryEntry entry = *first;
  if (entry.name == name && entry.id == id) return {};
  // Made just now: what differs at the first look is the engine's reading of it. (Networks and
  // volumes say so themselves, in execute/act.cpp.)
  if (kind == Kind::kContainer && entry.id.empty()) changed(id);
  // Erased and inserted, for an entry's members are its place in the order.
  drop(entry);
  entry.name = name;
  entry.id = id;
  put(entry);
  return {};
}

void Inventory::adopted(const InventoryEntry& entry) {
  const auto intents = held_.entries.intents(entry.kind, entry.name);
  for (const auto& intent : intents)
    drop(intent);
  // The reply to our own create was lost.
  if (!intents.empty() && entry.kind == Kind::kContainer) changed(entry.id);
  put(entry);
}

void Inventory::gone(Kind kind, const std::string& name, const std::string& id) {
  for (const auto& entry : held_.entries.with_id(kind, id))
    drop(entry);
  // An intent of the same name, too: what was removed may have been made under it.
  refused(kind, name);
  forget_container(id);
}

void Inventory::nothing_left(const std::string& app) {
  for (const auto kind : {Kind::kContainer, Kind::kNetwork}) {
    for (const auto& entry : held_.entries.of(kind, app)) {
      forget_container(entry.id);
      drop(entry);
    }
  }
}

void Inventory::forget_container(const std::string& id) {
  forget_of(held_.hooks, touched_.hooks, id);
  forget_of(held_.runs, touched_.runs, id);
  forget_of(held_.readings, touched_.readings, id);
  unmark(held_.unread, touched_.unread, id);
  unmark(held_.elsewhere, touched_.elsewhere, id);
}

std::set<InventoryEntry> Inventory::absent(std::uint64_t list, const Is& listed, const Is& living) {
  const std::pair now(list, edits_);
  if (had_all_ == now) return {};
  std::set<std::string> back;
  std::ranges::copy_if(held_.elsewhere, std::inserter(back, back.end()), listed);
  // Seen on this engine: from now on it counts like the others.
  for (const auto& id : back)
    unmark(held_.elsewhere, touched_.elsewhere, id);
  bool all = true;
  std::set<InventoryEntry> missing;
  std::set<InventoryEntry> twice;
  for (const auto& entry : entries()) {
    if (entry.id.empty() || entry.kind == Kind::kVolume || listed(entry.id)) continue;
    all = false;
    if (!living(entry.app) || held_.elsewhere.contains(entry.id)) continue;
    missing.insert(entry);
    if (missing_.contains(entry)) twice.insert(entry);
  }
  had_all_ = all ? std::optional(now) : std::nullopt;
  // Of this list alone: missing once and there again begins anew.
  missing_ = std::move(missing);
  return twice;
}

void Inventory::forget(const std::set<InventoryEntry>& absent) {
  for (const auto& entry : absent) {
    // It may have been recorded anew meanwhile; then it is another entry.
    if (drop(entry)) forget_container(entry.id);
  }
}

void Inventory::remember_hooks(const std::string& id, ContainerHooks hooks) {
  const auto known = held_.hooks.find(id);
  if (hooks == (known == held_.hooks.end() ? ContainerHooks{} : known->second)) return;
  held_.hooks[id] = std::move(hooks);
  touched_.hooks.insert(id);
  disk_.changed();
}

void Inventory::remember_runs(const std::string& id, const Runs& runs) {
  const auto known = held_.runs.find(id);
  if (runs == (known == held_.runs.end() ? Runs{} : known->second)) return;
  held_.runs[id] = runs;
  touched_.runs.insert(id);
  disk_.changed();
}

void Inventory::forgive(const std::string& id) {
  auto& known = held_.runs[id];
  // Not written: it is asked for again after a crash.
  known.again = true;
  if (std::exchange(known.failures, 0) == 0) return;
  touched_.runs.insert(id);
  disk_.changed();
}

void Inventory::changed(const std::string& id) {
  mark(held_.unread, touched_.unread, id);
}

void Inventory::compared(const std::map<std::string, Readings>& readings) {
  for (const auto& [id, each] : readings) {
    // Compared: from now on a difference is drift, but for those that are known.
    unmark(held_.unread, touched_.unread, id);
    const auto known = held_.readings.find(id);
    if (each == (known == held_.readings.end() ? Readings{} : known->second)) continue;
    if (each.empty()) {
      held_.readings.erase(known);
    } else {
      held_.readings[id] = each;
    }
    touched_.readings.insert(id);
    disk_.changed();
  }
}

std::set<std::string> Inventory::volumes_of(const std::string& app) const {
  std::set<std::string> names;
  for (auto& entry : held_.entries.of(Kind::kVolume, app)) {
    // An intent alone: it was never there.
    if (!entry.id.empty()) names.insert(std::move(entry.name));
  }
  return names;
}

std::set<std::string> Inventory::recreated_volumes(const std::string& app) const {
  std::set<std::string> names;
  for (auto it = held_.recreated.lower_bound({app, ""});
       it != held_.recreated.end() && it->first == app; ++it)
    names.insert(it->second);
  return names;
}

void Inventory::volume_recreated(const std::string& app, const std::string& name) {
  if (!held_.recreated.emplace(app, name).second) return;
  touched_.recreated.emplace(app, name);
  disk_.changed();
}

void Inventory::acknowledge_volumes(const std::string& app) {
  for (const auto& name : recreated_volumes(app)) {
    held_.recreated.erase({app, name});
    touched_.recreated.emplace(app, name);
    disk_.changed();
  }
}

void Inventory::remember_files(const std::map<std::string, std::string>& in_force,
                               const std::set<std::string>& mentioned) {
  const auto news = [this](const std::string& key) {
    touched_.files.insert(key);
    disk_.changed();
  };
  for (const auto& [key, file] : in_force) {
    auto& known = held_.files[key];
    if (known == file) continue;
    known = file;
    news(key);
  }
  // A name is free when nothing is left of the App: no file speaks of it, no object is recorded.
  std::erase_if(held_.files, [&](const auto& item) {
    const auto& key = item.first;
    const bool kept =
        in_force.contains(key) || mentioned.contains(key) || held_.entries.has_objects(key);
    if (!kept) news(key);
    return !kept;
  });
}

std::map<std::string, std::string> Inventory::digests() const {
  std::map<std::string, std::string> found;
  for (const auto& [app, value] : held_.generations)
    found[app] = value.second;
  return found;
}

bool Inventory::intended(Kind kind, const std::string& app, const std::string& name) const {
  return std::ranges::any_of(held_.entries.intents(kind, name),
                             [&app](const InventoryEntry& entry) { return entry.app == app; });
}

std::uint64_t Inventory::generation(const std::string& app, const std::string& digest) {
  auto& [number, known] = held_.generations[app];
  if (known == digest) return number;
  ++number;
  known = digest;
  touched_.generations.insert(app);
  disk_.changed();
  return number;
}

}  // namespace fairlead::controller
