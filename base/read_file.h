// The one way to read a file whole. What is no regular file (FIFO, device, socket, folder) and what
// is larger than the caller's limit is refused before it is opened or read: a FIFO would block for
// ever, to open a device can have effects of its own, and a sparse file costs its author nothing.
// Blocking, for as long as the file system takes: on a network one for ever, so then on a pool
// (pool.h).
//
//   const auto text = read_file(path, kTextFileLimit);
//   if (!text && text.error().reason == Reason::kNotFound) return Settings{};  // none is no error
//   if (!text) return std::unexpected(text.error());
//
// Not for a file whose owner matters: read_trusted() and open_trusted() (base/trust.h) judge that
// first. Not for manifests, which must not lead out of their directory: watch/scan.h. No state; any
// thread.
//
// Errors, all with the system's words:
//   NotFound, Invalid           no such file, or a step of the way is no folder
//   PermissionDenied, Blocked   it is there and not to be read: rights, kind, size, a broken disk
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

struct stat;

namespace fairlead {

// For what people write by hand: manifests, policies, settings.
inline constexpr std::size_t kTextFileLimit = 1u << 20;

// `limit` in bytes. The message is "PATH: why"; a folder has a hint, since Docker makes one where a
// bind mount finds no file. Links are followed: whose file it is, is the caller's question. A file
// that grows while it is read is refused at the limit, too; one that is written meanwhile is read
// as it comes, so a writer that cares renames.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// The pieces, for callers with rules of their own about names and links (openat2, O_NOFOLLOW).
// Messages without a path. check_regular() is to be asked before the open, of what stat() or an
// O_PATH descriptor said; read_descriptor() asks again, for what has the name now need not be what
// had it, reads from where the descriptor stands, and closes nothing.
Status check_regular(const struct stat& found, std::size_t limit);
Result<std::string> read_descriptor(int descriptor, std::size_t limit);

// open(2) flags that go with it: never waits for a writer (O_NONBLOCK), never becomes our terminal
// (O_NOCTTY), and no child inherits it (O_CLOEXEC).
extern const int kReadFlags;

}  // namespace fairlead
