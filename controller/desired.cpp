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

const std::string& digest_of(const DesiredEntry& entry) {
  return std::visit([](const auto& value) -> const std::string& { return value.digest; },
                    entry.value);
}

model::Diagnostic duplicate(const model::Position& position, const std::string& key,
                            const std::string& owner_file) {
  model::Diagnostic diagnostic;
  diagnostic.position = position;
  diagnostic.path = "metadata.name";
  diagnostic.message = "DuplicateApp: '" + key + "' is already defined in " + owner_file;
  diagnostic.hint = "rename this one, or remove one of the two; " + owner_file + " stays in force";
  return diagnostic;
}

bool same_text(const std::vector<model::Diagnostic>& a, const std::vector<model::Diagnostic>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return model::to_string(x) == model::to_string(y);
  });
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

// Incumbents first, so that a newcomer never takes a name, port or subnet from a running App.
std::vector<DesiredStore::Candidate> DesiredStore::candidates() const {
  std::vector<Candidate> all;
  for (const auto& [file, loaded] : loaded_) {
    for (const auto& app : loaded.last_good.apps)
      all.push_back({app.name, file, &app});
    for (const auto& network : loaded.last_good.networks) {
      all.push_back({network_key(network.name), file, &network});
    }
  }
  std::vector<Candidate> ordered;
  ordered.reserve(all.size());
  for (const bool incumbents : {true, false}) {
    for (const auto& candidate : all) {
      const auto* entry = find(candidate.key);
      const bool incumbent = entry != nullptr && entry->file == candidate.file;
      if (incumbent == incumbents) ordered.push_back(candidate);
    }
  }
  return ordered;
}

void DesiredStore::report_clashes(const std::vector<Candidate>& all,
                                  std::set<std::string>& rejected) {
  std::vector<const model::App*> apps;
  std::vector<const model::SharedNetwork*> networks;
  for (const auto& candidate : all) {
    if (const auto* app = std::get_if<const model::App*>(&candidate.value)) apps.push_back(*app);
    if (const auto* net = std::get_if<const model::SharedNetwork*>(&candidate.value)) {
      networks.push_back(*net);
    }
  }
  for (const auto& diagnostic : model::validate_together(apps, networks)) {
    files_[diagnostic.position.file].diagnostics.push_back(diagnostic);
    if (diagnostic.severity != model::Diagnostic::Severity::kError) continue;
    // The offender is the App of that file whose text holds the position: the last one that
    // starts at or before it.
    const Candidate* offender = nullptr;
    int best = -1;
    for (const auto& candidate : all) {
      const int line = std::visit([](const auto* v) { return v->position.line; }, candidate.value);
      if (candidate.file == diagnostic.position.file && line <= diagnostic.position.line &&
          line > best) {
        offender = &candidate;
        best = line;
      }
    }
    if (offender != nullptr && find(offender->key) == nullptr) rejected.insert(offender->key);
  }
}

void DesiredStore::rebuild(Changes& changes, SteadyTime now, bool complete) {
  const auto before = std::exchange(files_, {});
  for (const auto& [name, loaded] : loaded_) {
    files_[name] = FileStatus{name, true, loaded.diagnostics};
  }
  std::map<std::string, Candidate> chosen;
  std::vector<Candidate> winners;
  for (const auto& candidate : candidates()) {
    const auto [it, fresh] = chosen.emplace(candidate.key, candidate);
    if (fresh) {
      winners.push_back(candidate);
      continue;
    }
    const auto position = std::visit([](const auto* v) { return v->position; }, candidate.value);
    files_[candidate.file].diagnostics.push_back(
        duplicate(position, candidate.key, it->second.file));
  }
  std::set<std::string> rejected;
  report_clashes(winners, rejected);

  mentioned_.clear();
  for (const auto& [name, loaded] : loaded_) {
    mentioned_.insert(loaded.mentioned.begin(), loaded.mentioned.end());
  }
  std::map<std::string, DesiredEntry> next;
  for (const auto& winner : winners) {
    mentioned_.insert(winner.key);
    if (rejected.contains(winner.key)) continue;
    DesiredEntry entry;
    std::visit([&entry](const auto* value) { entry.value = *value; }, winner.value);
    entry.file = winner.file;
    entry.digest = digest_of(entry);
    entry.since = now;
    if (const auto* old = find(winner.key); old != nullptr && old->digest == entry.digest) {
      entry.since = old->since;
      entry.complete_scans = old->complete_scans;
    } else {
      changes.keys.insert(winner.key);
    }
    if (complete) ++entry.complete_scans;
    next.emplace(winner.key, std::move(entry));
  }
  for (const auto& [key, entry] : entries_) {
    if (!next.contains(key)) changes.keys.insert(key);
  }
  entries_ = std::move(next);
  for (auto& [name, status] : files_) {
    status.valid = !model::has_errors(status.diagnostics);
    const auto old = before.find(name);
    if (old == before.end() || !same_text(old->second.diagnostics, status.diagnostics)) {
      changes.files.push_back(name);
    }
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
  if (changed) {
    rebuild(changes, now, complete_);
  } else if (complete_) {
    for (auto& [key, entry] : entries_)
      ++entry.complete_scans;
  }
  return changes;
}

}  // namespace fairlead::controller
