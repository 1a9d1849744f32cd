#include "controller/desired/store.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace fairlead::controller {
namespace {

// What has to do with such a file may take long to decode, and goes where that holds up nobody
// else.
constexpr const char* kSealed = ".age";
// A token may not be plugged in yet, an agent not be started.
constexpr auto kHelperPause = std::chrono::seconds(30);

const watch::File* find_source(const watch::Snapshot& snapshot, const std::string& path) {
  const auto* manifest = snapshot.files.find(path);
  return manifest != nullptr ? manifest : snapshot.references.find(path);
}

bool looked_for(const watch::Snapshot& snapshot, const std::string& path) {
  return watch::is_manifest_name(path) || snapshot.followed->contains(path);
}

// Equal texts: the file is as it was.
std::string state_of(const watch::Snapshot& snapshot, const std::string& path) {
  // Another state than absent: that it was looked for and not found is news.
  if (!looked_for(snapshot, path)) return "pending";
  const auto* file = find_source(snapshot, path);
  if (file == nullptr) return "absent";
  return file->error.empty() ? file->digest : "unreadable: " + file->error;
}

// Whether a manifest may have to do with an encrypted file: by its text, and by what it referred
// to.
bool mentions_sealed(const std::string& text,
                     const std::map<std::string, std::string>& references) {
  // By the text, for nothing else is known before it is decoded. A mention too many costs a place
  // in the other queue.
  return text.find(kSealed) != std::string::npos ||
         std::ranges::any_of(references,
                             [](const auto& item) { return item.first.ends_with(kSealed); });
}

}  // namespace

model::Source source_of(const watch::File* file) {
  using State = model::Source::State;
  if (file == nullptr) return {State::kAbsent, nullptr, ""};
  if (!file->error.empty()) return {State::kUnreadable, nullptr, file->error};
  return {State::kPresent, file->bytes, ""};
}

const model::App* DesiredEntry::app() const {
  const auto* app = std::get_if<std::shared_ptr<const model::App>>(&value);
  return app == nullptr ? nullptr : app->get();
}

const model::SharedNetwork* DesiredEntry::network() const {
  const auto* network = std::get_if<std::shared_ptr<const model::SharedNetwork>>(&value);
  return network == nullptr ? nullptr : network->get();
}

bool DesiredEntry::suspended() const {
  return std::visit([](const auto& v) { return v->suspend; }, value);
}

const DesiredEntry* DesiredStore::find(const std::string& key) const {
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : &it->second;
}

bool DesiredStore::on_its_way(const LoadedFile& loaded) {
  return loaded.pending || loaded.decoding != 0;
}

bool DesiredStore::unclear(const LoadedFile& loaded) {
  return on_its_way(loaded) || model::has_errors(loaded.diagnostics);
}

std::shared_ptr<const watch::Followed> DesiredStore::references() const {
  std::set<std::shared_ptr<const watch::Followed>> looked_for;
  for (const auto& name : restless_) {
    const auto& loaded = loaded_.at(name);
    // Else what it looks for may not be followed any more when it ends, would count as never looked
    // for, and all would begin anew.
    if (loaded.decoding != 0 && loaded.looked_for != followed_)
      looked_for.insert(loaded.looked_for);
  }
  if (looked_for.empty()) return followed_;
  watch::Followed all = *followed_;
  for (const auto& paths : looked_for)
    all.insert(paths->begin(), paths->end());
  return std::make_shared<const watch::Followed>(std::move(all));
}

void DesiredStore::follow_references() {
  if (!std::exchange(new_references_, false)) return;
  watch::Followed all{model::kEnvironmentFile};
  for (const auto& [path, names] : referrers_)
    all.insert(all.end(), path);
  followed_ = std::make_shared<const watch::Followed>(std::move(all));
}

// What a manifest refers to, in place of what it did.
void DesiredStore::set_references(const std::string& name, LoadedFile& loaded,
                                  std::map<std::string, std::string> now) {
  for (const auto& [path, state] : loaded.references) {
    if (now.contains(path)) continue;
    const auto place = referrers_.find(path);
    place->second.erase(name);
    if (!place->second.empty()) continue;
    referrers_.erase(place);
    new_references_ = true;
  }
  for (const auto& [path, state] : now) {
    const auto [place, fresh] = referrers_.try_emplace(path);
    place->second.insert(name);
    new_references_ |= fresh;
  }
  loaded.references = std::move(now);
}

