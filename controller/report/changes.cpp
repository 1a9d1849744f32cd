#include "controller/report/changes.h"

#include <algorithm>
#include <utility>

namespace fairlead::controller {

void Changes::enter(Entry entry) {
  const auto before = latest_.find(entry.key);
  if (before != latest_.end()) {
    // Each key once, at its last change: so all of it is as long as there are keys.
    entries_.erase(before->second);
    gone_.erase(before->second);
  }
  latest_[entry.key] = ++revision_;
  if (!entry.there) gone_.insert(revision_);
  entries_.emplace(revision_, std::move(entry));
  // Keys that are there can't be forgotten; names that came and went are without end.
  if (gone_.size() > kGoneKept) forget_oldest();
  news();
}

void Changes::forget_oldest() {
  const auto oldest = entries_.find(*gone_.begin());
  // Who has seen no more than what was before this has missed something, and is told so by since().
  forgotten_ = oldest->first;
  latest_.erase(oldest->second.key);
  gone_.erase(gone_.begin());
  entries_.erase(oldest);
}

void Changes::changed(const std::string& key) {
  const auto known = latest_.find(key);
  const bool new_here = known == latest_.end() || gone_.contains(known->second);
  enter({key, new_here ? revision_ + 1 : entries_.at(known->second).appeared, true});
}

void Changes::gone(const std::string& key) {
  const auto known = latest_.find(key);
  if (known == latest_.end() || gone_.contains(known->second)) return;
  enter({key, entries_.at(known->second).appeared, false});
}

void Changes::news() {
  // Here and nowhere else: nobody has to take his leave.
  std::erase_if(listeners_, [](const auto& each) { return each.expired(); });
  // A copy, for a listener may bring others.
  const auto now = listeners_;
  for (const auto& each : now) {
    if (const auto listener = each.lock()) (*listener)();
  }
}

std::optional<Changes::Page> Changes::since(std::uint64_t revision, std::size_t limit) const {
  // Above: of a process before this one.
  if (revision < forgotten_ || revision > revision_) return std::nullopt;
  Page page{{}, revision};
  for (auto at = entries_.upper_bound(revision); at != entries_.end(); ++at) {
    if (page.changes.size() == limit) return page;
    const auto& [when, entry] = *at;
    page.upto = when;
    const bool known = entry.appeared <= revision;
    // Came and went since: for this reader it never was.
    if (!entry.there && !known) continue;
    page.changes.push_back({when, entry.key, entry.there, entry.there && !known});
  }
  return page;
}

void Changes::listen(std::weak_ptr<const Listener> listener) const {
  listeners_.push_back(std::move(listener));
}

}  // namespace fairlead::controller
