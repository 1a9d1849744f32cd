// `$NAME` and `${NAME…}` in the texts of a manifest, as Compose replaces them.
//
// Grammar, as in Compose: `$$` is a dollar sign; `$NAME`, `${NAME}`; `${NAME` followed by one of
// `:-` `-` (text if unset or empty, if unset), `:+` `+` (text if set and not empty, if set), `:?`
// `?` (an error with that text), then `}`. The text may hold further expressions and balanced
// braces, and is only looked at when it is used. A dollar sign before anything else stays one.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::model {

// The value of a variable, or nullptr if it is not set. The pointer is used before the next call.
using Lookup = std::function<const std::string*(const std::string& name)>;

struct Interpolated {
  std::string text;
  std::vector<std::string> unset;  // replaced by nothing: no value and no default
};

inline constexpr int kMaxInterpolationDepth = 32;
inline constexpr std::size_t kMaxInterpolatedBytes = 1 << 20;

// The error is a sentence without position: a malformed expression, a required variable that is
// missing, or more than the two limits allow.
std::expected<Interpolated, std::string> interpolate(std::string_view text, const Lookup& lookup);

}  // namespace fairlead::model
