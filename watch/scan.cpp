#include "watch/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/read_file.h"

namespace fairlead::watch {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int opened) : fd(opened) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd >= 0) ::close(fd);
  }
  const int fd;
};

struct Listing {
  std::vector<std::string> names;
  std::string problem;
};

std::string describe(int error) {
  return std::error_code(error, std::generic_category()).message();
}

File unreadable(std::string why) {
  return File{std::make_shared<const std::string>(), {}, std::move(why)};
}

Listing list_manifests(int directory, std::size_t max_files) {
  Listing listing;
  // fdopendir takes its descriptor; ours stays the pin for openat.
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = copy < 0 ? nullptr : ::fdopendir(copy);
  if (stream == nullptr) {
    listing.problem = "the directory can't be listed: " + describe(errno);
    if (copy >= 0) ::close(copy);
    return listing;
  }
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    if (is_manifest_name(entry->d_name)) listing.names.emplace_back(entry->d_name);
    if (listing.names.size() > max_files) {
      listing.problem = "more than " + std::to_string(max_files) + " manifests";
      break;
    }
    errno = 0;
  }
  if (errno != 0 && listing.problem.empty()) {
    listing.problem = "the directory can't be listed: " + describe(errno);
  }
  ::closedir(stream);
  return listing;
}

File share_or_digest(std::string bytes, const File* known) {
  if (known != nullptr && known->error.empty() && *known->bytes == bytes) return *known;
  std::string digest = sha256_hex(bytes);
  return File{std::make_shared<const std::string>(std::move(bytes)), std::move(digest), {}};
}

// The bytes behind a descriptor, which is closed.
File read_regular(int opened, std::size_t limit, const File* known) {
  if (opened < 0) return unreadable(describe(errno));
  const FileDescriptor file(opened);
  auto bytes = read_descriptor(file.fd, limit);
  if (!bytes) return unreadable(bytes.error().message);
  return share_or_digest(std::move(*bytes), known);
}

// Nothing if the name went away since the listing; the next pass will tell whether for good.
std::optional<File> read_manifest(int directory, const std::string& name, std::size_t limit,
                                  const File* known) {
  struct stat status{};
  // Looked at before opening: to open a device can have effects of its own (W24).
  if (::fstatat(directory, name.c_str(), &status, 0) != 0) {
    const int error = errno;
    struct stat link{};
    if (error == ENOENT && ::fstatat(directory, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) != 0) {
      return std::nullopt;
    }
    return unreadable(error == ENOENT ? "its symbolic link leads nowhere" : describe(error));
  }
  const auto fine = check_regular(status, limit);
  if (!fine) return unreadable(fine.error().message);
  const int file = ::openat(directory, name.c_str(), kReadFlags);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  return read_regular(file, limit, known);
}

// Never leaves the directory. No wrapper in glibc 2.36.
int open_beneath(int directory, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how));
}

// Nothing if there is no such file.
std::optional<File> read_reference(int directory, const std::string& path, std::size_t limit,
                                   const File* known) {
  // O_PATH finds without opening, as stat() does.
  const FileDescriptor found(open_beneath(directory, path, O_PATH | O_CLOEXEC));
  if (found.fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (found.fd < 0 && errno == EXDEV) return unreadable("it leads out of the manifests directory");
  struct stat status{};
  if (found.fd < 0 || ::fstat(found.fd, &status) != 0) return unreadable(describe(errno));
  const auto fine = check_regular(status, limit);
  if (!fine) return unreadable(fine.error().message);
  const int file = open_beneath(directory, path, kReadFlags);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  return read_regular(file, limit, known);
}

const File* find_file(const std::map<std::string, File>& files, const std::string& name) {
  const auto found = files.find(name);
  return found == files.end() ? nullptr : &found->second;
}

bool is_link(int directory, const std::string& name) {
  struct stat status{};
  return ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(status.st_mode);
}

void read_manifests(int directory, const std::vector<std::string>& names, const Options& options,
                    const Scan& known, Scan& scan) {
  for (const std::string& name : names) {
    const File* previous = find_file(known.files, name);
    if (auto file = read_manifest(directory, name, options.max_file_bytes, previous)) {
      scan.files.emplace(name, std::move(*file));
      if (is_link(directory, name)) scan.links.push_back(name);
    }
  }
}

void read_references(int directory, const Options& options, const Scan& known, Scan& scan) {
  for (const std::string& path : *scan.followed) {
    const File* previous = find_file(known.references, path);
    if (auto file = read_reference(directory, path, options.max_file_bytes, previous)) {
      scan.references.emplace(path, std::move(*file));
    }
  }
}

// The descriptor stays with the directory that was opened; the path may not.
void check_still_there(const Options& options, Scan& scan) {
  struct stat now{};
  const bool found = ::stat(options.path.c_str(), &now) == 0;
  if (found && now.st_dev == scan.device && now.st_ino == scan.inode) return;
  scan.discarded = true;
  scan.problem = "the directory was replaced while it was read";
}

}  // namespace

bool is_manifest_name(const std::string& name) {
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) return false;
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

std::optional<File> read_beneath(const std::string& directory, const std::string& path,
                                 std::size_t max_bytes) {
  const FileDescriptor place(
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (place.fd < 0) return unreadable(describe(errno));
  return read_reference(place.fd, path, max_bytes, nullptr);
}

Scan scan_directory(const Options& options, std::shared_ptr<const Followed> followed,
                    const Scan& known) {
  Scan scan;
  scan.followed = std::move(followed);
  const FileDescriptor directory(
      ::open(options.path.c_str(), O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (directory.fd < 0 || ::fstat(directory.fd, &status) != 0) {
    scan.problem = "the directory can't be opened: " + describe(errno);
    return scan;
  }
  scan.device = status.st_dev;
  scan.inode = status.st_ino;
  Listing listing = list_manifests(directory.fd, options.max_files);
  scan.problem = std::move(listing.problem);
  if (scan.problem.empty()) {
    read_manifests(directory.fd, listing.names, options, known, scan);
    read_references(directory.fd, options, known, scan);
  }
  check_still_there(options, scan);
  if (!scan.problem.empty()) {
    scan.files.clear();
    scan.references.clear();
  }
  return scan;
}

}  // namespace fairlead::watch
