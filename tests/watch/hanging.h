// A file system that hangs.
#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

namespace fairlead::watch {

// A file system whose server takes every question and answers none, as NFS does when its server has
// gone; until the descriptor is closed.
class Hanging {
 public:
  explicit Hanging(const std::filesystem::path& path)
      : path_(path), server_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
    const std::string how =
        "fd=" + std::to_string(server_) + ",rootmode=40000,user_id=0,group_id=0";
    mounted_ =
        server_ >= 0 && ::mount("hanging", path.c_str(), "fuse", MS_NOSUID, how.c_str()) == 0;
  }
  ~Hanging() {
    release();
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  Hanging(const Hanging&) = delete;
  Hanging& operator=(const Hanging&) = delete;
  bool mounted() const { return mounted_; }
  // Every question fails from now on.
  void release() {
    if (server_ >= 0) ::close(std::exchange(server_, -1));
  }

 private:
  std::filesystem::path path_;
  int server_;
  bool mounted_ = false;
};

}  // namespace fairlead::watch
