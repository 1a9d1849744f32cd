#include "watch/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <ctime>
#include <functional>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/read_file.h"

namespace fairlead::watch {
namespace {

// Closed when it goes out of scope; -1 is none.
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
  std::vector<std::string> plain;
  std::vector<std::string> others;  // links, folders, …; where the file system does not say, all
  std::string problem;
};

std::string describe(int error) {
  return std::error_code(error, std::generic_category()).message();
}

const char* const kReplaced = "the directory was replaced while it was read";

Listing list_manifests(int directory, std::size_t max_files) {
  Listing listing;
  // fdopendir takes its descriptor; ours stays the pin for openat. Opened anew and not a dup, which
  // would share its position.
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = copy < 0 ? nullptr : ::fdopendir(copy);
  if (stream == nullptr) {
    listing.problem = "the directory can't be listed: " + describe(errno);
    if (copy >= 0) ::close(copy);
    return listing;
  }
  // readdir() says by errno alone whether it ended or failed: it is cleared before each call.
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    // Without a stat. Where the file system does not tell (DT_UNKNOWN) all are read apart.
    auto& names = entry->d_type == DT_REG ? listing.plain : listing.others;
    if (is_manifest_name(entry->d_name)) names.emplace_back(entry->d_name);
    // No part of the list is taken: what is cut off would read as gone.
    if (listing.plain.size() + listing.others.size() > max_files) {
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

// The digest is the dear part, and a comparison is cheap: bytes that are the same keep theirs.
File share_or_digest(std::string bytes, const File* known) {
  if (known != nullptr && known->error.empty() && *known->bytes == bytes) return *known;
  std::string digest = sha256_hex(bytes);
  return File{std::make_shared<const std::string>(std::move(bytes)), std::move(digest), {}};
}

std::int64_t nanoseconds(const timespec& time) {
  return (static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000) + time.tv_nsec;
}

// By the wall clock, since that is what the file system stamps with: if it was set back, the file
// has not rested, and is read.
Stamp stamp_of(const struct stat& status, const std::string& name) {
  constexpr std::int64_t kRest = 2'000'000'000;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  Stamp stamp;
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.size = status.st_size;
  stamp.modified_ns = nanoseconds(status.st_mtim);
  stamp.changed_ns = nanoseconds(status.st_ctim);
  stamp.rested = nanoseconds(now) - stamp.changed_ns > kRest;
  // Not all are read anew by the same scan.
  stamp.believed = static_cast<int>(std::hash<std::string>{}(name) % kMostBelieved);
  return stamp;
}

bool same_look(const Stamp& a, const Stamp& b) {
  return std::tie(a.device, a.inode, a.size, a.modified_ns, a.changed_ns) ==
         std::tie(b.device, b.inode, b.size, b.modified_ns, b.changed_ns);
}

// Of a name that is no link, without opening it; nothing if it has to be read: a file with an error
// is looked at each time, since what mends it (a chmod of a folder) need not change its own times.
std::optional<File> believed(int directory, const std::string& name, const File* known) {
  if (known == nullptr || !known->error.empty() || !known->stamp.rested ||
      known->stamp.believed >= kMostBelieved)
    return std::nullopt;
  struct stat status{};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode) || !same_look(known->stamp, stamp_of(status, name)))
    return std::nullopt;
  File same = *known;
  ++same.stamp.believed;
  return same;
}

File read_regular(int opened, std::size_t limit, const File* known) {
  auto bytes = read_descriptor(opened, limit);
  if (!bytes) return unreadable(bytes.error().message);
  return share_or_digest(std::move(*bytes), known);
}

// Never leaves the directory, whatever is swapped meanwhile. No wrapper in glibc 2.36. Magic links
// (/proc/self/fd) lead anywhere, and are no files.
int open_beneath(int directory, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how));
}

const char* const kTrustHint =
    "if the owner of the manifests directory is to be trusted: `trustDirectoryOwner: true` in the "
    "policy file, or --trust-directory-owner";

std::string say(const Error& error) {
  return error.message + (error.hint.empty() ? "" : "; " + error.hint);
}

// The directory that all is read beneath.
struct Place {
  int fd;
  Trusted trusted;
  std::size_t limit;
};

bool is_link(int directory, const std::string& name) {
  struct stat status{};
  return ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(status.st_mode);
}