// After whatever happened to it. A file is restless while it changes without the directory.
void DesiredStore::note_state(const std::string& name, const LoadedFile& loaded) {
  const auto keep = [&name](std::set<std::string>& names, bool in) {
    in ? void(names.insert(name)) : void(names.erase(name));
  };
  keep(restless_, on_its_way(loaded) || loaded.retry_at != SteadyTime::max());
  keep(unclear_, unclear(loaded));
  keep(pending_, loaded.pending && loaded.decoding == 0);
  stirred_.insert(name);
}

void DesiredStore::decode(const std::string& name, const watch::File& file,
                          const std::shared_ptr<const watch::Snapshot>& snapshot,
                          LoadedFile& loaded, SteadyTime now) {
  Decoding what{++last_ticket_, name, file.digest,
                snapshot,       now,  std::make_shared<std::atomic<bool>>(false)};
  model::DecodeOptions options = decoding_;
  options.read = [snapshot](const std::string& path) {
    // Of this snapshot alone, however long the decoding takes.
    if (!looked_for(*snapshot, path)) return model::Source{model::Source::State::kPending, {}, ""};
    return source_of(find_source(*snapshot, path));
  };
  const bool helpers = options.decrypt && mentions_sealed(*file.bytes, loaded.references);
  if (options.decrypt) {
    options.decrypt = [ask = decoding_.decrypt, failed = what.helper_failed](const auto& bytes) {
      auto plain = ask(bytes);
      // Remembered, for the same bytes may be decrypted later: a token is plugged in.
      if (!plain) *failed = true;
      return plain;
    };
  }
  auto work = [name, bytes = file.bytes, options = std::move(options)] {
    return model::decode(name, *bytes, options);
  };
  // Before it is begun: it may end at once.
  loaded.decoding = what.ticket;
  loaded.looked_for = snapshot->followed;
  in_flight_.insert(what.ticket);
  note_state(name, loaded);
  if (!somewhere_) return decoded(what, work());
  somewhere_(
      std::move(work),
      [this, what = std::move(what)](Result<model::Manifest> manifest) {
        decoded(what, std::move(manifest));
      },
      helpers);
}

// Its last good version stays in force.
void DesiredStore::unreadable(const std::string& name, LoadedFile& loaded, const Error& error) {
  news_.insert(name);
  model::Diagnostic diagnostic;
  diagnostic.position.file = name;
  diagnostic.message = "SourceUnavailable: " + error.message;
  diagnostic.hint = error.hint;
  loaded.diagnostics = {std::move(diagnostic)};
  note_state(name, loaded);
}

void DesiredStore::decoded(const Decoding& what, Result<model::Manifest> manifest) {
  // First of all: whatever became of the file, this is on its way no more.
  in_flight_.erase(what.ticket);
  const auto found = loaded_.find(what.name);
  // The file went, and may have come again.
  if (found == loaded_.end() || found->second.decoding != what.ticket) return;
  auto& loaded = found->second;
  loaded.decoding = 0;
  loaded.looked_for = nullptr;
  // What it is, or refers to, may have changed meanwhile.
  due_.insert(what.name);
  if (!manifest) {
    loaded.retry_at = {};
    return unreadable(what.name, loaded, manifest.error());
  }
  news_.insert(what.name);
  loaded.digest = what.digest;
  loaded.retry_at = *what.helper_failed ? what.began + kHelperPause : SteadyTime::max();
  loaded.read_error.clear();
  std::map<std::string, std::string> references;
  for (const auto& path : std::exchange(manifest->references, {}))
    references[path] = state_of(*what.snapshot, path);
  set_references(what.name, loaded, std::move(references));
  loaded.mentioned = std::exchange(manifest->mentioned, {});
  // Then nothing else of it is true.
  loaded.pending = manifest->pending;
  if (!manifest->pending) {
    loaded.diagnostics = std::exchange(manifest->diagnostics, {});
    if (!model::has_errors(loaded.diagnostics))
      loaded.last_good = std::make_shared<const model::Manifest>(std::move(*manifest));
  }
  note_state(what.name, loaded);
}

// Nothing to do if the file, and all that it refers to, is as it was. One that changes while it is
// decoded is compared again after that.
void DesiredStore::load(const std::string& name, const watch::File& file,
                        const std::shared_ptr<const watch::Snapshot>& snapshot, SteadyTime now) {
  auto& loaded = loaded_[name];
  const bool same_references = std::ranges::all_of(loaded.references, [&](const auto& item) {
    return item.second == state_of(*snapshot, item.first);
  });
  // Both: a file that can be read again, with the bytes that it had, has lost its error.
  const bool same = loaded.digest == file.digest && loaded.read_error == file.error;
  if (loaded.decoding != 0 || (same && same_references && now < loaded.retry_at)) return;
  // What can't be read has no bytes; its last good version has.
  if (file.error.empty()) return decode(name, file, snapshot, loaded, now);
  loaded.read_error = file.error;
  unreadable(name, loaded,
             {ErrorClass::kTransient, Reason::kSourceUnavailable, file.error,
              "the last good version stays in force"});
}

