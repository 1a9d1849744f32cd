#include "model/sources.h"

#include <vector>

namespace fairlead::model {

std::optional<std::string> path_beneath(std::string_view folder, std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.starts_with('~')) return std::nullopt;
  std::vector<std::string_view> steps;
  for (std::string_view rest : {folder, path}) {
    while (!rest.empty()) {
      const auto slash = std::min(rest.find('/'), rest.size());
      const auto step = rest.substr(0, slash);
      rest.remove_prefix(std::min(slash + 1, rest.size()));
      if (step == "..") {
        if (steps.empty()) return std::nullopt;
        steps.pop_back();
      } else if (!step.empty() && step != ".") {
        steps.push_back(step);
      }
    }
  }
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
