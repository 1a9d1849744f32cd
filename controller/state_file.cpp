#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/read_file.h"
#include "controller/inventory.h"

namespace fairlead::controller {
namespace {

constexpr std::size_t kStateLimit = 64u << 20;

std::unexpected<Error> io_failure(const std::string& path, const char* what) {
  return failure(ErrorClass::kBlocked,
                 errno == ENOSPC ? Reason::kEngineDiskFull : Reason::kPermissionDenied,
                 path + ": " + what + ": " + std::strerror(errno),
                 "check the state directory's space and permissions");
}

bool write_all(int descriptor, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto wrote = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

class DiskFile final : public StateFile {
 public:
  explicit DiskFile(std::string path) : path_(std::move(path)) {}

  Result<std::string> read() override {
    auto bytes = read_file(path_, kStateLimit);
    if (!bytes) bytes.error().hint = "check the state directory's files and permissions";
    return bytes;
  }

  Status replace(const std::string& bytes) override {
    const std::string temporary = path_ + ".tmp";
    const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return io_failure(temporary, "open");
    const bool written = write_all(file, bytes) && fsync(file) == 0;
    const int cause = errno;
    close(file);
    errno = cause;
    if (!written) return io_failure(temporary, "write");
    if (rename(temporary.c_str(), path_.c_str()) != 0) return io_failure(path_, "rename");
    return sync_directory();
  }

 private:
  // Without this a power loss may bring the old file back.
  Status sync_directory() const {
    const auto slash = path_.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : path_.substr(0, slash);
    const int directory = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return io_failure(parent, "open");
    const bool synced = fsync(directory) == 0;
    close(directory);
    if (!synced) return io_failure(parent, "fsync");
    return {};
  }

  std::string path_;
};

class MemoryFile final : public StateFile {
 public:
  explicit MemoryFile(std::shared_ptr<std::string> bytes) : bytes_(std::move(bytes)) {}
  Result<std::string> read() override {
    if (bytes_->empty()) {
      return failure(ErrorClass::kInvalid, Reason::kNotFound, "nothing was written yet");
    }
    return *bytes_;
  }
  Status replace(const std::string& bytes) override {
    *bytes_ = bytes;
    return {};
  }

 private:
  std::shared_ptr<std::string> bytes_;
};

}  // namespace

std::unique_ptr<StateFile> file_on_disk(std::string path) {
  return std::make_unique<DiskFile>(std::move(path));
}

std::unique_ptr<StateFile> file_in_memory(std::shared_ptr<std::string> bytes) {
  return std::make_unique<MemoryFile>(std::move(bytes));
}

}  // namespace fairlead::controller
