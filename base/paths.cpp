#include "base/paths.h"

#include <algorithm>
#include <vector>

namespace fairlead {

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto step = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (step == "..") {
      if (!steps.empty()) steps.pop_back();
    } else if (!step.empty() && step != ".") {
      steps.push_back(step);
    }
  }
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
