#include "base/trust.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace fairlead {
namespace {

std::unexpected<Error> distrusted(std::string why, std::string hint = {}) {
  return failure(ErrorClass::kBlocked, Reason::kPermissionDenied, std::move(why), std::move(hint));
}

std::unexpected<Error> open_failure(const std::string& path, int code) {
  auto why = path + ": " + std::error_code(code, std::generic_category()).message();
  if (code == ENOENT) return failure(ErrorClass::kInvalid, Reason::kNotFound, std::move(why));
  if (code == ELOOP) return distrusted(path + ": a symbolic link, which is not followed here");
  return distrusted(std::move(why));
}

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

// Of a file that is there, or was just made in `folder`.
Status settle(int file, const struct stat& folder) {
  struct stat found{};
  if (::fstat(file, &found) != 0)
    return distrusted(std::error_code(errno, std::generic_category()).message());
  const bool made = found.st_size == 0 && found.st_uid == ::geteuid();
  // Only root can give it away; anybody else's is his own anyway.
  if (made && (found.st_uid != folder.st_uid || found.st_gid != folder.st_gid))
    (void)!::fchown(file, folder.st_uid, folder.st_gid);
  return check_trust(found, trusted_users());
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

}  // namespace fairlead
