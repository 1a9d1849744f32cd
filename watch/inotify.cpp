#include "watch/inotify.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "watch/link_chain.h"

namespace fairlead::watch {
namespace {

// All that may change which bytes a name stands for, its rights included. IN_CLOSE_WRITE besides
// IN_MODIFY: a mapped file has the former only (W23).
constexpr std::uint32_t kMask = IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB |
                                IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                IN_ONLYDIR;
// Of the watched directory itself: they come without a name, and always matter.
constexpr std::uint32_t kAboutTheDirectory =
    IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;

// A link may flip while its chain is followed: armed again until the chain holds still (W30).
constexpr int kArmAttempts = 3;

// An empty set means all names, so nothing is added to one.
void add(WatchPlan& plan, const Link& link) {
  const auto [place, is_new] = plan.directories.try_emplace(link.directory);
  if (is_new || !place->second.empty()) place->second.insert(link.name);
}

// Two paths may lead to one directory, which has only one watch: its names are those of both.
void want(Inotify::Watches& watches, int watch, const std::set<std::string>& names) {
  const auto [place, is_new] = watches.wanted.try_emplace(watch, names);
  if (is_new || place->second.empty()) return;
  if (names.empty()) place->second.clear();
  place->second.insert(names.begin(), names.end());
}

}  // namespace

Inotify::~Inotify() {
  if (fd_ >= 0) ::close(fd_);
}

bool Inotify::open() {
  if (fd_ < 0) fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  return fd_ >= 0;
}

void Inotify::add(const WatchPlan& plan, Watches& watches) const {
  // `added` stays: what an earlier attempt has set is to be taken off.
  watches.wanted.clear();
  watches.limit_reached = false;
  watches.steps.insert(plan.steps.begin(), plan.steps.end());
  for (const auto& [directory, names] : plan.directories) {
    const int watch = ::inotify_add_watch(fd_, directory.c_str(), kMask);
    if (watch < 0) {
      // All other errors are a directory that isn't there, or can't be entered: it will be found by
      // what leads to it, or by the rescan.
      watches.limit_reached |= errno == ENOSPC || errno == ENOMEM;
      continue;
    }
    watches.added.insert(watch);
    want(watches, watch, names);
  }
}

void Inotify::merge(const Watches& more, Watches& into) {
  for (const auto& [watch, names] : more.wanted)
    want(into, watch, names);
  into.added.insert(more.added.begin(), more.added.end());
  into.steps.insert(more.steps.begin(), more.steps.end());
  into.limit_reached |= more.limit_reached;
}

// The watches that were kept until now count as added: what is no longer wanted goes, whoever set
// it.
bool Inotify::keep(Watches watches) {
  bool changed = false;
  for (const auto& [watch, names] : watches_) {
    changed |= !watches.wanted.contains(watch);
    watches.added.insert(watch);
  }
  for (const int watch : watches.added) {
    if (!watches.wanted.contains(watch)) ::inotify_rm_watch(fd_, watch);
  }
  for (const auto& [watch, names] : watches.wanted)
    changed |= !watches_.contains(watch);
  watches_ = std::move(watches.wanted);
  steps_ = std::move(watches.steps);
  return changed;
}

Inotify::Drained Inotify::drain() {
  Drained drained;
  // A read gives whole records only, and fails if not even one fits: names are at most 255 bytes.
  alignas(inotify_event) char buffer[65536];
  while (true) {
    const ssize_t length = ::read(fd_, buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) continue;
    // EAGAIN: that was all.
    if (length <= 0) return drained;
    for (ssize_t at = 0; at < length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      // Has no watch: its number is -1.
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        ++drained.overflows;
      } else {
        note(event->wd, event->mask, event->len > 0 ? event->name : "", drained);
      }
    }
  }
}

void Inotify::note(int watch, std::uint32_t mask, const char* name, Drained& drained) {
  const auto place = watches_.find(watch);
  // One that was added while this is drained, or has just gone (the kernel's last word of a watch
  // is IN_IGNORED, ours included).
  const bool unknown = place == watches_.end();
  const bool about_itself = (mask & kAboutTheDirectory) != 0;
  const bool all_names = !unknown && place->second.empty();
  if (unknown && (mask & IN_IGNORED) != 0) return;
  if (!unknown && !about_itself && !all_names && !place->second.contains(name)) return;
  ++drained.events;
  // A folder may be on the way to any file that is followed, or that a link leads to.
  const bool folder = (mask & IN_ISDIR) != 0;
  if (all_names && !about_itself && !folder && *name != '\0') {
    drained.names.insert(name);
  } else {
    drained.elsewhere = true;
  }
  // The watch is gone with its inode; the next scan sets one on what has the name then.
  if (!unknown && (mask & IN_IGNORED) != 0) watches_.erase(place);
}

Inotify::Watches arm(const Inotify& inotify, const std::string& path,
                     const std::set<std::string>& names) {
  Inotify::Watches watches;
  WatchPlan plan = plan_watches(path, names);
  for (int attempt = 0; attempt < kArmAttempts; ++attempt) {
    inotify.add(plan, watches);
    WatchPlan after = plan_watches(path, names);
    if (after == plan) break;
    plan = std::move(after);
  }
  return watches;
}

WatchPlan plan_watches(const std::string& path, const std::set<std::string>& names) {
  WatchPlan plan;
  const LinkChain chain = follow_links(path);
  // All names of the manifests directory matter: a ..data flip shows only hidden ones (W13).
  plan.directories[chain.target];
  for (const Link& link : chain.links)
    add(plan, link);
  for (const std::string& name : names) {
    for (const Link& link : follow_links(chain.target + "/" + name).links) {
      add(plan, link);
      if (link.directory == chain.target) plan.steps.insert(link.name);
    }
  }
  return plan;
}

}  // namespace fairlead::watch
