#include "watch/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/digest.h"

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

std::string too_large(std::size_t limit) {
  return "larger than " + std::to_string(limit) + " bytes";
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

// Up to one byte more than `limit`, so that growth past it shows.
bool read_all(int fd, std::size_t limit, std::string& bytes) {
  char buffer[16384];
  while (bytes.size() <= limit) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
  return true;
}

File share_or_digest(std::string bytes, const File* known) {
  if (known != nullptr && known->error.empty() && *known->bytes == bytes) return *known;
  std::string digest = sha256_hex(bytes);
  return File{std::make_shared<const std::string>(std::move(bytes)), std::move(digest), {}};
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
  if (!S_ISREG(status.st_mode)) return unreadable("not a regular file");
  const FileDescriptor file(::openat(directory, name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.fd < 0 && errno == ENOENT) return std::nullopt;
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0) return unreadable(describe(errno));
  if (!S_ISREG(status.st_mode)) return unreadable("not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > limit) return unreadable(too_large(limit));
  std::string bytes;
  if (!read_all(file.fd, limit, bytes)) return unreadable(describe(errno));
  if (bytes.size() > limit) return unreadable(too_large(limit));
  return share_or_digest(std::move(bytes), known);
}

bool is_link(int directory, const std::string& name) {
  struct stat status{};
  return ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(status.st_mode);
}

void read_manifests(int directory, const std::vector<std::string>& names, const Options& options,
                    const std::map<std::string, File>& known, Scan& scan) {
  for (const std::string& name : names) {
    const auto before = known.find(name);
    const File* previous = before == known.end() ? nullptr : &before->second;
    if (auto file = read_manifest(directory, name, options.max_file_bytes, previous)) {
      scan.files.emplace(name, std::move(*file));
      if (is_link(directory, name)) scan.links.push_back(name);
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
  if (name.empty() || name.front() == '.') return false;
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

Scan scan_directory(const Options& options, const std::map<std::string, File>& known) {
  Scan scan;
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
  }
  check_still_there(options, scan);
  if (!scan.problem.empty()) scan.files.clear();
  return scan;
}

}  // namespace fairlead::watch
