// `$NAME` and `${NAME…}` in the texts of a manifest, as Compose replaces them.
//
// Grammar, as in Compose: `$$` is a dollar sign; `$NAME`, `${NAME}`; `${NAME` followed by one of
// `:-` `-` (text if unset or empty, if unset), `:+` `+` (text if set and not empty, if set), `:?`
// `?` (an error with that text), then `}`. The text may hold further expressions and balanced
// braces, and is only looked at when it is used. A dollar sign before anything else stays one.
//
//   expression          A unset    A=""    A=x
//   $A, ${A}            "" (told)  ""      x
//   ${A-d}              d          ""      x
//   ${A:-d}             d          d       x
//   ${A+t}, ${A:+t}     "", ""     t, ""   t, t
//   ${A:?why}           an error   error   x
//   ${A:-${B:-d}}       B, else d  alike   x
//
// Values are put in as they are and not looked at again, so a variable can't smuggle in an
// expression; and it is done to the texts of the tree, after YAML was read, so it can't smuggle in
// structure either: a value with a newline and `privileged: true` in it is a text. What was
// interpolated is a text from then on, whatever it looks like (load.cpp). Keys of maps are not
// interpolated.
//
// Who prints a resolved manifest doubles its dollars (escape_dollars() in form/to_yaml.h).
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::model {

// The value of a variable, or nullptr if it is not set. The pointer is used before the next call.
using Lookup = std::function<const std::string*(const std::string& name)>;

// `unset`: one entry for each place, in order. That is no error, as with Compose; the caller warns.
struct Interpolated {
  std::string text;
  std::vector<std::string> unset;  // replaced by nothing: no value and no default
};

// Of expressions within each other, and of one result. A few variables that name each other by
// defaults could otherwise write gigabytes; the loader bounds the sum over a file besides.
inline constexpr int kMaxInterpolationDepth = 32;
inline constexpr std::size_t kMaxInterpolatedBytes = 1 << 20;

// The error is a sentence without position: a malformed expression, a required variable that is
// missing, or more than the two limits allow.
std::expected<Interpolated, std::string> interpolate(std::string_view text, const Lookup& lookup);

}  // namespace fairlead::model