void DesiredStore::retry() {
  for (const auto& name : restless_) {
    auto& loaded = loaded_.at(name);
    if (loaded.retry_at != SteadyTime::max()) loaded.retry_at = {};
  }
}

// What another snapshot says of one name.
void DesiredStore::note_file(const std::string& name, const watch::Snapshot& snapshot) {
  const auto* file = snapshot.files.find(name);
  unreadable_.erase(name);
  absent_.erase(name);
  if (file == nullptr) {
    absent_.insert(name);
  } else if (!file->error.empty()) {
    unreadable_.insert(name);
  }
}

// The manifests that may be others than they were with the snapshot before, or refer to what is.
std::set<std::string> DesiredStore::to_be_read(const watch::Snapshot& snapshot) {
  std::set<std::string> names = std::exchange(due_, {});
  names.insert(restless_.begin(), restless_.end());
  const auto add_referrers = [&](const std::string& path) {
    const auto found = referrers_.find(path);
    if (found != referrers_.end()) names.insert(found->second.begin(), found->second.end());
  };
  static const watch::Snapshot kNone;
  const auto& before = seen_ ? *seen_ : kNone;
  watch::Files::compare(before.files, snapshot.files, [&](const std::string& name) {
    note_file(name, snapshot);
    names.insert(name);
    add_referrers(name);
  });
  // A manifest may include another one, so either kind is what somebody refers to.
  watch::Files::compare(before.references, snapshot.references, add_referrers);
  // A path that is looked for now, and is not there, is in neither; its state is another all the
  // same.
  if (before.followed != snapshot.followed && *before.followed != *snapshot.followed) {
    for (const auto& [path, referrers] : referrers_)
      names.insert(referrers.begin(), referrers.end());
  }
  return names;
}

std::uint64_t DesiredStore::read(const std::shared_ptr<const watch::Snapshot>& snapshot,
                                 SteadyTime now) {
  const auto first = last_ticket_ + 1;
  const auto names = to_be_read(*snapshot);
  seen_ = snapshot;
  for (const auto& name : names) {
    const auto* file = snapshot->files.find(name);
    if (file != nullptr) load(name, *file, snapshot, now);
  }
  return first;
}

void DesiredStore::count_absences(SteadyTime now) {
  // Nothing is counted, and nothing starts over.
  if (!whole_ && complete_ && calm_ && unclear_.empty()) return;
  for (auto& [key, entry] : entries_) {
    const auto loaded = loaded_.find(entry.file);
    const auto file = files_.find(entry.file);
    // A file that is gone, or can't be read or used now, may hold what this entry does not.
    const bool certain = complete_ && loaded != loaded_.end() && !unclear(loaded->second) &&
                         file != files_.end() && file->second.valid;
    if (whole_ || !certain) entry.parts.scanned(certain, now);
  }
}

// Gone only if the directory could be read.
void DesiredStore::drop_absent(const watch::Snapshot& snapshot) {
  if (!snapshot.complete) return;
  for (const auto& name : std::exchange(absent_, {})) {
    const auto found = loaded_.find(name);
    if (found == loaded_.end()) continue;
    set_references(name, found->second, {});
    // Nobody reads it any more, and others take it for one of `loaded_`.
    for (auto* names : {&due_, &restless_, &unclear_, &pending_, &stirred_})
      names->erase(name);
    loaded_.erase(found);
    lost_files_ = true;
  }
}

DesiredStore::Changes DesiredStore::apply(const std::shared_ptr<const watch::Snapshot>& snapshot,
                                          SteadyTime now) {
  Changes changes;
  problem_ = snapshot->complete ? "" : snapshot->problem;
  read(snapshot, now);
  // Files that can't be read as well: each may hold any App.
  complete_ = snapshot->complete && unreadable_.empty();
  whole_ = snapshot->whole;
  drop_absent(*snapshot);
  // A name that waits for its old owner's grace ripens without any change.
  const bool news = !news_.empty() || lost_files_ || !vacancies_.empty();
  // The cheap way first, which says no where somebody is in somebody's way.
  if (news && !replace_news(changes)) rebuild(changes, now);
  news_.clear();
  lost_files_ = false;
  for (const auto& name : std::exchange(stirred_, {})) {
    auto status = files_.find(name);
    if (status == files_.end())
      status = files_.emplace(name, FileStatus{name, false, {}, true}).first;
    status->second.decoding = on_its_way(loaded_.at(name));
  }
  count_absences(now);
  follow_references();
  return changes;
}

}  // namespace fairlead::controller
