#include "controller/instance_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace fairlead::controller {
namespace {

std::string read_holder(int descriptor) {
  std::array<char, 32> text{};
  const auto got = pread(descriptor, text.data(), text.size() - 1, 0);
  std::string holder(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!holder.empty() && holder.back() == '\n')
    holder.pop_back();
  return holder.empty() ? "unknown" : holder;
}

}  // namespace

InstanceLock::~InstanceLock() {
  close(descriptor_);
}

Result<std::unique_ptr<InstanceLock>> lock_instance(const std::string& state_dir) {
  const std::string path = state_dir + "/lock";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return failure(ErrorClass::kInvalid, Reason::kPermissionDenied,
                   path + ": " + std::strerror(errno), "give another --state-dir");
  }
  auto lock = std::make_unique<InstanceLock>(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return failure(
        ErrorClass::kBlocked, Reason::kNotOwner,
        "the state directory " + state_dir + " is in use by process " + read_holder(descriptor),
        "stop that process, or give this one another --state-dir");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return failure(ErrorClass::kBlocked, Reason::kEngineDiskFull,
                   path + ": " + std::strerror(errno), "free some space");
  }
  return lock;
}

}  // namespace fairlead::controller
