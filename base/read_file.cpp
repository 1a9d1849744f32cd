#include "base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace fairlead {
namespace {

std::unexpected<Error> refused(std::string why, std::string hint = {}) {
  return failure(ErrorClass::kBlocked, Reason::kPermissionDenied, std::move(why), std::move(hint));
}

// A missing step of the way is a missing file to whoever asks for it.
std::unexpected<Error> system_failure(int code) {
  auto what = std::error_code(code, std::generic_category()).message();
  if (code == ENOENT || code == ENOTDIR)
    return failure(ErrorClass::kInvalid, Reason::kNotFound, std::move(what));
  return refused(std::move(what));
}

// Up to one byte more than `limit`, so that growth past it shows.
bool read_all(int descriptor, std::size_t limit, std::string& bytes) {
  char buffer[16384];
  while (bytes.size() <= limit) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

const int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

Status check_regular(const struct stat& found, std::size_t limit) {
  // Docker makes such a folder itself, where a bind mount finds no file.
  if (S_ISDIR(found.st_mode))
    return refused("not a regular file, but a folder", "move it away, and put the file there");
  if (!S_ISREG(found.st_mode)) return refused("not a regular file");
  // What it claims. What it really holds is counted while it is read: files of /proc claim nothing.
  if (static_cast<std::uint64_t>(found.st_size) > limit)
    return refused("larger than " + std::to_string(limit) + " bytes");
  return {};
}

Result<std::string> read_descriptor(int descriptor, std::size_t limit) {
  struct stat found{};
  if (::fstat(descriptor, &found) != 0) return system_failure(errno);
  // Again: what has the name now need not be what was looked at before the open.
  auto fine = check_regular(found, limit);
  if (!fine) return std::unexpected(fine.error());
  std::string bytes;
  if (!read_all(descriptor, limit, bytes)) return system_failure(errno);
  if (bytes.size() > limit) return refused("larger than " + std::to_string(limit) + " bytes");
  return bytes;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0)
    return std::unexpected(std::move(system_failure(errno).error()).with_context(path));
  auto fine = check_regular(found, limit);
  if (!fine) return std::unexpected(std::move(fine.error()).with_context(path));
  // Between the look and this it may have become a FIFO: O_NONBLOCK, and a look at what was opened.
  const int descriptor = ::open(path.c_str(), kReadFlags);
  if (descriptor < 0)
    return std::unexpected(std::move(system_failure(errno).error()).with_context(path));
  auto bytes = read_descriptor(descriptor, limit);
  ::close(descriptor);
  if (!bytes) return std::unexpected(std::move(bytes.error()).with_context(path));
  return bytes;
}

}  // namespace fairlead
