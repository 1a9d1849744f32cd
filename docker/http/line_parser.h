// JSON values from a byte stream: the engine's progress and event lines. Private to docker/.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace fairlead::docker {

// One value a line, whatever stands between them (F064).
class LineParser {
 public:
  explicit LineParser(std::function<void(const boost::json::value&)> on_value)
      : on_value_(std::move(on_value)) {}

  // False if a value is too long or is no JSON.
  bool feed(const std::string& bytes);
  bool finish();

 private:
  bool take(std::string_view line);

  std::function<void(const boost::json::value&)> on_value_;
  std::string pending_;
};

}  // namespace fairlead::docker
