#include "controller/record/state_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

#include "base/guard.h"
#include "base/pool.h"
#include "base/read_file.h"
#include "base/trust.h"
#include "base/write_all.h"

namespace fairlead::controller {
namespace {

constexpr std::size_t kStateLimit = 64u << 20;

std::unexpected<Error> io_failure(const std::string& path, const char* what) {
  return failure(ErrorClass::kBlocked,
                 errno == ENOSPC ? Reason::kEngineDiskFull : Reason::kPermissionDenied,
                 path + ": " + what + ": " + std::strerror(errno),
                 "check the state directory's space and permissions");
}

std::unexpected<Error> unread(Error error) {
  if (error.hint.empty()) error.hint = "check the state directory's files and permissions";
  return std::unexpected(std::move(error));
}

// Never by a link, and only what belongs to somebody trusted.
Result<std::string> read_state(const std::string& path) {
  const auto slash = path.rfind('/');
  const bool here = slash == std::string::npos;
  auto opened = open_trusted(here ? "." : path.substr(0, slash), path.substr(here ? 0 : slash + 1),
                             kReadFlags);
  if (!opened) return unread(std::move(opened.error()));
  auto bytes = read_descriptor(*opened, kStateLimit);
  close(*opened);
  if (!bytes) return unread(std::move(bytes.error()).with_context(path));
  return bytes;
}

class DiskFile final : public StateFile {
 public:
  DiskFile(const InstanceLock& lock, const std::string& name)
      : lock_(lock), directory_(lock.directory()), path_(directory_ + "/" + name) {}

  Result<std::string> read() override { return read_state(path_); }

  Status replace(const std::string& bytes) override {
    auto held = lock_.held();
    if (!held) return held;
    // A name that nobody else uses, never followed if it is a link, for the owner alone.
    std::string temporary = path_ + std::string(kTemporary) + "XXXXXX";
    const int file = mkostemp(temporary.data(), O_CLOEXEC);
    if (file < 0) return io_failure(path_, "open");
    const OnExit removed([&temporary] {
      if (!temporary.empty()) unlink(temporary.c_str());
    });
    take_folders_owner(temporary);
    const bool written = write_all(file, bytes) && fsync(file) == 0;
    const int cause = errno;
    close(file);
    errno = cause;
    if (!written) return io_failure(path_, "write");
    if (rename(temporary.c_str(), path_.c_str()) != 0) return io_failure(path_, "rename");
    temporary.clear();
    return sync_directory();
  }

 private:
  // Without this a power loss may bring the old file back.
  Status sync_directory() const {
    const int directory = open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return io_failure(directory_, "open");
    const bool synced = fsync(directory) == 0;
    close(directory);
    if (!synced) return io_failure(directory_, "fsync");
    return {};
  }

  const InstanceLock& lock_;
  std::string directory_;
  std::string path_;
};

class AwayFile final : public StateFile {
 public:
  AwayFile(std::unique_ptr<StateFile> file, boost::asio::any_io_executor executor)
      : file_(std::move(file)), pool_(std::move(executor), 1) {}

  Result<std::string> read() override { return file_->read(); }
  Status replace(const std::string& bytes) override { return file_->replace(bytes); }

  Task<Status> write(std::string bytes) override {
    // How long is too long is for those to say who wait. Here nothing may end before the disk does.
    constexpr Duration kYear = std::chrono::hours(24 * 365);
    std::function<Status()> work = [file = file_, bytes = std::move(bytes)] {
      return file->replace(bytes);
    };
    auto written = co_await pool_.ask(std::move(work), kYear);
    if (written) co_return std::move(*written);
    co_return failure(ErrorClass::kBlocked, Reason::kTimeout, "a write has not ended for a year");
  }

 private:
  std::shared_ptr<StateFile> file_;
  Pool pool_;
};

class CopyOfFile final : public StateFile {
 public:
  explicit CopyOfFile(std::string path) : path_(std::move(path)) {}
  Result<std::string> read() override { return own_ ? *own_ : read_state(path_); }
  Status replace(const std::string& bytes) override {
    own_ = bytes;
    return {};
  }

 private:
  std::string path_;
  std::optional<std::string> own_;
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

std::unique_ptr<StateFile> file_on_disk(const InstanceLock& lock, const std::string& name) {
  return std::make_unique<DiskFile>(lock, name);
}

std::unique_ptr<StateFile> written_away(std::unique_ptr<StateFile> file,
                                        boost::asio::any_io_executor executor) {
  return std::make_unique<AwayFile>(std::move(file), std::move(executor));
}

std::unique_ptr<StateFile> copy_of_file(std::string path) {
  return std::make_unique<CopyOfFile>(std::move(path));
}

std::unique_ptr<StateFile> file_in_memory(std::shared_ptr<std::string> bytes) {
  return std::make_unique<MemoryFile>(std::move(bytes));
}

}  // namespace fairlead::controller
