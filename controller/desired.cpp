#include "controller/desired.h"

#include <algorithm>
#include <utility>

namespace fairlead::controller {
namespace {

const watch::File* find_in(const std::map<std::string, watch::File>& files,
                           const std::string& path) {
  const auto found = files.find(path);
  return found == files.end() ? nullptr : &found->second;
}

const watch::File* find_source(const watch::Snapshot& snapshot, const std::string& path) {
  const auto* manifest = find_in(snapshot.files, path);
  return manifest != nullptr ? manifest : find_in(snapshot.references, path);
}

bool looked_for(const watch::Snapshot& snapshot, const std::string& path) {
  return watch::is_manifest_name(path) || snapshot.followed->contains(path);
}

// Equal texts: the file is as it was.
std::string state_of(const watch::Snapshot& snapshot, const std::string& path) {
  if (!looked_for(snapshot, path)) return "pending";
  const auto* file = find_source(snapshot, path);
  if (file == nullptr) return "absent";
  return file->error.empty() ? file->digest : "unreadable: " + file->error;
}

std::set<std::string> parts_of(const DesiredEntry& entry) {
  std::set<std::string> parts;
  const auto* app = std::get_if<model::App>(&entry.value);
  if (app == nullptr) return parts;
  for (const auto& service : app->services) {
    for (int number = 1; number <= model::replicas_of(service); ++number)
      parts.insert(container_part(service.name, number));
  }
  for (const auto& network : app->networks)
    parts.insert(network_part(network.docker_name));
  return parts;
}

}  // namespace

model::Source source_of(const watch::File* file) {
  using State = model::Source::State;
  if (file == nullptr) return {State::kAbsent, nullptr, ""};
  if (!file->error.empty()) return {State::kUnreadable, nullptr, file->error};
  return {State::kPresent, file->bytes, ""};
}

std::string network_key(const std::string& name) {
  return "network/" + name;
}

bool DesiredEntry::suspended() const {
  return std::visit([](const auto& v) { return v.suspend; }, value);
}

const DesiredEntry* DesiredStore::find(const std::string& key) const {
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : &it->second;
}

std::string DesiredStore::broken_file() const {
  const auto broken = std::ranges::find_if(loaded_, [](const auto& item) {
    return item.second.pending || model::has_errors(item.second.diagnostics);
  });
  return broken == loaded_.end() ? std::string() : broken->first;
}

bool DesiredStore::pending() const {
  return std::ranges::any_of(loaded_, [](const auto& item) { return item.second.pending; });
}

watch::Followed DesiredStore::references() const {
  watch::Followed all;
  for (const auto& [name, loaded] : loaded_) {
    for (const auto& [path, state] : loaded.references)
      all.insert(path);
  }
  return all;
}

void DesiredStore::decode(const std::string& name, const watch::File& file,
                          const watch::Snapshot& snapshot, LoadedFile& loaded) const {
  model::DecodeOptions options = decoding_;
  options.read = [&snapshot](const std::string& path) {
    if (!looked_for(snapshot, path)) return model::Source{model::Source::State::kPending, {}, ""};
    return source_of(find_source(snapshot, path));
  };
  model::Manifest manifest = model::decode(name, *file.bytes, options);
  loaded.references.clear();
  for (const auto& path : manifest.references)
    loaded.references[path] = state_of(snapshot, path);
  loaded.mentioned = manifest.mentioned;
  loaded.pending = manifest.pending;
  if (manifest.pending) return;
  loaded.diagnostics = manifest.diagnostics;
  if (!model::has_errors(manifest.diagnostics)) loaded.last_good = std::move(manifest);
}

// Returns false if the file, and all that it refers to, is as it was.
bool DesiredStore::load(const std::string& name, const watch::File& file,
                        const watch::Snapshot& snapshot) {
  auto& loaded = loaded_[name];
  const bool same_references = std::ranges::all_of(loaded.references, [&](const auto& item) {
    return item.second == state_of(snapshot, item.first);
  });
  if (loaded.digest == file.digest && loaded.read_error == file.error && same_references) {
    return false;
  }
  loaded.read_error = file.error;
  if (!file.error.empty()) {
    model::Diagnostic unreadable;
    unreadable.position.file = name;
    unreadable.message = "SourceUnavailable: " + file.error;
    unreadable.hint = "the last good version stays in force";
    loaded.diagnostics = {unreadable};
    return true;
  }
  loaded.digest = file.digest;
  decode(name, file, snapshot, loaded);
  return true;
}

void DesiredStore::count_absences(SteadyTime now) {
  for (auto& [key, entry] : entries_) {
    const auto loaded = loaded_.find(entry.file);
    const auto file = files_.find(entry.file);
    // A file that is gone, or can't be read or used now, may hold what this entry does not.
    const bool whole = complete_ && loaded != loaded_.end() && !loaded->second.pending &&
                       file != files_.end() && file->second.valid;
    entry.parts.scanned(whole, parts_of(entry), now);
  }
}

DesiredStore::Changes DesiredStore::apply(const watch::Snapshot& snapshot, SteadyTime now) {
  Changes changes;
  problem_ = snapshot.complete ? "" : snapshot.problem;
  complete_ = snapshot.complete;
  bool changed = false;
  for (const auto& [name, file] : snapshot.files) {
    if (!file.error.empty()) complete_ = false;
    changed |= load(name, file, snapshot);
  }
  if (snapshot.complete) {
    changed |= std::erase_if(loaded_, [&snapshot](const auto& item) {
                 return !snapshot.files.contains(item.first);
               }) > 0;
  }
  // A name that waits for its old owner's grace ripens without any change.
  if (changed || !vacancies_.empty()) rebuild(changes, now);
  count_absences(now);
  return changes;
}

}  // namespace fairlead::controller
