// The one way to read a file whole. What is no regular file (FIFO, device, socket, folder) and what
// is larger than the caller's limit is refused before it is opened or read: a FIFO would block for
// ever, to open a device can have effects of its own, and a sparse file costs its author nothing.
// Blocking, for as long as the file system takes: on a network one for ever, so then on a pool
// (pool.h).
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

struct stat;

namespace fairlead {

// For what people write by hand: manifests, policies, settings.
inline constexpr std::size_t kTextFileLimit = 1u << 20;

// `limit` in bytes. kNotFound: there is no such file. kPermissionDenied: it is there and not to be
// read, with "PATH: why" as message. Links are followed: whose file it is, is the caller's
// question.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// The pieces, for callers with rules of their own about names and links. Messages without a path.
// The first is to be asked before the open, the second closes nothing.
Status check_regular(const struct stat& found, std::size_t limit);
Result<std::string> read_descriptor(int descriptor, std::size_t limit);

// open(2) flags that go with it: never waits for a writer, never becomes our terminal.
extern const int kReadFlags;

}  // namespace fairlead
