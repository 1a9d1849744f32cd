// Who is in force: of files that claim one name, and of Apps that claim one Docker name, host port
// or subnet. Whoever has it keeps it, and is not touched.
#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "controller/desired/file_status.h"
#include "controller/desired/store.h"
#include "controller/objects/key.h"

namespace fairlead::controller {
namespace {

std::set<std::string> parts_of(const DesiredEntry& entry) {
  std::set<std::string> parts;
  const auto* app = entry.app();
  if (app == nullptr) return parts;
  for (const auto& service : app->services) {
    // Each replica is a part of its own: one that is scaled away goes with its own grace.
    for (int number = 1; number <= model::replicas_of(service); ++number)
      parts.insert(container_part(service.name, number));
  }
  for (const auto& network : app->networks)
    parts.insert(network_part(network.docker_name));
  return parts;
}

const std::string& digest_of(const DesiredValue& value) {
  return std::visit([](const auto& each) -> const std::string& { return each->digest; }, value);
}

const model::Position& position_of(const DesiredValue& value) {
  return std::visit([](const auto& each) -> const model::Position& { return each->position; },
                    value);
}

model::Wants wants_of(const DesiredValue& value) {
  return std::visit([](const auto& each) { return model::wants_of(*each); }, value);
}

std::string known_text(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

bool same_text(const std::vector<model::Diagnostic>& a, const std::vector<model::Diagnostic>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return model::to_string(x) == model::to_string(y);
  });
}

}  // namespace

// Parts of the manifest, which they keep.
std::vector<DesiredStore::Candidate> DesiredStore::candidates_in(const std::string& file,
                                                                 const LoadedFile& loaded) {
  const auto& manifest = loaded.last_good;
  std::vector<Candidate> all;
  for (const auto& app : manifest->apps)
    all.push_back({app.name, file, std::shared_ptr<const model::App>(manifest, &app)});
  for (const auto& network : manifest->networks) {
    all.push_back({network_key(network.name), file,
                   std::shared_ptr<const model::SharedNetwork>(manifest, &network)});
  }
  return all;
}

std::map<std::string, std::vector<DesiredStore::Candidate>> DesiredStore::candidates() const {
  std::map<std::string, std::vector<Candidate>> all;
  for (const auto& [file, loaded] : loaded_) {
    for (auto& candidate : candidates_in(file, loaded))
      all[candidate.key].push_back(std::move(candidate));
  }
  return all;
}

void DesiredStore::refuse(const Candidate& loser, const std::string& where,
                          const std::string& hint) {
  // Whoever was refused may be next, so the cheap way is shut until all are at peace.
  calm_ = false;
  model::Diagnostic diagnostic;
  diagnostic.position = position_of(loser.value);
  diagnostic.path = "metadata.name";
  diagnostic.message = "DuplicateApp: '" + loser.key + "' " + where;
  diagnostic.hint = hint;
  files_[loser.file].diagnostics.push_back(std::move(diagnostic));
}

// Whether a name is free for another file: its own does not hold it any more, and has not for as
// long as a removal takes. One that is there and can't be judged still holds it.
bool DesiredStore::vacant(const std::string& key, const std::string& owner, SteadyTime now) {
  const auto loaded = loaded_.find(owner);
  const auto [vacancy, fresh] = vacancies_.try_emplace(key, Vacancy{0, now});
  // It may hold the name still: the count begins when it can be judged.
  if (loaded != loaded_.end() && unclear(loaded->second)) {
    vacancy->second = {0, now};
    return false;
  }
  if (whole_ && complete_ && broken_file().empty()) ++vacancy->second.scans;
  return vacancy->second.scans >= rules_.scans && now - vacancy->second.since >= rules_.grace;
}