// Where a descriptor really is, as the kernel knows: no walk of ours that could be misled.
std::string path_of(int opened) {
  char target[PATH_MAX];
  const auto link = "/proc/self/fd/" + std::to_string(opened);
  const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
  return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

// Who may write a folder on the way can put another file in this one's place. Asked only where
// there is a way: a plain file of the directory stands in a folder that was judged already.
Status check_way(const Place& place, const std::string& name, int file) {
  const bool direct = name.find('/') == std::string::npos && !is_link(place.fd, name);
  if (direct || place.trusted.anyone) return {};
  const std::string top = path_of(place.fd) + "/";
  const std::string path = path_of(file);
  // Removed or moved away meanwhile: what is opened next is judged by its own owner.
  if (!path.starts_with(top)) return {};
  for (auto slash = path.find('/', top.size()); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(top.size(), slash - top.size());
    struct stat status{};
    // Gone meanwhile, and the file's way with it.
    if (::fstatat(place.fd, folder.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    auto fine = check_trust(status, place.trusted, kTrustHint);
    if (!fine) return std::unexpected(std::move(fine.error()).with_context("folder " + folder));
  }
  return {};
}

// Nothing if there is no such file. Looked at, judged, opened, judged again: each step is by the
// kernel's own answer to the same name beneath the same directory.
std::optional<File> read_file_of(const Place& place, const std::string& path, const File* known) {
  // O_PATH finds without opening, as stat() does: to open a device can have effects (W24).
  const FileDescriptor found(open_beneath(place.fd, path, O_PATH | O_CLOEXEC));
  if (found.fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  // How RESOLVE_BENEATH says no.
  if (found.fd < 0 && errno == EXDEV) return unreadable("it leads out of the manifests directory");
  struct stat status{};
  if (found.fd < 0 || ::fstat(found.fd, &status) != 0) return unreadable(describe(errno));
  const auto regular = check_regular(status, place.limit);
  if (!regular) return unreadable(regular.error().message);
  auto fine = check_trust(status, place.trusted, kTrustHint);
  if (fine) fine = check_way(place, path, found.fd);
  if (!fine) return unreadable(say(fine.error()));
  const FileDescriptor file(open_beneath(place.fd, path, kReadFlags));
  // It went between the look and the open.
  if (file.fd < 0 && errno == ENOENT) return std::nullopt;
  struct stat opened{};
  if (file.fd < 0 || ::fstat(file.fd, &opened) != 0) return unreadable(describe(errno));
  // What has the name now need not be what was looked at.
  fine = check_trust(opened, place.trusted, kTrustHint);
  if (!fine) return unreadable(say(fine.error()));
  File read = read_regular(file.fd, place.limit, known);
  read.stamp = stamp_of(opened, path);  // as it was before it was read
  return read;
}

// Nothing if the name went away since the listing; the next pass will tell whether for good. A link
// that leads nowhere has not gone: a sync job is at work, or has failed (W15).
std::optional<File> read_manifest(const Place& place, const std::string& name, const File* known) {
  auto file = read_file_of(place, name, known);
  if (!file && is_link(place.fd, name)) return unreadable("its symbolic link leads nowhere");
  return file;
}

const File* find_file(const std::map<std::string, File>& files, const std::string& name) {
  const auto found = files.find(name);
  return found == files.end() ? nullptr : &found->second;
}

// A followed file that stands in the directory itself, on its own file system, or is not there.
// False if its way may lead elsewhere. Most `.env` files are such, and cost no thread.
bool read_here(const Place& place, const std::string& path, const Scan& known, Scan& scan) {
  if (path.find('/') != std::string::npos) return false;
  struct stat status{};
  if (::fstatat(place.fd, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT;
  // A file may be a mount of its own, over a network.
  if (!S_ISREG(status.st_mode) || status.st_dev != scan.device) return false;
  const File* before = find_file(known.references, path);
  auto file = believed(place.fd, path, before);
  if (!file) file = read_file_of(place, path, before);
  if (file) scan.references.emplace(path, std::move(*file));
  return true;
}

void read_all(const Place& place, const Listing& listing, const Scan& known, Scan& scan) {
  for (const std::string& name : listing.plain) {
    const File* before = find_file(known.files, name);
    auto file = believed(place.fd, name, before);
    if (!file) file = read_manifest(place, name, before);
    if (file) scan.files.emplace(name, std::move(*file));
  }
  for (const std::string& name : listing.others)
    scan.apart.insert({name, true});
  for (const std::string& path : *scan.followed) {
    if (!read_here(place, path, known, scan)) scan.apart.insert({path, false});
  }
}

// A name that both were and are plain files of this file system. False: not that simple, or it went
// away meanwhile; then a whole scan looks, for only that may miss something.
bool read_named(const Place& place, const std::string& name, const Scan& known, Scan& scan) {
  struct stat status{};
  if (!is_read_here(name, known) ||
      ::fstatat(place.fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode) || status.st_dev != scan.device)
    return false;
  const auto read_as = [&](bool manifest, const auto& before, auto& into) {
    const File* known_file = find_file(before, name);
    if (known_file == nullptr || known.apart.contains({name, manifest})) return false;
    auto file = read_file_of(place, name, known_file);
    if (file) into.emplace(name, std::move(*file));
    return file.has_value();
  };
  return (!is_manifest_name(name) || read_as(true, known.files, scan.files)) &&
         (!known.followed->contains(name) || read_as(false, known.references, scan.references));
}

void read_one(const Place& place, const Name& name, const Scan& known, Scan& scan) {
  const auto& before = name.manifest ? known.files : known.references;
  const File* known_file = find_file(before, name.path);
  auto file = name.manifest ? read_manifest(place, name.path, known_file)
                            : read_file_of(place, name.path, known_file);
  if (file) (name.manifest ? scan.files : scan.references).emplace(name.path, std::move(*file));
}

Place place_of(int directory, const struct stat& status, const Options& options) {
  Place place{directory, options.trusted, options.max_file_bytes};
  if (options.trust_directory_owner) place.trusted.users.push_back(status.st_uid);
  return place;
}

// The descriptor stays with the directory that was opened; the path may not (W16).
void check_still_there(const Options& options, Scan& scan) {
  struct stat now{};
  const bool found = ::stat(options.path.c_str(), &now) == 0;
  if (found && now.st_dev == scan.device && now.st_ino == scan.inode) return;
  scan.discarded = true;
  scan.problem = kReplaced;
}

// `read` reads what is wanted of the place; nothing of it is kept if there is a problem.
template <typename Read>
void in_directory(const Options& options, Scan& scan, const Read& read) {
  const FileDescriptor directory(
      ::open(options.path.c_str(), O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (directory.fd < 0 || ::fstat(directory.fd, &status) != 0) {
    scan.problem = "the directory can't be opened: " + describe(errno);
    return;
  }
  scan.device = status.st_dev;
  scan.inode = status.st_ino;
  const Place place = place_of(directory.fd, status, options);
  const auto fine = check_trust(status, place.trusted, kTrustHint);
  if (!fine) {
    scan.problem = "the directory is not trusted: " + say(fine.error());
    return;
  }
  read(place);
  check_still_there(options, scan);
  // Half of what was read may be of another tree; nothing is better than a mixture.
  if (scan.problem.empty()) return;
  scan.files.clear();
  scan.references.clear();
  scan.apart.clear();
}

}  // namespace

// Bytes are never null, so that nobody has to ask.
File unreadable(std::string why) {
  return File{std::make_shared<const std::string>(), {}, std::move(why)};
}

std::string too_slow(Duration patience) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience).count();
  return "reading it takes longer than " + std::to_string(seconds) +
         " s: does its file system hang?";
}

bool is_manifest_name(const std::string& name) {
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) return false;
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

// Where the directory can't be seen, nobody is added.
Trusted trusted_by(const Options& options) {
  struct stat status{};
  Trusted trusted = options.trusted;
  if (options.trust_directory_owner && ::stat(options.path.c_str(), &status) == 0)
    trusted.users.push_back(status.st_uid);
  return trusted;
}

std::optional<File> read_beneath(const std::string& directory, const std::string& path,
                                 std::size_t max_bytes, const Trusted& trusted) {
  const FileDescriptor opened(
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd < 0) return unreadable(describe(errno));
  return read_file_of(Place{opened.fd, trusted, max_bytes}, path, nullptr);
}

Scan scan_directory(const Options& options, std::shared_ptr<const Followed> followed,
                    const Scan& known) {
  Scan scan;
  scan.followed = std::move(followed);
  in_directory(options, scan, [&](const Place& place) {
    Listing listing = list_manifests(place.fd, options.max_files);
    scan.problem = std::move(listing.problem);
    if (scan.problem.empty()) read_all(place, listing, known, scan);
  });
  return scan;
}

std::optional<Scan> scan_names(const Options& options, const std::set<std::string>& names,
                               const Scan& known) {
  Scan scan;
  scan.whole = false;
  scan.followed = known.followed;
  bool plain = true;
  in_directory(options, scan, [&](const Place& place) {
    plain = scan.device == known.device && scan.inode == known.inode &&
            std::ranges::all_of(names, [&](const std::string& name) {
              return read_named(place, name, known, scan);
            });
  });
  if (!plain || !scan.problem.empty()) return std::nullopt;
  return scan;
}

bool is_read_here(const std::string& name, const Scan& known) {
  return is_manifest_name(name) || known.followed->contains(name);
}

Scan read_apart(const Options& options, const Name& name, const Scan& known) {
  Scan scan;
  in_directory(options, scan, [&](const Place& place) { read_one(place, name, known, scan); });
  return scan;
}

// The part was read later, perhaps in a directory that has taken the place of the other one.
void join(Scan& scan, Scan part) {
  if (!scan.problem.empty()) return;
  if (part.problem.empty() && part.device == scan.device && part.inode == scan.inode) {
    scan.files.merge(part.files);
    scan.references.merge(part.references);
    return;
  }
  scan.discarded = true;
  scan.problem = kReplaced;
  scan.files.clear();
  scan.references.clear();
}

}  // namespace fairlead::watch
