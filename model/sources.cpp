#include "model/sources.h"

#include <vector>

#include "base/paths.h"

namespace fairlead::model {

std::optional<std::string> path_beneath(std::string_view folder, std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.starts_with('~')) return std::nullopt;
  std::vector<std::string_view> steps;
  // `..` goes up within the directory; walk() fails where it would lead out of it.
  if (!walk(steps, folder) || !walk(steps, path)) return std::nullopt;
  std::string out;
  for (const auto step : steps) {
    if (!out.empty()) out += '/';
    out += step;
  }
  return out;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace fairlead::model
