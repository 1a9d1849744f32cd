#include "watch/settle.h"

#include <algorithm>
#include <utility>

namespace fairlead::watch {
namespace {

bool same_version(const std::optional<File>& a, const std::optional<File>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->digest == b->digest && a->error == b->error;
}

}  // namespace

std::optional<Snapshot> Settler::offer(const Scan& scan, SteadyTime began, SteadyTime ended) {
  Place place = judge(scan);
  if (!place_ || *place_ != place) {
    place_ = std::move(place);
    place_since_ = ended;
  }
  // What a problem hides is not seen as absent.
  if (place_->problem.empty()) {
    observe(scan.files, observed_, ended);
    std::erase_if(references_,
                  [&scan](const auto& entry) { return !scan.followed->contains(entry.first); });
    observe(scan.references, references_, ended);
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
  unsettled_since_ = began;
  recheck_at_ = youngest + settle_time_;
  return accept(scan, began);
}

// An unmounted file system shows the empty directory beneath it: that is no wish to delete (W18).
Settler::Place Settler::judge(const Scan& scan) const {
  Place place;
  place.problem = scan.problem;
  place.device = scan.device;
  place.inode = scan.inode;
  const bool moved = good_device_ && *good_device_ != scan.device;
  if (place.problem.empty() && moved && scan.files.empty() && !good_.files.empty()) {
    place.problem = "another file system, and empty, is mounted there";
  }
  return place;
}

void Settler::observe(const Files& files, Observations& observed, SteadyTime now) {
  for (const auto& [name, file] : files) {
    auto [seen, is_new] = observed.try_emplace(name);
    if (is_new || !same_version(seen->second.version, file)) seen->second.since = now;
    seen->second.version = file;
  }
  for (auto& [name, seen] : observed) {
    if (!seen.version || files.contains(name)) continue;
    seen.version.reset();
    seen.since = now;
  }
}

SteadyTime Settler::youngest_change() const {
  SteadyTime youngest = place_since_;
  if (!place_->problem.empty()) return youngest;
  for (const auto* all : {&observed_, &references_}) {
    for (const auto& [name, seen] : *all)
      youngest = std::max(youngest, seen.since);
  }
  return youngest;
}

Snapshot Settler::accept(const Scan& scan, SteadyTime now) {
  Snapshot snapshot;
  snapshot.number = ++number_;
  snapshot.settled_at = now;
  snapshot.problem = place_->problem;
  if (!settled(place_since_, now)) snapshot.problem = "the directory does not come to rest";
  if (!snapshot.problem.empty()) {
    snapshot.files = good_.files;
    snapshot.references = good_.references;
    snapshot.followed = good_.followed;
    snapshot.directory_id = good_.directory_id;
    return snapshot;
  }
  snapshot.complete = true;
  snapshot.directory_id = std::to_string(place_->device) + ":" + std::to_string(place_->inode);
  snapshot.files = settled_files(observed_, good_.files, now);
  snapshot.references = settled_files(references_, good_.references, now);
  snapshot.followed = scan.followed;
  const auto gone = [&](const auto& entry) {
    return !entry.second.version && settled(entry.second.since, now);
  };
  std::erase_if(observed_, gone);
  std::erase_if(references_, gone);
  good_ = snapshot;
  good_device_ = place_->device;
  return snapshot;
}

Settler::Files Settler::settled_files(const Observations& observed, const Files& good,
                                      SteadyTime now) const {
  Files files;
  for (const auto& [name, seen] : observed) {
    const auto before = good.find(name);
    const File* last = before == good.end() ? nullptr : &before->second;
    if (auto file = deliver(seen, last, now)) files.emplace(name, std::move(*file));
  }
  return files;
}

// What the snapshot says of one name: its settled version, or its last good one with the reason.
std::optional<File> Settler::deliver(const Observation& seen, const File* good,
                                     SteadyTime now) const {
  const bool rests = settled(seen.since, now);
  if (rests && (!seen.version || seen.version->error.empty())) return seen.version;
  if (!rests && !seen.version && good == nullptr) return std::nullopt;
  File file;
  file.bytes = std::make_shared<const std::string>();
  if (good != nullptr) file = *good;
  file.error = rests ? seen.version->error : "does not come to rest: it keeps changing";
  return file;
}

bool same_content(const Snapshot& a, const Snapshot& b) {
  const auto same_file = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.digest == y.second.digest &&
           x.second.error == y.second.error;
  };
  return a.complete == b.complete && a.problem == b.problem && a.directory_id == b.directory_id &&
         *a.followed == *b.followed && std::ranges::equal(a.files, b.files, same_file) &&
         std::ranges::equal(a.references, b.references, same_file);
}

}  // namespace fairlead::watch
