#include "base/paths.h"

#include <algorithm>

namespace fairlead {

bool walk(std::vector<std::string_view>& steps, std::string_view path) {
  bool inside = true;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto step = path.substr(0, slash);
    // With the slash, where there is one.
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (step.empty() || step == ".") continue;
    if (step != "..") {
      steps.push_back(step);
    } else if (steps.empty()) {
      // Above the root is the root, as for the kernel and Go's path.Clean; whoever forbids it is
      // told.
      inside = false;
    } else {
      steps.pop_back();
    }
  }
  return inside;
}

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> steps;
  walk(steps, path);
  std::string out;
  for (const auto step : steps)
    out.append("/").append(step);
  return out.empty() ? "/" : out;
}

bool beneath(std::string_view path, std::string_view top) {
  if (top == "/" || path == top) return true;
  return path.starts_with(top) && path.substr(top.size()).starts_with('/');
}

}  // namespace fairlead
