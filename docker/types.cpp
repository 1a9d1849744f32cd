#include "docker/types.h"

#include <charconv>

namespace fairlead::docker {

bool api_at_least(const std::string& api_version, int major, int minor) {
  int has_major = 0;
  int has_minor = 0;
  const char* end = api_version.data() + api_version.size();
  const auto [dot, failed] = std::from_chars(api_version.data(), end, has_major);
  if (failed != std::errc() || dot == end) return false;
  if (std::from_chars(dot + 1, end, has_minor).ec != std::errc()) return false;
  return has_major != major ? has_major > major : has_minor >= minor;
}

}  // namespace fairlead::docker
