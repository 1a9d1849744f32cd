// One writer per state directory: flock on `lock` in it. Held until destroyed, or until the process
// dies, however it dies (F094).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace fairlead::controller {

class InstanceLock {
 public:
  explicit InstanceLock(int descriptor) : descriptor_(descriptor) {}
  InstanceLock(const InstanceLock&) = delete;
  InstanceLock& operator=(const InstanceLock&) = delete;
  ~InstanceLock();

 private:
  int descriptor_;
};

// Blocked/NotOwner, naming the holder's process, if another process holds it.
Result<std::unique_ptr<InstanceLock>> lock_instance(const std::string& state_dir);

}  // namespace fairlead::controller
