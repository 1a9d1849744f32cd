// Members are written and read by the types of what they hold; the two documents share all parts
// that are maps. Reading is strict: what is not as it was written means damage, and an exception
// ends it (Inventory::take says so to people).
#include "controller/record/contents.h"

#include <boost/json/array.hpp>
#include <stdexcept>

namespace fairlead::controller {
namespace {

namespace json = boost::json;

// To be raised when a member changes its meaning; a member that is only added needs nothing.
constexpr int kFormat = 1;

json::value to_json(const InventoryEntry& entry) {
  return json::object{{"kind", to_string(entry.kind)},
                      {"app", entry.app},
                      {"component", entry.component},
                      {"name", entry.name},
                      {"id", entry.id}};
}

json::value to_json(const Runs& runs) {
  // Without `again`, which is a request of now.
  return json::object{{"starts", runs.starts}, {"failures", runs.failures}};
}

json::value to_json(const Readings& readings) {
  json::array out;
  for (const auto& each : readings)
    out.push_back(
        json::array{json::string(each.field), json::string(each.wanted), json::string(each.got)});
  return out;
}

json::value to_json(const std::pair<std::uint64_t, std::string>& generation) {
  return json::object{{"generation", generation.first}, {"digest", generation.second}};
}

json::value to_json(const std::string& text) {
  return json::string(text);
}

json::value to_json(const std::pair<std::string, std::string>& volume) {
  return json::object{{"app", volume.first}, {"name", volume.second}};
}

// Two names of one function: hooks have theirs elsewhere (hooks.h), the others here.
json::value as_json(const ContainerHooks& hooks) {
  return controller::to_json(hooks);
}
template <typename Value>
json::value as_json(const Value& value) {
  return to_json(value);
}

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

std::string member(const json::object& object, const char* key) {
  return text_of(object.at(key));
}

Kind kind_from(const std::string& text) {
  if (text == to_string(Kind::kNetwork)) return Kind::kNetwork;
  // Whatever else it says is taken for a container.
  return text == to_string(Kind::kVolume) ? Kind::kVolume : Kind::kContainer;
}

InventoryEntry entry_from(const json::value& value) {
  const auto& object = value.as_object();
  return {kind_from(member(object, "kind")), member(object, "app"), member(object, "component"),
          member(object, "name"), member(object, "id")};
}

void from_json(const json::value& value, ContainerHooks& hooks) {
  hooks = hooks_from(value.as_object());
}

void from_json(const json::value& value, Runs& runs) {
  const auto& object = value.as_object();
  runs = {object.at("starts").to_number<int>(), object.at("failures").to_number<int>()};
}

void from_json(const json::value& value, Readings& readings) {
  readings.clear();
  for (const auto& each : value.as_array()) {
    const auto& three = each.as_array();
    readings.insert({text_of(three.at(0)), text_of(three.at(1)), text_of(three.at(2))});
  }
}

void from_json(const json::value& value, std::string& text) {
  text = value.as_string();
}

void from_json(const json::value& value, std::pair<std::uint64_t, std::string>& generation) {
  const auto& object = value.as_object();
  generation = {object.at("generation").to_number<std::uint64_t>(), member(object, "digest")};
}

// Empty ones are left out; they were not in the first files that this reads.
void set(json::object& root, const char* key, json::object object) {
  if (!object.empty()) root[key] = std::move(object);
}
void set(json::object& root, const char* key, json::array list) {
  if (!list.empty()) root[key] = std::move(list);
}

template <typename Map>
json::object all_of(const Map& map) {
  json::object out;
  for (const auto& [key, value] : map)
    out[key] = as_json(value);
  return out;
}

template <typename Set>
json::array list_of(const Set& values) {
  json::array out;
  for (const auto& value : values)
    out.push_back(to_json(value));
  return out;
}

template <typename Map>
json::object some_of(const Map& map, const std::set<std::string>& touched) {
  json::object out;
  for (const auto& key : touched) {
    const auto found = map.find(key);
    // Null for what is no more: a change has to say that as well.
    out[key] = found == map.end() ? json::value() : as_json(found->second);
  }
  return out;
}

json::object marks_of(const std::set<std::string>& ids, const std::set<std::string>& touched) {
  json::object out;
  for (const auto& id : touched)
    out[id] = ids.contains(id);
  return out;
}

// Of a change null takes a key out; a whole document has none.
template <typename Map>
void take(const json::object& root, const char* key, Map& map) {
  const auto* object = root.if_contains(key);
  if (object == nullptr) return;
  for (const auto& [name, value] : object->as_object()) {
    if (value.is_null()) {
      map.erase(name);
    } else {
      from_json(value, map[name]);
    }
  }
}

// Sets are lists in a whole document, and marks (true, false) in a change: a list could not say
// what has gone.
void take_marks(const json::object& root, const char* key, std::set<std::string>& ids) {
  const auto* object = root.if_contains(key);
  if (object == nullptr) return;
  for (const auto& [id, marked] : object->as_object()) {
    if (marked.as_bool()) {
      ids.emplace(id);
    } else {
      ids.erase(id);
    }
  }
}

void take_ids(const json::object& root, const char* key, std::set<std::string>& ids) {
  const auto* list = root.if_contains(key);
  if (list == nullptr) return;
  for (const auto& id : list->as_array())
    ids.emplace(id.as_string());
}

// The parts that are maps have one form in both documents.
void take_maps(Contents& contents, const json::object& root) {
  take(root, "generations", contents.generations);
  take(root, "files", contents.files);
  take(root, "hooks", contents.hooks);
  take(root, "runs", contents.runs);
  take(root, "readings", contents.readings);
}

}  // namespace

json::object whole(const Contents& contents) {
  json::object root{{"format", kFormat},
                    {"instance", contents.instance},
                    {"engine", contents.engine_id},
                    {"entries", list_of(contents.entries.all())},
                    {"generations", all_of(contents.generations)}};
  set(root, "files", all_of(contents.files));
  set(root, "hooks", all_of(contents.hooks));
  set(root, "runs", all_of(contents.runs));
  set(root, "readings", all_of(contents.readings));
  set(root, "unread", list_of(contents.unread));
  set(root, "elsewhere", list_of(contents.elsewhere));
  set(root, "recreated_volumes", list_of(contents.recreated));
  return root;
}

json::object changes(const Contents& contents, const Touched& touched) {
  json::object root;
  if (touched.engine) root["engine"] = contents.engine_id;
  json::array entries;
  json::array dropped;
  for (const auto& entry : touched.entries)
    // As it is now: one that came and went between two writes is dropped, which does no harm.
    (contents.entries.all().contains(entry) ? entries : dropped).push_back(to_json(entry));
  set(root, "entries", std::move(entries));
  set(root, "dropped", std::move(dropped));
  set(root, "generations", some_of(contents.generations, touched.generations));
  set(root, "files", some_of(contents.files, touched.files));
  set(root, "hooks", some_of(contents.hooks, touched.hooks));
  set(root, "runs", some_of(contents.runs, touched.runs));
  set(root, "readings", some_of(contents.readings, touched.readings));
  set(root, "unread", marks_of(contents.unread, touched.unread));
  set(root, "elsewhere", marks_of(contents.elsewhere, touched.elsewhere));
  json::object volumes;
  for (const auto& volume : touched.recreated) {
    // By App, for a pair is no key of JSON.
    auto& of_app = volumes[volume.first];
    if (!of_app.is_object()) of_app.emplace_object();
    of_app.as_object()[volume.second] = contents.recreated.contains(volume);
  }
  set(root, "recreated_volumes", std::move(volumes));
  return root;
}

void take_whole(Contents& contents, const json::object& document) {
  // Before anything else is looked at: the rest may be in any form.
  if (document.at("format").as_int64() != kFormat)
    throw std::runtime_error("written by another version");
  contents.instance = member(document, "instance");
  contents.engine_id = member(document, "engine");
  for (const auto& each : document.at("entries").as_array())
    contents.entries.insert(entry_from(each));
  // It has been there in every file: one without it is damaged, and not old.
  (void)document.at("generations");
  take_maps(contents, document);
  take_ids(document, "unread", contents.unread);
  take_ids(document, "elsewhere", contents.elsewhere);
  if (const auto* recreated = document.if_contains("recreated_volumes")) {
    for (const auto& each : recreated->as_array()) {
      const auto& object = each.as_object();
      contents.recreated.emplace(member(object, "app"), member(object, "name"));
    }
  }
}

void take_changes(Contents& contents, const json::object& document) {
  if (const auto* engine = document.if_contains("engine")) contents.engine_id = text_of(*engine);
  // Before the entries: an object that was renamed is one of each.
  if (const auto* dropped = document.if_contains("dropped")) {
    for (const auto& each : dropped->as_array())
      contents.entries.erase(entry_from(each));
  }
  if (const auto* entries = document.if_contains("entries")) {
    for (const auto& each : entries->as_array())
      contents.entries.insert(entry_from(each));
  }
  take_maps(contents, document);
  take_marks(document, "unread", contents.unread);
  take_marks(document, "elsewhere", contents.elsewhere);
  const auto* recreated = document.if_contains("recreated_volumes");
  if (recreated == nullptr) return;
  for (const auto& [app, volumes] : recreated->as_object()) {
    for (const auto& [name, again] : volumes.as_object()) {
      const std::pair<std::string, std::string> volume(app, name);
      if (again.as_bool()) {
        contents.recreated.insert(volume);
      } else {
        contents.recreated.erase(volume);
      }
    }
  }
}

}  // namespace fairlead::controller
