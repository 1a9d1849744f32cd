#include "controller/record/inventory.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <stdexcept>
#include <utility>

namespace fairlead::controller {
namespace {

namespace json = boost::json;

constexpr int kFormat = 1;

json::object to_json(const InventoryEntry& entry) {
  return {{"kind", to_string(entry.kind)},
          {"app", entry.app},
          {"component", entry.component},
          {"name", entry.name},
          {"id", entry.id}};
}

json::array to_json(const Readings& readings) {
  json::array out;
  for (const auto& each : readings)
    out.push_back(
        json::array{json::string(each.field), json::string(each.wanted), json::string(each.got)});
  return out;
}

Readings readings_from(const json::array& list) {
  Readings out;
  const auto text = [](const json::value& value) { return std::string(value.as_string()); };
  for (const auto& each : list) {
    const auto& three = each.as_array();
    out.insert({text(three.at(0)), text(three.at(1)), text(three.at(2))});
  }
  return out;
}

std::string member(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

Kind kind_from(const std::string& text) {
  if (text == to_string(Kind::kNetwork)) return Kind::kNetwork;
  return text == to_string(Kind::kVolume) ? Kind::kVolume : Kind::kContainer;
}

std::unexpected<Error> damaged(const std::string& what) {
  return failure(ErrorClass::kBlocked, Reason::kInternalInconsistency,
                 "inventory.json is damaged: " + what,
                 "restore it from a backup; or move it away and start with --adopt-instance");
}

}  // namespace

Inventory::Inventory(std::unique_ptr<StateFile> file, Clock& clock)
    : disk_(std::move(file), clock, [this] { return text(); }) {}

Status Inventory::load(const std::string& fresh_id) {
  auto bytes = disk_.read();
  if (!bytes) {
    if (bytes.error().reason != Reason::kNotFound) return std::unexpected(bytes.error());
    instance_ = fresh_id;
    return disk_.write_now();
  }
  if (bytes->find_first_not_of(" \n") == std::string::npos) return damaged("it is empty");
  try {
    parse(*bytes);
  } catch (const std::exception& e) {
    return damaged(e.what());
  }
  return {};
}

// Throws as Boost.JSON does.
void Inventory::parse(const std::string& text) {
  const auto root = json::parse(text).as_object();
  if (root.at("format").as_int64() != kFormat)
    throw std::runtime_error("written by another version");
  instance_ = member(root, "instance");
  engine_id_ = member(root, "engine");
  for (const auto& each : root.at("entries").as_array()) {
    const auto& object = each.as_object();
    entries_.insert({kind_from(member(object, "kind")), member(object, "app"),
                     member(object, "component"), member(object, "name"), member(object, "id")});
  }
  parse_containers(root);
  if (const auto* recreated = root.if_contains("recreated_volumes")) {
    for (const auto& each : recreated->as_array()) {
      const auto& object = each.as_object();
      recreated_.emplace(member(object, "app"), member(object, "name"));
    }
  }
  if (const auto* files = root.if_contains("files")) {
    for (const auto& [app, file] : files->as_object())
      files_[app] = file.as_string();
  }
  for (const auto& [app, value] : root.at("generations").as_object()) {
    const auto& pair = value.as_object();
    generations_[app] = {pair.at("generation").to_number<std::uint64_t>(), member(pair, "digest")};
  }
}

// What is remembered of single containers.
void Inventory::parse_containers(const json::object& root) {
  if (const auto* hooks = root.if_contains("hooks")) {
    for (const auto& [id, value] : hooks->as_object())
      hooks_[id] = hooks_from(value.as_object());
  }
  if (const auto* runs = root.if_contains("runs")) {
    for (const auto& [id, value] : runs->as_object()) {
      const auto& object = value.as_object();
      runs_[id] = {object.at("starts").to_number<int>(), object.at("failures").to_number<int>()};
    }
  }
  if (const auto* readings = root.if_contains("readings")) {
    for (const auto& [id, value] : readings->as_object())
      readings_[id] = readings_from(value.as_array());
  }
  const auto ids = [&root](const char* key, std::set<std::string>& out) {
    const auto* list = root.if_contains(key);
    if (list == nullptr) return;
    for (const auto& id : list->as_array())
      out.emplace(id.as_string());
  };
  ids("unread", unread_);
  ids("elsewhere", elsewhere_);
}

void Inventory::add_containers(json::object& root) const {
  json::object hooks;
  for (const auto& [id, each] : hooks_)
    hooks[id] = controller::to_json(each);
  json::object runs;
  for (const auto& [id, each] : runs_)
    runs[id] = json::object{{"starts", each.starts}, {"failures", each.failures}};
  json::object readings;
  for (const auto& [id, each] : readings_)
    readings[id] = to_json(each);
  const auto ids = [&root](const char* key, const std::set<std::string>& from) {
    json::array list;
    for (const auto& id : from)
      list.push_back(json::string(id));
    if (!list.empty()) root[key] = std::move(list);
  };
  if (!hooks.empty()) root["hooks"] = std::move(hooks);
  if (!runs.empty()) root["runs"] = std::move(runs);
  if (!readings.empty()) root["readings"] = std::move(readings);
  ids("unread", unread_);
  ids("elsewhere", elsewhere_);
}

Status Inventory::take_over(const std::string& id) {
  if (id == instance_) return {};
  if (!entries_.empty()) {
    return failure(ErrorClass::kBlocked, Reason::kNotOwner,
                   "this state directory already keeps " + std::to_string(entries_.size()) +
                       " objects as instance " + instance_,
                   "adopt with an empty --state-dir");
  }
  instance_ = id;
  return disk_.write_now();
}

std::string Inventory::text() const {
  json::array entries;
  for (const auto& entry : entries_)
    entries.push_back(to_json(entry));
  json::object generations;
  for (const auto& [app, value] : generations_) {
    generations[app] = json::object{{"generation", value.first}, {"digest", value.second}};
  }
  json::object root{{"format", kFormat},
                    {"instance", instance_},
                    {"engine", engine_id_},
                    {"entries", std::move(entries)},
                    {"generations", std::move(generations)}};
  if (!files_.empty()) {
    json::object files;
    for (const auto& [app, file] : files_)
      files[app] = file;
    root["files"] = std::move(files);
  }
  add_containers(root);
  if (!recreated_.empty()) {
    json::array recreated;
    for (const auto& [app, name] : recreated_)
      recreated.push_back(json::object{{"app", app}, {"name", name}});
    root["recreated_volumes"] = std::move(recreated);
  }
  return json::serialize(root);
}

void Inventory::remember_engine(const std::string& id) {
  if (engine_id_ == id) return;
  for (const auto& entry : entries_) {
    const bool made = entry.kind != Kind::kVolume && !entry.id.empty();
    if (made && !engine_id_.empty()) elsewhere_.insert(entry.id);
  }
  missing_.clear();
  engine_id_ = id;
  disk_.changed();
}

void Inventory::intend(const InventoryEntry& entry) {
  if (entries_.insert(entry).second) disk_.changed();
}

void Inventory::refused(Kind kind, const std::string& name) {
  const auto erased = std::erase_if(entries_, [&](const InventoryEntry& entry) {
    return entry.kind == kind && entry.name == name && entry.id.empty();
  });
  if (erased > 0) disk_.changed();
}

Status Inventory::created(Kind kind, const std::string& name, const std::string& id) {
  // The intent with this name, or (after a rename) the object with this ID.
  const auto found = std::ranges::find_if(entries_, [&](const InventoryEntry& entry) {
    return entry.kind == kind && (entry.id == id || (entry.name == name && entry.id.empty()));
  });
  if (found == entries_.end()) {
    return failure(ErrorClass::kTransient, Reason::kInternalInconsistency,
                   "no intent was recorded for " + name);
  }
  InventoryEntry entry = *found;
  if (entry.name == name && entry.id == id) return {};
  if (kind == Kind::kContainer && entry.id.empty()) unread_.insert(id);
  entries_.erase(found);
  entry.name = name;
  entry.id = id;
  entries_.insert(std::move(entry));
  disk_.changed();
  return {};
}

void Inventory::adopted(const InventoryEntry& entry) {
  const auto intents = std::erase_if(entries_, [&entry](const InventoryEntry& each) {
    return each.kind == entry.kind && each.name == entry.name && each.id.empty();
  });
  // The reply to our own create was lost.
  if (intents > 0 && entry.kind == Kind::kContainer) unread_.insert(entry.id);
  entries_.insert(entry);
  disk_.changed();
}

void Inventory::gone(Kind kind, const std::string& name, const std::string& id) {
  std::erase_if(entries_, [&](const InventoryEntry& entry) {
    return entry.kind == kind && (entry.id == id || (entry.name == name && entry.id.empty()));
  });
  forget_container(id);
  disk_.changed();
}

void Inventory::nothing_left(const std::string& app) {
  const auto erased = std::erase_if(entries_, [&](const InventoryEntry& entry) {
    if (entry.app != app || entry.kind == Kind::kVolume) return false;
    forget_container(entry.id);
    return true;
  });
  if (erased > 0) disk_.changed();
}

void Inventory::forget_container(const std::string& id) {
  hooks_.erase(id);
  runs_.erase(id);
  readings_.erase(id);
  unread_.erase(id);
  elsewhere_.erase(id);
}

std::set<InventoryEntry> Inventory::absent(const std::set<std::string>& listed,
                                           const std::set<std::string>& living) {
  const auto found = [&listed](const std::string& id) { return listed.contains(id); };
  if (std::erase_if(elsewhere_, found) > 0) disk_.changed();
  std::set<InventoryEntry> missing;
  std::set<InventoryEntry> twice;
  for (const auto& entry : entries_) {
    if (entry.id.empty() || entry.kind == Kind::kVolume || !living.contains(entry.app)) continue;
    if (listed.contains(entry.id) || elsewhere_.contains(entry.id)) continue;
    missing.insert(entry);
    if (missing_.contains(entry)) twice.insert(entry);
  }
  missing_ = std::move(missing);
  return twice;
}

void Inventory::forget(const std::set<InventoryEntry>& absent) {
  for (const auto& entry : absent) {
    if (entries_.erase(entry) == 0) continue;
    forget_container(entry.id);
    disk_.changed();
  }
}

void Inventory::remember_hooks(const std::string& id, ContainerHooks hooks) {
  auto& known = hooks_[id];
  if (known == hooks) return;
  known = std::move(hooks);
  disk_.changed();
}

void Inventory::remember_runs(const std::string& id, const Runs& runs) {
  auto& known = runs_[id];
  if (known == runs) return;
  known = runs;
  disk_.changed();
}

void Inventory::forgive(const std::string& id) {
  auto& known = runs_[id];
  known.again = true;
  if (std::exchange(known.failures, 0) != 0) disk_.changed();
}

void Inventory::changed(const std::string& id) {
  if (unread_.insert(id).second) disk_.changed();
}

void Inventory::compared(const std::map<std::string, Readings>& readings) {
  bool news = false;
  for (const auto& [id, each] : readings) {
    news |= unread_.erase(id) > 0;
    const auto known = readings_.find(id);
    if (each == (known == readings_.end() ? Readings{} : known->second)) continue;
    news = true;
    if (each.empty()) {
      readings_.erase(known);
    } else {
      readings_[id] = each;
    }
  }
  if (news) disk_.changed();
}

std::set<std::string> Inventory::volumes_of(const std::string& app) const {
  std::set<std::string> names;
  // In order of kind and App: only its own are looked at, in every pass.
  for (auto it = entries_.lower_bound({Kind::kVolume, app, "", "", ""});
       it != entries_.end() && it->kind == Kind::kVolume && it->app == app; ++it) {
    if (!it->id.empty()) names.insert(it->name);
  }
  return names;
}

std::set<std::string> Inventory::recreated_volumes(const std::string& app) const {
  std::set<std::string> names;
  for (const auto& [of, name] : recreated_) {
    if (of == app) names.insert(name);
  }
  return names;
}

void Inventory::volume_recreated(const std::string& app, const std::string& name) {
  if (recreated_.emplace(app, name).second) disk_.changed();
}

void Inventory::acknowledge_volumes(const std::string& app) {
  const auto forgotten =
      std::erase_if(recreated_, [&app](const auto& each) { return each.first == app; });
  if (forgotten > 0) disk_.changed();
}

void Inventory::remember_files(const std::map<std::string, std::string>& in_force,
                               const std::set<std::string>& mentioned) {
  auto next = in_force;
  const auto alive = apps();
  for (const auto& [key, file] : files_) {
    if (mentioned.contains(key) || alive.contains(key)) next.emplace(key, file);
  }
  if (next == files_) return;
  files_ = std::move(next);
  disk_.changed();
}

std::map<std::string, std::string> Inventory::digests() const {
  std::map<std::string, std::string> found;
  for (const auto& [app, value] : generations_)
    found[app] = value.second;
  return found;
}

bool Inventory::knows(Kind kind, const std::string& id) const {
  return !id.empty() && std::ranges::any_of(entries_, [&](const InventoryEntry& entry) {
    return entry.kind == kind && entry.id == id;
  });
}

bool Inventory::intended(Kind kind, const std::string& app, const std::string& name) const {
  return std::ranges::any_of(entries_, [&](const InventoryEntry& entry) {
    return entry.kind == kind && entry.app == app && entry.name == name && entry.id.empty();
  });
}

std::set<std::string> Inventory::apps() const {
  std::set<std::string> names;
  for (const auto& entry : entries_) {
    if (entry.kind != Kind::kVolume) names.insert(entry.app);
  }
  return names;
}

std::uint64_t Inventory::generation(const std::string& app, const std::string& digest) {
  auto& [number, known] = generations_[app];
  if (known != digest) {
    ++number;
    known = digest;
    disk_.changed();
  }
  return number;
}

}  // namespace fairlead::controller
