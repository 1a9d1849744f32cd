// Raw inotify: libuv's own uv_fs_event drops the overflow record without a word (W20).
//
// An event never says what changed, only that it is worth to scan again. What inotify does not see
// (a write through another hard link, a mount, network file systems) is for the rescan to find
// (W10, W18, W22).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace fairlead::watch {

// For each directory the names that matter in it; an empty set means all of them.
using WatchPlan = std::map<std::string, std::set<std::string>>;

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
    bool limit_reached = false;  // some directory is not watched for want of watches (W21)
  };
  // Watches the directories of `plan`, as they are now, from here on. A directory that isn't there
  // is left out. To add the same plan again revives watches that died with their directory. Walks
  // paths, so it may block; may run on another thread while the loop drains.
  void add(const WatchPlan& plan, Watches& watches) const;
  static void merge(const Watches& more, Watches& into);
  // Of all that was ever added only these stay. True if they are others than before.
  bool keep(Watches watches);

  struct Drained {
    std::uint64_t events = 0;  // that matter
    std::uint64_t overflows = 0;
  };
  // Reads all that is there, without waiting. An overflow means that anything may have changed.
  Drained drain();

 private:
  bool matters(int watch, std::uint32_t mask, const char* name);

  int fd_ = -1;
  std::map<int, std::set<std::string>> watches_;
};

// The plan for a manifests directory at `path`; `names` in it may be symbolic links to files, or
// paths into folders below.
WatchPlan plan_watches(const std::string& path, const std::set<std::string>& names);

// Watches all of that plan. Walks paths, so it may block. Looks again afterwards whether the links
// still lead the same way, three times at most (W30); the rescan finds what flips faster.
Inotify::Watches arm(const Inotify& inotify, const std::string& path,
                     const std::set<std::string>& names);

}  // namespace fairlead::watch
