// One writer per state directory: flock on `lock` in it. Held until destroyed, or until the process
// dies, however it dies (F094).
//
// The kernel gives the lock back however the process ends, so there is no stale lock to be removed
// by hand, and removing the file helps nobody: a second process would then hold another file of
// that name. Hence held(): who writes asks first whether the file is still the one.
//
// A lock for one state directory. That two directories may be kept on one engine is another matter,
// told by the instance ID in labels (Controller::check_foreign_instances).
//
//   auto lock = lock_instance("/var/lib/fairlead");
//   if (!lock && lock.error().reason == Reason::kNotOwner) …   // read only: a copy of the files
//   auto file = file_on_disk(**lock, "inventory.json");        // needs the lock, by type
//
// The holder's process ID stands in the file for people; a process with that ID may be another by
// now.
//
// Seen from outside: a second `run` says `read-only: another Fairlead holds the state directory`
// and goes on as an onlooker, without socket; one that lost its lock in mid-run says `the state
// directory is no longer ours: stopping` and ends with exit code 1.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead::controller {

// What the names of files that are being written have in them: leftovers of a crash are told by it.
inline constexpr std::string_view kTemporary = ".tmp.";

// The right to write into a state directory; only lock_instance() can make one. It must outlive
// every file that is made from it, and a write that does not end (written_away() in state_file.h).
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
  // removed or another has its place, which another process may hold by now. What can't be looked
  // at now counts as held. For any thread; blocks.
  Status held() const;

 private:
  int descriptor_;
  std::string directory_;
};

// Blocked/NotOwner, naming the holder's process, if another process holds it. Any other failure is
// one of the directory: nobody may hold it. Invalid/PermissionDenied for what is no writable
// folder, or has a link or a folder in the lock's place; Blocked/EngineDiskFull without space.
// Removes what a crash left half-written. Does not wait. The directory must be there.
Result<std::unique_ptr<InstanceLock>> lock_instance(const std::string& state_dir);

}  // namespace fairlead::controller
