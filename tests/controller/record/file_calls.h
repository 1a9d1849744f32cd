// What this program asks the kernel to change in one folder, call by call: to be recorded, refused,
// or cut short, as by a crash. The C library's functions are replaced for that by those of
// file_calls.cpp, in the whole test program; in any other folder they do as ever.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::test {

struct FileCall {
  enum class What { kMake, kWrite, kSync, kSyncFolder, kTruncate, kRename, kRemove };
  What what = What::kMake;
  std::string name;   // of the file, in the folder
  std::string to;     // its new one
  std::string bytes;  // written
  off_t size = 0;     // truncated to
};

// What comes of the call with this number, from 0.
struct FileFault {
  std::size_t call = 0;
  std::size_t written = 0;  // of its bytes, if it is a write
  int error = 0;            // 0: the disk takes only that part, and the rest in the next call
  bool dead = false;        // no call after it has any effect
};

// At most one at a time. Nothing that it watches over is synced: that takes time and is not seen.
class FileCalls {
 public:
  explicit FileCalls(std::string folder);
  ~FileCalls();
  FileCalls(const FileCalls&) = delete;
  FileCalls& operator=(const FileCalls&) = delete;

  std::vector<FileCall> made;
  std::optional<FileFault> fault;

  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

}  // namespace fairlead::test
