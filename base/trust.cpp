#include "base/trust.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/read_file.h"

namespace fairlead {
namespace {

std::unexpected<Error> distrusted(std::string why, std::string hint = {}) {
  return failure(ErrorClass::kBlocked, Reason::kPermissionDenied, std::move(why), std::move(hint));
}

// ELOOP is what O_NOFOLLOW says of a link; its own message ("too many levels of symbolic links")
// would send people looking for a circle.
std::unexpected<Error> open_failure(const std::string& path, int code) {
  auto why = path + ": " + std::error_code(code, std::generic_category()).message();
  if (code == ENOENT) return failure(ErrorClass::kInvalid, Reason::kNotFound, std::move(why));
  if (code == ELOOP) return distrusted(path + ": a symbolic link, which is not followed here");
  return distrusted(std::move(why));
}

// Judged by the descriptor that the file is then opened by: a folder that is swapped meanwhile is
// another folder.
Result<int> open_folder(const std::string& folder, struct stat& found) {
  const int opened =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return open_failure(folder, errno);
  const bool known = ::fstat(opened, &found) == 0;
  const auto fine = known ? check_trust(found, trusted_users()) : open_failure(folder, errno);
  if (fine) return opened;
  ::close(opened);
  return std::unexpected(Error(fine.error()).with_context(folder));
}

// `name` in the folder that `at` stands for; "": what `at` itself stands for. Owner and group
// first, which only root may give; else the group, which a member may.
void give(int at, const char* name, const struct stat& folder) {
  constexpr int kItself = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;
  if (::fchownat(at, name, folder.st_uid, folder.st_gid, kItself) != 0)
    (void)!::fchownat(at, name, static_cast<uid_t>(-1), folder.st_gid, kItself);
}

// Of a file that is there, or was just made in `folder`: empty and ours. It is judged all the same:
// it may have been there, and be writable by all.
Status settle(int file, const struct stat& folder) {
  struct stat found{};
  if (::fstat(file, &found) != 0)
    return distrusted(std::error_code(errno, std::generic_category()).message());
  const bool made = found.st_size == 0 && found.st_uid == ::geteuid();
  if (made) give(file, "", folder);
  return check_trust(found, trusted_users());
}

// Stricter than check_trust() by the group: what is read here names programs, and what they may do.
Status check_owner_and_mode(int file, const std::string& path) {
  struct stat found{};
  if (::fstat(file, &found) != 0) return distrusted(std::strerror(errno));
  auto fine = check_trust(found, trusted_users(), "chown root " + path);
  if (fine && (found.st_mode & S_IWGRP) != 0)
    fine = distrusted("its group may write it", "chmod go-w " + path);
  return fine;
}

}  // namespace

Trusted trusted_users() {
  return {.users = {0, ::geteuid()}};
}

Status check_trust(const struct stat& found, const Trusted& trusted, const std::string& hint) {
  if (trusted.anyone) return {};
  if (std::ranges::find(trusted.users, found.st_uid) == trusted.users.end()) {
    return distrusted("it belongs to user " + std::to_string(found.st_uid) +
                          ", who is neither root nor the user that Fairlead runs as",
                      hint);
  }
  if ((found.st_mode & S_IWOTH) != 0 && !S_ISLNK(found.st_mode)) {
    return distrusted(
        "everybody may write it (it belongs to user " + std::to_string(found.st_uid) + ")",
        "chmod o-w");
  }
  return {};
}

Result<int> open_trusted(const std::string& folder, const std::string& name, int flags,
                         mode_t mode) {
  struct stat place{};
  auto opened = open_folder(folder, place);
  if (!opened) return std::unexpected(opened.error());
  const int file = ::openat(*opened, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode);
  // close() may set another one.
  const int cause = errno;
  ::close(*opened);
  const std::string path = folder + "/" + name;
  if (file < 0) return open_failure(path, cause);
  const auto fine = settle(file, place);
  if (fine) return file;
  ::close(file);
  return std::unexpected(Error(fine.error()).with_context(path));
}

Status check_folder(const std::string& folder) {
  struct stat place{};
  const auto opened = open_folder(folder, place);
  if (!opened) return std::unexpected(opened.error());
  ::close(*opened);
  return {};
}

Result<std::string> read_trusted(const std::string& path, std::size_t limit) {
  // Looked at before it is opened, and again what was opened.
  auto bytes = read_file(path, limit);
  if (!bytes) return bytes;
  const int opened = ::open(path.c_str(), kReadFlags);
  if (opened < 0) return open_failure(path, errno);
  auto fine = check_owner_and_mode(opened, path);
  bytes = read_descriptor(opened, limit);
  ::close(opened);
  if (!fine) return std::unexpected(std::move(fine.error()).with_context(path));
  if (!bytes) return std::unexpected(std::move(bytes.error()).with_context(path));
  return bytes;
}

void take_folders_owner(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  struct stat found{};
  if (::stat(folder.c_str(), &found) == 0) give(AT_FDCWD, path.c_str(), found);
}

}  // namespace fairlead
