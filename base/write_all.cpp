#include "base/write_all.h"

#include <unistd.h>

#include <cerrno>

namespace fairlead {

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    // 0 for a write of some bytes is nothing that would get better.
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace fairlead