// Of one key. At most one claimant is in force; or what was stays; or nobody is, where it can't be
// told whose the name has been.
//
// Whose it has been: of what is in force now, else of what was before this process. The winner's
// rank is its precedence among Apps that want one thing: who is as he was before who has changed,
// and both before who is new. Without a winner what runs is left alone, though no file says it in
// this form any more.
void DesiredStore::choose(const std::vector<Candidate>& claimants, Choice& choice, SteadyTime now) {
  const std::string& key = claimants.front().key;
  const auto* entry = find(key);
  const std::string owner = entry != nullptr ? entry->file : known_text(choice.known.files, key);
  const std::string digest =
      entry != nullptr ? entry->digest : known_text(choice.known.digests, key);
  const bool one_file = std::ranges::all_of(claimants, [&claimants](const Candidate& each) {
    return each.file == claimants.front().file;
  });
  auto winner = std::ranges::find(claimants, owner, &Candidate::file);
  const bool stays = winner != claimants.end();
  std::string where = owner.empty() ? "" : "is already defined in " + owner;
  std::string hint = "rename this one, or remove one of the two; " + owner + " stays in force";
  if (stays) {
    where = "is already defined at " + model::to_string(position_of(winner->value));
  } else if (one_file && (owner.empty() || digest_of(claimants.front().value) == digest ||
                          vacant(key, owner, now))) {
    winner = claimants.begin();  // nobody else's, the same under another file name, or left
    where = "is already defined at " + model::to_string(position_of(winner->value));
  } else if (!owner.empty()) {
    where = "has been defined in " + owner;
    hint = "this one takes over when " + owner + " has been without it for a while";
  }
  if (winner != claimants.end()) vacancies_.erase(key);
  for (auto each = claimants.begin(); each != claimants.end(); ++each) {
    if (each == winner) {
      choice.winners.push_back(*each);
      const bool same = digest_of(each->value) == digest;
      choice.winners.back().rank = owner.empty() ? 2 : same ? 0 : 1;
    } else if (!where.empty()) {
      refuse(*each, where, hint);
    } else {
      const auto& other = each == claimants.begin() ? claimants[1] : claimants.front();
      refuse(*each, "is also defined at " + model::to_string(position_of(other.value)),
             "rename or remove one of the two; neither is in force, as it can't be told whose the "
             "name has been");
    }
  }
  if (winner == claimants.end() && entry != nullptr) choice.kept.insert(key);
}

void DesiredStore::report_clashes(Choice& choice) {
  std::vector<const model::App*> apps;
  std::vector<const model::SharedNetwork*> networks;
  const auto add = [&]<typename Value>(const std::shared_ptr<const Value>& value) {
    if constexpr (std::is_same_v<Value, model::App>) {
      apps.push_back(value.get());
    } else {
      networks.push_back(value.get());
    }
  };
  // Before the winners: what is in force has what it has.
  for (const auto& key : choice.kept)
    std::visit(add, entries_.at(key).value);
  std::ranges::sort(choice.winners, {},
                    [](const Candidate& each) { return std::tie(each.rank, each.file, each.key); });
  for (const auto& winner : choice.winners)
    std::visit(add, winner.value);
  for (const auto& clash : model::find_clashes(apps, networks, choice.known.names)) {
    calm_ = false;
    const auto file = files_.find(clash.file);
    if (file == files_.end()) continue;  // of one that stays though its file is gone
    file->second.diagnostics.push_back(clash.diagnostic);
    if (clash.diagnostic.severity != model::Diagnostic::Severity::kError) continue;
    if (std::erase_if(choice.winners,
                      [&clash](const auto& each) { return each.key == clash.key; }) > 0) {
      // Refused, and not gone: nothing of it is removed.
      mentioned_.insert(clash.key);
      if (find(clash.key) != nullptr) choice.kept.insert(clash.key);
    }
  }
}

DesiredEntry DesiredStore::entry_of(const Candidate& winner) const {
  DesiredEntry entry;
  entry.value = winner.value;
  entry.file = winner.file;
  entry.digest = digest_of(entry.value);
  // A new version goes on counting what left it (guard/part_absence.h).
  if (const auto* old = find(winner.key); old != nullptr) entry.parts = old->parts;
  entry.parts.declare(parts_of(entry));
  return entry;
}

// Whether the files with news hold the names that they held, and want nothing that another has.
// What they want is in the index from then on.
bool DesiredStore::news_stay_apart() {
  std::map<std::string, model::Wants> wanted;
  for (const auto& name : news_) {
    const auto& loaded = loaded_.at(name);
    std::set<std::string> keys;
    // What a file mentions without defining it is in mentioned(), which only a full look makes
    // anew.
    bool once = loaded.counted == loaded.mentioned;
    for (const auto& [key, file, value, rank] : candidates_in(name, loaded)) {
      once &= keys.insert(key).second;
      wanted[key] = wants_of(value);
    }
    // Names that came, went or stand twice: whose they are now is for the full look.
    if (!once || keys != loaded.keys) return false;
  }
  // All out before any goes in: files of one snapshot may swap what they want.
  for (const auto& [key, wants] : wanted)
    wants_.erase(key, wants_of(entries_.at(key).value));
  for (const auto& [key, wants] : wanted) {
    if (!wants_.apart(key, wants)) return false;
    wants_.put(key, wants);
  }
  return true;
}

