// Raw inotify: libuv's own uv_fs_event drops the overflow record without a word (W20).
//
// An event never says what changed, only that it is worth to scan again.
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

  struct Armed {
    bool changed = false;        // a directory is watched that was not, or the reverse
    bool limit_reached = false;  // some directory is not watched for want of watches (W21)
  };
  // Watches exactly the directories of `plan`, as they are now. A directory that isn't there is
  // left out. To arm the same plan again revives watches that died with their directory.
  Armed arm(const WatchPlan& plan);

  struct Drained {
    std::uint64_t events = 0;  // that matter
    std::uint64_t overflows = 0;
  };
  Drained drain();

 private:
  bool matters(int watch, std::uint32_t mask, const char* name);

  int fd_ = -1;
  std::map<int, std::set<std::string>> watches_;
};

// The plan for a manifests directory at `path`; `names` in it may be symbolic links to files, or
// paths into folders below.
WatchPlan plan_watches(const std::string& path, const std::set<std::string>& names);

}  // namespace fairlead::watch
