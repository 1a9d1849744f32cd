// The target of a request, taken apart. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::api {

struct ParsedTarget {
  // Split at `/` before decoding: the key network/edge arrives as one segment, network%2Fedge.
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order

  // First value of a query key; nullopt if it isn't there.
  std::optional<std::string> parameter(std::string_view key) const;
  std::vector<std::string> parameters(std::string_view key) const;
};

// nullopt: not an absolute path, or a broken percent-encoding. `/` has no segments.
std::optional<ParsedTarget> parse_target(std::string_view text);

}  // namespace fairlead::api
