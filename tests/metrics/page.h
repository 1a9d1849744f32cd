// A rendered page, read the way Prometheus reads it: one value per series.
#pragma once

#include <map>
#include <optional>
#include <sstream>
#include <string>

namespace fairlead::test {

class Page {
 public:
  explicit Page(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("#") || line.empty()) continue;
      const auto space = line.rfind(' ');
      const bool news =
          values_.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second;
      if (!news) twice_ += line + "\n";
    }
  }

  std::optional<double> value(const std::string& series) const {
    const auto found = values_.find(series);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }
  // Series that stand there more than once: Prometheus refuses such a page.
  const std::string& twice() const { return twice_; }

 private:
  std::map<std::string, double> values_;
  std::string twice_;
};

}  // namespace fairlead::test
