#include "controller/record/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
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

// Far above any inventory; a file of another size is none.
constexpr std::size_t kStateLimit = 256u << 20;

// A FIFO in its place is not waited for.
constexpr int kAppendFlags = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY;

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

struct Path {
  std::string folder;
  std::string name;
};

Path split(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

// Which file it is, and where it ends: as long as both are the same nobody else has changed it.
struct Mark {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

std::optional<Mark> mark_of(int descriptor) {
  struct stat found{};
  if (fstat(descriptor, &found) != 0) return std::nullopt;
  return Mark{found.st_dev, found.st_ino, found.st_size};
}

// Never by a link, and only what belongs to somebody trusted.
Result<std::string> read_state(const std::string& path, std::optional<Mark>* mark = nullptr) {
  const auto [folder, name] = split(path);
  auto opened = open_trusted(folder, name, kReadFlags);
  if (!opened) return unread(std::move(opened.error()));
  auto bytes = read_descriptor(*opened, kStateLimit);
  // Of the very file that was read.
  if (mark != nullptr) *mark = mark_of(*opened);
  close(*opened);
  if (!bytes) return unread(std::move(bytes.error()).with_context(path));
  return bytes;
}

class DiskFile final : public StateFile {
 public:
  DiskFile(const InstanceLock& lock, const std::string& name)
      : lock_(lock), directory_(lock.directory()), path_(directory_ + "/" + name) {}

  Result<std::string> read() override { return read_state(path_, &end_); }

  Status replace(const std::string& bytes) override {
    // Until it has succeeded nobody knows what the file ends with.
    end_.reset();
    // Each time: a lock file that was removed is a lock that another process may hold.
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
    // Before the rename: a name must never lead to bytes that are not on disk.
    const bool written = write_all(file, bytes) && fsync(file) == 0;
    const int cause = errno;
    // By descriptor, while it is this file for certain.
    const auto end = mark_of(file);
    close(file);
    errno = cause;
    if (!written) return io_failure(path_, "write");
    if (rename(temporary.c_str(), path_.c_str()) != 0) return io_failure(path_, "rename");
    // It has another name now, and must not be removed.
    temporary.clear();
    auto synced = sync_directory();
    // Else the rename may be undone by a power loss: the next write is a whole one.
    if (synced) end_ = end;
    return synced;
  }

  Status append(const std::string& bytes) override {
    // What a failure leaves is not known: the page cache may have lost what it was told to keep.
    const auto end = std::exchange(end_, std::nullopt);
    auto held = lock_.held();
    if (!held) return held;
    auto file = open_trusted(directory_, split(path_).name, kAppendFlags);
    if (!file) return unread(std::move(file.error()));
    const OnExit closed([&file] { close(*file); });
    // Somebody has put back a backup, or a failure left more than was said.
    if (!end || mark_of(*file) != end) {
      return failure(ErrorClass::kTransient, Reason::kInternalInconsistency,
                     path_ + ": not as it was written last");
    }
    if (write_all(*file, bytes) && fdatasync(*file) == 0) {
      end_ = mark_of(*file);
      return {};
    }
    // Made at once, for what follows sets errno.
    auto failed = io_failure(path_, "write");
    // What stands there is no whole line in any case; this only spares the reader the sight.
    (void)!ftruncate(*file, end->size);
    return failed;
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
  std::optional<Mark> end_;  // of what was read or written last
};

class AwayFile final : public StateFile {
 public:
  AwayFile(std::unique_ptr<StateFile> file, boost::asio::any_io_executor executor)
      : file_(std::move(file)), pool_(std::move(executor), 1) {}

  Result<std::string> read() override { return file_->read(); }
  Status replace(const std::string& bytes) override { return file_->replace(bytes); }
  Status append(const std::string& bytes) override { return file_->append(bytes); }

  Task<Status> write(How how, std::string bytes) override {
    // How long is too long is for those to say who wait. Here nothing may end before the disk does.
    constexpr Duration kYear = std::chrono::hours(24 * 365);
    // It owns file and bytes: it may go on when nobody else does (base/pool.h).
    std::function<Status()> work = [file = file_, how, bytes = std::move(bytes)] {
      return how == How::kAppend ? file->append(bytes) : file->replace(bytes);
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
  Status append(const std::string& bytes) override {
    if (!own_) {
      auto there = read();
      if (!there) return std::unexpected(there.error());
      own_ = std::move(*there);
    }
    *own_ += bytes;
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
  Status append(const std::string& bytes) override {
    *bytes_ += bytes;
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
