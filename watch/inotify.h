// Raw inotify: libuv's own uv_fs_event drops the overflow record without a word (W20).
//
// An event never says what changed, only where it is worth to look again. What inotify does not see
// (a write through another hard link, a mount, network file systems) is for the rescan to find
// (W10, W18, W22).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace fairlead::watch {

struct WatchPlan {
  // For each directory the names that matter in it; an empty set means all of them.
  std::map<std::string, std::set<std::string>> directories;
  // Names in the manifests directory that are steps on the way to others.
  std::set<std::string> steps;
  bool operator==(const WatchPlan&) const = default;
};

class Inotify {
 public:
  Inotify() = default;
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;
  ~Inotify();

  // False if the limit of instances or of descriptors is reached (W21).
  bool open();
  int fd() const { return fd_; }

  struct Watches {
    std::map<int, std::set<std::string>> wanted;  // with the names that matter
    std::set<int> added;                          // all, also those of an earlier plan
    std::set<std::string> steps;                  // likewise
    bool limit_reached = false;  // some directory is not watched for want of watches (W21)
  };
  // Watches the directories of `plan`, as they are now, from here on. A directory that isn't there
  // is left out. To add the same plan again revives watches that died with their directory. Walks
  // paths, so it may block; may run on another thread while the loop drains.
  void add(const WatchPlan& plan, Watches& watches) const;
  static void merge(const Watches& more, Watches& into);
  // Of all that was ever added only these stay. True if they are others than before.
  bool keep(Watches watches);
  // Whether something else may be found by another way when this name of the manifests directory
  // changes, as the plans that are kept have it.
  bool is_step(const std::string& name) const { return steps_.contains(name); }

  struct Drained {
    std::uint64_t events = 0;  // that matter
    std::uint64_t overflows = 0;
    std::set<std::string> names;  // in directories of which all names matter
    bool elsewhere = false;       // an event that matters was not about one of `names` alone
  };
  // Reads all that is there, without waiting. An overflow means that anything may have changed.
  Drained drain();

 private:
  void note(int watch, std::uint32_t mask, const char* name, Drained& drained);

  int fd_ = -1;
  std::map<int, std::set<std::string>> watches_;
  std::set<std::string> steps_;
};

// The plan for a manifests directory at `path`; `names` in it may be symbolic links to files, or
// paths into folders below.
WatchPlan plan_watches(const std::string& path, const std::set<std::string>& names);

// Watches all of that plan. Walks paths, so it may block. Looks again afterwards whether the links
// still lead the same way, three times at most (W30); the rescan finds what flips faster.
Inotify::Watches arm(const Inotify& inotify, const std::string& path,
                     const std::set<std::string>& names);

}  // namespace fairlead::watch
