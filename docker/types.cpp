#include "docker/types.h"

#include <algorithm>
#include <charconv>

namespace fairlead::docker {

// By numbers: as texts "1.9" is above "1.41".
bool api_at_least(const std::string& api_version, int major, int minor) {
  int has_major = 0;
  int has_minor = 0;
  const char* end = api_version.data() + api_version.size();
  const auto [dot, failed] = std::from_chars(api_version.data(), end, has_major);
  if (failed != std::errc() || dot == end) return false;
  if (std::from_chars(dot + 1, end, has_minor).ec != std::errc()) return false;
  return has_major != major ? has_major > major : has_minor >= minor;
}

bool anonymous(const MountedVolume& volume) {
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return volume.name.size() == 64 && std::ranges::all_of(volume.name, hexadecimal);
}

}  // namespace fairlead::docker
