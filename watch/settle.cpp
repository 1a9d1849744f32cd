#include "watch/settle.h"

#include <algorithm>
#include <utility>

namespace fairlead::watch {
namespace {

// Both point to the same, or say the same.
bool same_followed(const std::shared_ptr<const Followed>& a,
                   const std::shared_ptr<const Followed>& b) {
  return a == b || (a && b && *a == *b);
}

bool same_files(const Files& a, const Files& b) {
  bool same = a.size() == b.size();
  if (same) Files::compare(a, b, [&same](const std::string&) { same = false; });
  return same;
}

}  // namespace

// `ended` is when a change was surely there; `began` is until when something surely rested.
std::optional<Snapshot> Settler::offer(const Scan& scan, SteadyTime began, SteadyTime ended) {
  Place place = judge(scan);
  // Another directory, or another problem: it has to rest as well.
  if (!place_ || *place_ != place) {
    place_ = std::move(place);
    place_since_ = ended;
  }
  // What a problem hides is not seen as absent.
  if (place_->problem.empty()) {
    follow(scan.followed);
    observe(scan.files, manifests_, ended);
    observe(scan.references, references_, ended);
  }
  // Only who has looked at everything can miss something.
  if (place_->problem.empty() && scan.whole) {
    miss(scan.files, manifests_, ended);
    miss(scan.references, references_, ended);
  }

  const SteadyTime youngest = youngest_change();
  if (settled(youngest, began)) {
    unsettled_since_.reset();
    recheck_at_ = SteadyTime::max();
    return accept(scan, began);
  }
  // From the end: a scan that takes long is no change.
  if (!unsettled_since_) unsettled_since_ = ended;
  const SteadyTime patience_ends = *unsettled_since_ + kPatienceInSettleTimes * settle_time_;
  recheck_at_ = std::min(youngest + settle_time_, patience_ends);
  if (began < patience_ends) return std::nullopt;
  // Patience begins anew: the restless file costs one snapshot in each ten settle times.
  unsettled_since_ = began;
  recheck_at_ = youngest + settle_time_;
  return accept(scan, began);
}

// An unmounted file system shows the empty directory beneath it: that is no wish to delete (W18).
// An empty directory on the same file system is one.
Settler::Place Settler::judge(const Scan& scan) const {
  Place place;
  place.problem = scan.problem;
  place.device = scan.device;
  place.inode = scan.inode;
  const bool moved = good_device_ && *good_device_ != scan.device;
  if (place.problem.empty() && moved && scan.whole && scan.files.empty() && !good_.files.empty()) {
    place.problem = "another file system, and empty, is mounted there";
  }
  return place;
}

void Settler::observe(const Found& found, Seen& seen, SteadyTime now) {
  for (const auto& [name, file] : found) {
    auto [known, is_new] = seen.files.try_emplace(name);
    auto& [version, since] = known->second;
    if (is_new || !version || !same_version(*version, file)) {
      since = now;
      seen.changed.insert(name);
    }
    // Also if it is the same: its stamp is newer.
    version = file;
  }
}

void Settler::miss(const Found& found, Seen& seen, SteadyTime now) {
  for (auto& [name, known] : seen.files) {
    if (!known.version || found.contains(name)) continue;
    known = {std::nullopt, now};
    seen.changed.insert(name);
  }
}

// What is not followed any more is not there, and need not settle.
void Settler::follow(const std::shared_ptr<const Followed>& followed) {
  if (followed_ == followed) return;
  followed_ = followed;
  std::erase_if(references_.files, [&](const auto& entry) {
    const bool left = !followed->contains(entry.first);
    if (left) references_.changed.insert(entry.first);
    return left;
  });
}

std::set<std::string> Settler::open() const {
  std::set<std::string> names = manifests_.changed;
  names.insert(references_.changed.begin(), references_.changed.end());
  return names;
}

SteadyTime Settler::youngest_change() const {
  SteadyTime youngest = place_since_;
  if (!place_->problem.empty()) return youngest;
  for (const auto* seen : {&manifests_, &references_}) {
    for (const std::string& name : seen->changed) {
      const auto known = seen->files.find(name);
      if (known != seen->files.end()) youngest = std::max(youngest, known->second.since);
    }
  }
  return youngest;
}

Snapshot Settler::accept(const Scan& scan, SteadyTime now) {
  Snapshot snapshot;
  snapshot.number = ++number_;
  snapshot.settled_at = now;
  snapshot.problem = place_->problem;
  // Accepted for want of patience, and it is the directory itself that moves.
  if (!settled(place_since_, now)) snapshot.problem = "the directory does not come to rest";
  if (!snapshot.problem.empty()) {
    // What was there before stays: whoever reads files only sees nothing vanish.
    snapshot.files = good_.files;
    snapshot.references = good_.references;
    snapshot.followed = good_.followed;
    snapshot.directory_id = good_.directory_id;
    return snapshot;
  }
  good_.followed = scan.followed;
  update(good_.files, manifests_, now);
  update(good_.references, references_, now);
  good_.directory_id = std::to_string(place_->device) + ":" + std::to_string(place_->inode);
  good_.complete = true;
  good_.whole = scan.whole;
  good_.number = snapshot.number;
  good_.settled_at = now;
  // `directory_id` and device are remembered of complete snapshots only.
  good_device_ = place_->device;
  // A copy, which shares all files with what is kept here (files.h).
  return good_;
}

// What has changed, as far as it has settled.
void Settler::update(Files& files, Seen& seen, SteadyTime now) const {
  std::erase_if(seen.changed, [&](const std::string& name) {
    const auto known = seen.files.find(name);
    if (known == seen.files.end()) {
      files.erase(name);
      return true;
    }
    auto file = deliver(known->second, files.find(name), now);
    file ? files.put(name, std::move(*file)) : void(files.erase(name));
    if (!settled(known->second.since, now)) return false;
    // An absence that has settled was told; the next sight of the name is a new one.
    if (!known->second.version) seen.files.erase(known);
    return true;
  });
}

// What the snapshot says of one name: its settled version, or its last good one with the reason.
std::optional<File> Settler::deliver(const Observation& seen, const File* good,
                                     SteadyTime now) const {
  const bool rests = settled(seen.since, now);
  // The usual cases: it is there, or it is not.
  if (rests && (!seen.version || seen.version->error.empty())) return seen.version;
  // It came and went before it ever counted.
  if (!rests && !seen.version && good == nullptr) return std::nullopt;
  // Neither: the last good version, or a file without content, and why.
  File file;
  file.bytes = std::make_shared<const std::string>();
  if (good != nullptr) file = *good;
  file.error = rests ? seen.version->error : "does not come to rest: it keeps changing";
  return file;
}

bool same_content(const Snapshot& a, const Snapshot& b) {
  return a.complete == b.complete && a.problem == b.problem && a.directory_id == b.directory_id &&
         same_followed(a.followed, b.followed) && same_files(a.files, b.files) &&
         same_files(a.references, b.references);
}

}  // namespace fairlead::watch
