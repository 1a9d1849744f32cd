#include "controller/record/instance_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/trust.h"

namespace fairlead::controller {
namespace {

constexpr const char* kLockFile = "/lock";

std::string read_holder(int descriptor) {
  std::array<char, 32> text{};
  // What is there is what the holder wrote, or nothing: for people alone.
  const auto got = pread(descriptor, text.data(), text.size() - 1, 0);
  std::string holder(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!holder.empty() && holder.back() == '\n')
    holder.pop_back();
  return holder.empty() ? "unknown" : holder;
}

std::unexpected<Error> unusable(const std::string& path, int error) {
  const std::string message = path + ": " + std::strerror(error);
  switch (error) {
    case EISDIR:
      return failure(ErrorClass::kInvalid, Reason::kPermissionDenied,
                     path + ": not a regular file, but a folder", "move it away");
    // O_NOFOLLOW: a link in its place.
    case ELOOP:
      return failure(ErrorClass::kInvalid, Reason::kPermissionDenied, path + " is a link",
                     "remove it: the state directory holds no links");
    case ENOSPC:
    case EDQUOT:
      return failure(ErrorClass::kBlocked, Reason::kEngineDiskFull, message,
                     "free some space, or give another --state-dir");
    default:
      return failure(ErrorClass::kInvalid, Reason::kPermissionDenied, message,
                     "make the state directory writable for this user, or give another "
                     "--state-dir");
  }
}

void remove_leftovers(const std::string& state_dir) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(state_dir, ignored)) {
    // Only the holder of the lock writes such files, so nobody's is removed.
    if (entry.path().filename().string().find(kTemporary) == std::string::npos) continue;
    std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace

InstanceLock::InstanceLock(Passkey, int descriptor, std::string directory)
    : descriptor_(descriptor), directory_(std::move(directory)) {}

InstanceLock::~InstanceLock() {
  close(descriptor_);
}

Status InstanceLock::held() const {
  const std::string path = directory_ + kLockFile;
  struct stat own{};
  struct stat there{};
  // By device and inode: a file of the same name is another.
  if (fstat(descriptor_, &own) != 0) return unusable(path, errno);
  const bool found = lstat(path.c_str(), &there) == 0;
  // What can't be looked at now is no other file.
  if (!found && errno != ENOENT && errno != ENOTDIR) return {};
  if (found && there.st_dev == own.st_dev && there.st_ino == own.st_ino) return {};
  return failure(ErrorClass::kBlocked, Reason::kNotOwner,
                 path + (found ? " was replaced" : " was removed") +
                     " while this process held it: another one may write here now",
                 "restore the state directory from a backup");
}

Result<std::unique_ptr<InstanceLock>> lock_instance(const std::string& state_dir) {
  const std::string path = state_dir + kLockFile;
  // Never closed before the end: closing is what gives an flock back. Not inherited by helpers, who
  // would hold it.
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return unusable(path, errno);
  // Made by root in another's directory, it would be in that user's way.
  take_folders_owner(path);
  auto lock = std::make_unique<InstanceLock>(InstanceLock::Passkey(), descriptor, state_dir);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unusable(path, errno);
    return failure(
        ErrorClass::kBlocked, Reason::kNotOwner,
        "the state directory " + state_dir + " is in use by process " + read_holder(descriptor),
        "stop that process, or give this one another --state-dir");
  }
  remove_leftovers(state_dir);
  // For people only: on a full disk the lock holds without it.
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) == 0) (void)!pwrite(descriptor, pid.data(), pid.size(), 0);
  return lock;
}

}  // namespace fairlead::controller
