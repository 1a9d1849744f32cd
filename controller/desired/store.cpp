#include "controller/desired/store.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace fairlead::controller {
namespace {

constexpr const char* kSealed = ".age";
// A token may not be plugged in yet, an agent not be started.
constexpr auto kHelperPause = std::chrono::seconds(30);

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

// Whether a manifest may have to do with an encrypted file: by its text, and by what it referred
// to.
bool mentions_sealed(const std::string& text,
                     const std::map<std::string, std::string>& references) {
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

std::string DesiredStore::broken_file() const {
  const auto broken =
      std::ranges::find_if(loaded_, [](const auto& item) { return unclear(item.second); });
  return broken == loaded_.end() ? std::string() : broken->first;
}

bool DesiredStore::pending() const {
  return std::ranges::any_of(
      loaded_, [](const auto& item) { return item.second.pending && item.second.decoding == 0; });
}

watch::Followed DesiredStore::references() const {
  watch::Followed all;
  std::set<std::shared_ptr<const watch::Followed>> looked_for;
  for (const auto& [name, loaded] : loaded_) {
    for (const auto& [path, state] : loaded.references)
      all.insert(path);
    if (loaded.decoding != 0) looked_for.insert(loaded.looked_for);
  }
  for (const auto& paths : looked_for)
    all.insert(paths->begin(), paths->end());
  return all;
}

void DesiredStore::decode(const std::string& name, const watch::File& file,
                          const std::shared_ptr<const watch::Snapshot>& snapshot,
                          LoadedFile& loaded, SteadyTime now) {
  Decoding what{++last_ticket_, name, file.digest,
                snapshot,       now,  std::make_shared<std::atomic<bool>>(false)};
  model::DecodeOptions options = decoding_;
  options.read = [snapshot](const std::string& path) {
    if (!looked_for(*snapshot, path)) return model::Source{model::Source::State::kPending, {}, ""};
    return source_of(find_source(*snapshot, path));
  };
  const bool helpers = options.decrypt && mentions_sealed(*file.bytes, loaded.references);
  if (options.decrypt) {
    options.decrypt = [ask = decoding_.decrypt, failed = what.helper_failed](const auto& bytes) {
      auto plain = ask(bytes);
      if (!plain) *failed = true;
      return plain;
    };
  }
  auto work = [name, bytes = file.bytes, options = std::move(options)] {
    return model::decode(name, *bytes, options);
  };
  loaded.decoding = what.ticket;
  loaded.looked_for = snapshot->followed;
  in_flight_.insert(what.ticket);
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
}

void DesiredStore::decoded(const Decoding& what, Result<model::Manifest> manifest) {
  in_flight_.erase(what.ticket);
  const auto found = loaded_.find(what.name);
  // The file went, and may have come again.
  if (found == loaded_.end() || found->second.decoding != what.ticket) return;
  auto& loaded = found->second;
  loaded.decoding = 0;
  loaded.looked_for = nullptr;
  // With the digest that it has it is tried again.
  if (!manifest) return unreadable(what.name, loaded, manifest.error());
  news_.insert(what.name);
  loaded.digest = what.digest;
  loaded.retry_at = *what.helper_failed ? what.began + kHelperPause : SteadyTime::max();
  loaded.read_error.clear();
  loaded.references.clear();
  for (const auto& path : std::exchange(manifest->references, {}))
    loaded.references[path] = state_of(*what.snapshot, path);
  loaded.mentioned = std::exchange(manifest->mentioned, {});
  loaded.pending = manifest->pending;
  if (manifest->pending) return;
  loaded.diagnostics = std::exchange(manifest->diagnostics, {});
  if (!model::has_errors(loaded.diagnostics))
    loaded.last_good = std::make_shared<const model::Manifest>(std::move(*manifest));
}

// Nothing to do if the file, and all that it refers to, is as it was. One that changes while it is
// decoded is compared again after that.
void DesiredStore::load(const std::string& name, const watch::File& file,
                        const std::shared_ptr<const watch::Snapshot>& snapshot, SteadyTime now) {
  auto& loaded = loaded_[name];
  const bool same_references = std::ranges::all_of(loaded.references, [&](const auto& item) {
    return item.second == state_of(*snapshot, item.first);
  });
  const bool same = loaded.digest == file.digest && loaded.read_error == file.error;
  if (loaded.decoding != 0 || (same && same_references && now < loaded.retry_at)) return;
  if (file.error.empty()) return decode(name, file, snapshot, loaded, now);
  loaded.read_error = file.error;
  unreadable(name, loaded,
             {ErrorClass::kTransient, Reason::kSourceUnavailable, file.error,
              "the last good version stays in force"});
}

void DesiredStore::retry() {
  for (auto& [name, loaded] : loaded_) {
    if (loaded.retry_at != SteadyTime::max()) loaded.retry_at = {};
  }
}

std::uint64_t DesiredStore::read(const std::shared_ptr<const watch::Snapshot>& snapshot,
                                 SteadyTime now) {
  const auto first = last_ticket_ + 1;
  for (const auto& [name, file] : snapshot->files)
    load(name, file, snapshot, now);
  return first;
}

void DesiredStore::count_absences(SteadyTime now) {
  for (auto& [key, entry] : entries_) {
    const auto loaded = loaded_.find(entry.file);
    const auto file = files_.find(entry.file);
    // A file that is gone, or can't be read or used now, may hold what this entry does not.
    const bool whole = complete_ && loaded != loaded_.end() && !unclear(loaded->second) &&
                       file != files_.end() && file->second.valid;
    entry.parts.scanned(whole, now);
  }
}

DesiredStore::Changes DesiredStore::apply(const std::shared_ptr<const watch::Snapshot>& snapshot,
                                          SteadyTime now) {
  Changes changes;
  problem_ = snapshot->complete ? "" : snapshot->problem;
  complete_ = snapshot->complete && std::ranges::all_of(snapshot->files, [](const auto& item) {
                return item.second.error.empty();
              });
  read(snapshot, now);
  if (snapshot->complete) {
    lost_files_ |= std::erase_if(loaded_, [&snapshot](const auto& item) {
                     return !snapshot->files.contains(item.first);
                   }) > 0;
  }
  // A name that waits for its old owner's grace ripens without any change.
  const bool news = !news_.empty() || lost_files_ || !vacancies_.empty();
  if (news && !replace_news(changes)) rebuild(changes, now);
  news_.clear();
  lost_files_ = false;
  for (const auto& [name, loaded] : loaded_) {
    auto status = files_.find(name);
    if (status == files_.end())
      status = files_.emplace(name, FileStatus{name, false, {}, true}).first;
    status->second.decoding = on_its_way(loaded);
  }
  count_absences(now);
  return changes;
}

}  // namespace fairlead::controller
