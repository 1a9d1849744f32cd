// Raw inotify: libuv's own uv_fs_event drops the overflow record without a word (W20).
//
// An event never says what changed, only where it is worth to look again. What inotify does not see
// (a write through another hard link, a mount, network file systems) is for the rescan to find
// (W10, W18, W22).
//
// Watched are directories and never files: a file that is replaced by a rename is another inode,
// and a watch would stay with the old one (W3). Which directories, is a WatchPlan: the manifests
// directory, and each one that holds a link on the way to it or to a file (link_chain.h).
//
// Order matters: watches are set before the scan, so what happens meanwhile wakes the next one
// (W30). Watches are those of the inode that had the name then; each scan sets all of them again,
// which costs nothing where they are the same and finds directories that were made anew.
//
//   auto watches = arm(inotify, path, names);  // on a pool: walks paths
//   if (inotify.keep(std::move(watches))) ++rearms;
//   ...
//   const auto drained = inotify.drain();
//   if (drained.overflows > 0 || drained.elsewhere) scan_all();
//   else read(drained.names);
//
// Limits of the kernel (fs.inotify.max_user_instances, max_user_watches): reaching them is no
// error, but a word in the statistics and polling (W21). inotify(7).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace fairlead::watch {

// What is to be watched, for one manifests directory and some names.
struct WatchPlan {
  // For each directory the names that matter in it; an empty set means all of them. A link's folder
  // may be /etc: what else happens there is nobody's business.
  std::map<std::string, std::set<std::string>> directories;
  // Names in the manifests directory that are steps on the way to others.
  std::set<std::string> steps;
  bool operator==(const WatchPlan&) const = default;
};

// One instance of the kernel's. open(), keep() and drain() are for the loop; add() is const, since
// the kernel's calls are safe from any thread, and may run on another one meanwhile.
class Inotify {
 public:
  Inotify() = default;
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;
  ~Inotify();

  // False if the limit of instances or of descriptors is reached (W21). Once open it stays open,
  // and open() is true.
  bool open();
  int fd() const { return fd_; }

  // What add() has set, to be handed to keep() on the loop. By the kernel's watch numbers.
  struct Watches {
    std::map<int, std::set<std::string>> wanted;  // with the names that matter
    std::set<int> added;                          // all, also those of an earlier plan
    std::set<std::string> steps;                  // likewise
    bool limit_reached = false;  // some directory is not watched for want of watches (W21)
  };
  // Watches the directories of `plan`, as they are now, from here on. A directory that isn't there
  // is left out: the one above it has a watch if a link leads through it. To add the same plan
  // again revives watches that died with their directory. Walks paths, so it may block; may run on
  // another thread while the loop drains.
  void add(const WatchPlan& plan, Watches& watches) const;
  // Of several names' watches one: two paths may lead to one directory, which has only one watch.
  static void merge(const Watches& more, Watches& into);
  // Of all that was ever added only these stay. True if they are others than before: a link has
  // flipped, or a directory was made anew.
  bool keep(Watches watches);
  // Whether something else may be found by another way when this name of the manifests directory
  // changes, as the plans that are kept have it.
  bool is_step(const std::string& name) const { return steps_.contains(name); }

  // What the records were about. `names` alone can be read by themselves; for anything else a whole
  // scan is needed.
  struct Drained {
    std::uint64_t events = 0;  // that matter
    std::uint64_t overflows = 0;
    std::set<std::string> names;  // in directories of which all names matter
    bool elsewhere = false;       // an event that matters was not about one of `names` alone
  };
  // Reads all that is there, without waiting. An overflow means that anything may have changed, and
  // that records are missing; the kernel's queue holds max_queued_events of them.
  Drained drain();

 private:
  // Takes in one record, if it is about something in the plan. What is not known yet matters.
  void note(int watch, std::uint32_t mask, const char* name, Drained& drained);

  int fd_ = -1;
  std::map<int, std::set<std::string>> watches_;
  std::set<std::string> steps_;
};

// The plan for a manifests directory at `path`; `names` in it may be symbolic links to files, or
// paths into folders below. In the manifests directory itself all names matter. Blocking.
WatchPlan plan_watches(const std::string& path, const std::set<std::string>& names);

// Watches all of that plan. Walks paths, so it may block. Looks again afterwards whether the links
// still lead the same way, three times at most (W30); the rescan finds what flips faster. A
// directory that isn't there leaves what leads to it watched, and is found by its coming.
Inotify::Watches arm(const Inotify& inotify, const std::string& path,
                     const std::set<std::string>& names);

}  // namespace fairlead::watch