// What rebuild() comes to where nobody is in anybody's way, at the cost of the files that changed.
bool DesiredStore::replace_news(Changes& changes) {
  const bool known =
      std::ranges::all_of(news_, [this](const auto& name) { return loaded_.contains(name); });
  if (!calm_ || lost_files_ || !vacancies_.empty() || !known || !news_stay_apart()) return false;
  const auto replace = [&](const Candidate& candidate) {
    auto entry = entry_of(candidate);
    auto& old = entries_.at(candidate.key);
    // By meaning: a comment that was added is no change.
    if (old.digest != entry.digest) changes.keys.insert(candidate.key);
    old = std::move(entry);
  };
  for (const auto& name : news_) {
    const auto& loaded = loaded_.at(name);
    for (const auto& candidate : candidates_in(name, loaded))
      replace(candidate);
    const auto old = files_.find(name);
    const bool read = old != files_.end() && !old->second.unread();
    FileStatus status{name, read, loaded.diagnostics, on_its_way(loaded)};
    judge(read ? &old->second : nullptr, status, changes);
    files_[name] = std::move(status);
  }
  return true;
}

// `before`: null if it was not read before.
void DesiredStore::judge(const FileStatus* before, FileStatus& status, Changes& changes) const {
  // Nothing is said before it is known.
  if (status.unread()) return;
  status.valid = !model::has_errors(status.diagnostics);
  if (before == nullptr || !same_text(before->diagnostics, status.diagnostics))
    changes.files.push_back(status.file);
}

void DesiredStore::index_wants() {
  wants_ = {};
  for (auto& [name, loaded] : loaded_) {
    loaded.keys.clear();
    loaded.counted = loaded.mentioned;
  }
  for (const auto& [key, entry] : entries_) {
    wants_.put(key, wants_of(entry.value));
    if (const auto loaded = loaded_.find(entry.file); loaded != loaded_.end())
      loaded->second.keys.insert(key);
  }
}

void DesiredStore::rebuild(Changes& changes, SteadyTime now) {
  calm_ = true;
  ++rebuilds_;
  const auto before = std::exchange(files_, {});
  mentioned_.clear();
  for (const auto& [name, loaded] : loaded_) {
    const auto old = before.find(name);
    const bool known = old != before.end() && !old->second.unread();
    files_[name] = FileStatus{name, known, loaded.diagnostics, on_its_way(loaded)};
    mentioned_.insert(loaded.mentioned.begin(), loaded.mentioned.end());
  }
  Choice choice;
  if (incumbents_) choice.known = incumbents_();
  const auto claimed = candidates();
  // Nobody wants it any more.
  std::erase_if(vacancies_, [&claimed](const auto& item) { return !claimed.contains(item.first); });
  for (const auto& [key, claimants] : claimed) {
    mentioned_.insert(key);
    choose(claimants, choice, now);
  }
  report_clashes(choice);

  std::map<std::string, DesiredEntry> next;
  for (const auto& winner : choice.winners)
    next.emplace(winner.key, entry_of(winner));
  for (const auto& key : choice.kept)
    next.emplace(key, entries_.at(key));
  for (const auto& [key, entry] : next) {
    const auto* old = find(key);
    // The file too: a policy may allow one file what it denies another.
    if (old == nullptr || old->digest != entry.digest || old->file != entry.file)
      changes.keys.insert(key);
  }
  for (const auto& [key, entry] : entries_) {
    if (!next.contains(key)) changes.keys.insert(key);
  }
  entries_ = std::move(next);
  for (auto& [name, status] : files_) {
    const auto old = before.find(name);
    const bool read = old != before.end() && !old->second.unread();
    judge(read ? &old->second : nullptr, status, changes);
  }
  calm_ &= choice.kept.empty() && vacancies_.empty();
  if (calm_) index_wants();
}

}  // namespace fairlead::controller
