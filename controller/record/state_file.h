// The small durable files of a state directory: the seam to the disk.
//
// Only the holder of the directory's lock can write there, by type: a file that can be replaced on
// disk is made from an InstanceLock and from nothing else. All others look at a copy.
//
//   made by           for                                       replace, append
//   file_on_disk()    the daemon; the digest key                on disk when they return
//   written_away()    the daemon's loop, around the former      likewise, and write() on a thread
//   copy_of_file()    commands without the lock, read-only mode kept in memory
//   file_in_memory()  tests and the simulation                  in the given text
//
// Files are for their owner alone (0600), belong to whoever the directory belongs to, and are never
// reached by a link: an attacker who may write beside them must not redirect what root writes.
//
// Errors of writes are Blocked: EngineDiskFull without space, PermissionDenied for the rest that a
// disk says, NotOwner if the lock was lost. One of append() for a file that is not as it was left
// is Transient.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "controller/record/instance_lock.h"

namespace fairlead::controller {

// One file, by one owner at a time: there is one writer of it in this process, and by the lock one
// process. Not thread-safe.
class StateFile {
 public:
  virtual ~StateFile() = default;
  // All of it, up to 256 MiB; NotFound if it does not exist. What it ends with is remembered, for
  // append().
  virtual Result<std::string> read() = 0;  // kNotFound if it does not exist
  // Both block for as long as the disk takes, and what they have ended with is on it. One that
  // failed leaves of `bytes`: of replace() all or nothing, of append() any part.
  virtual Status replace(const std::string& bytes) = 0;
  // After what was read or written here last. Refused where that is not what the file ends with
  // now: after a failure, or if somebody else has changed it. Then only replace() helps.
  virtual Status append(const std::string& bytes) = 0;
  // The same for the loop, which a file that is written_away() does not hold up. Nobody may write
  // the file again before it has ended.
  enum class How { kReplace, kAppend };
  virtual Task<Status> write(How how, std::string bytes) {
    co_return how == How::kAppend ? append(bytes) : replace(bytes);
  }
};

// File `name` of the directory that `lock` stands for; the lock must outlive it. Replacing is
// atomic: a temporary file of its own name, fsync, rename. Appending is one write and one
// fdatasync.
std::unique_ptr<StateFile> file_on_disk(const InstanceLock& lock, const std::string& name);

// `file`, with write() on a thread of its own. That may outlive the process's orderly end when the
// disk does not answer; the lock must then go with the process, not before.
std::unique_ptr<StateFile> written_away(std::unique_ptr<StateFile> file,
                                        boost::asio::any_io_executor executor);

// The file as it is on disk, for a process without the lock: what it replaces stays in its memory.
std::unique_ptr<StateFile> copy_of_file(std::string path);

// For tests: what is "on disk" is the text, which outlives a process that died.
std::unique_ptr<StateFile> file_in_memory(std::shared_ptr<std::string> bytes);

}  // namespace fairlead::controller
