// One writer per state directory: flock on `lock` in it. Held until destroyed, or until the process
// dies, however it dies (F094).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead::controller {

// What the names of files that are being written have in them: leftovers of a crash are told by it.
inline constexpr std::string_view kTemporary = ".tmp.";

// The right to write into a state directory; only lock_instance() can make one.
class InstanceLock {
 public:
  class Passkey {
    Passkey() = default;
    friend Result<std::unique_ptr<InstanceLock>> lock_instance(const std::string& state_dir);
  };
  InstanceLock(Passkey, int descriptor, std::string directory);
  InstanceLock(const InstanceLock&) = delete;
  InstanceLock& operator=(const InstanceLock&) = delete;
  ~InstanceLock();

  const std::string& directory() const { return directory_; }

  // Whether `lock` in the directory is still the file that is held; Blocked/NotOwner if it was
  // removed or another has its place, which another process may hold by now. For any thread;
  // blocks.
  Status held() const;

 private:
  int descriptor_;
  std::string directory_;
};

// Blocked/NotOwner, naming the holder's process, if another process holds it. Any other failure is
// one of the directory: nobody may hold it. Removes what a crash left half-written.
Result<std::unique_ptr<InstanceLock>> lock_instance(const std::string& state_dir);

}  // namespace fairlead::controller
