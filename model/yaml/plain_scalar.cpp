#include "model/yaml/plain_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fairlead::model {
namespace {

struct Digits {
  std::string text;
  int base = 10;
};

// 0x1F, 0o17, 0b11 and the old 017.
Digits digits_of(std::string_view text) {
  if (text.starts_with("0x")) return {std::string(text.substr(2)), 16};
  if (text.starts_with("0o")) return {std::string(text.substr(2)), 8};
  if (text.starts_with("0b")) return {std::string(text.substr(2)), 2};
  const bool octal = text.size() > 1 && text[0] == '0';
  return octal ? Digits{std::string(text.substr(1)), 8} : Digits{std::string(text), 10};
}

// As far as 64 bits go; the sign is taken off first, for the digits decide what is a number.
std::optional<std::string> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto [digits, base] = digits_of(text);
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failed] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || failed != std::errc() || stop != end) return std::nullopt;
  return (negative && value != 0 ? "-" : "") + std::to_string(value);
}

// By hand, for from_chars takes `nan` and `inf`, and the beginning of anything.
bool looks_like_float(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  bool digits = false;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at)
    digits = true;
  if (at < text.size() && text[at] == '.') ++at;
  for (; at < text.size() && is_digit(text[at]); ++at)
    digits = true;
  if (!digits) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  return at < text.size() &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_digit);
}

// Go's %v: the shortest text that reads back, with an exponent below 1e-4 and from 1e21.
std::optional<std::string> floating(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc()) return std::nullopt;
  const double size = std::abs(value);
  const auto format = size != 0 && (size < 1e-4 || size >= 1e21) ? std::chars_format::scientific
                                                                 : std::chars_format::fixed;
  std::array<char, 400> buffer{};
  const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
  return std::string(buffer.data(), done.ptr);
}

}  // namespace

std::string text_of(const YamlNode& scalar) {
  const std::string& text = scalar.scalar;
  if (scalar.quoted || text.empty()) return text;
  if (text == "True" || text == "TRUE") return "true";
  if (text == "False" || text == "FALSE") return "false";
  if (auto number = integer(text)) return *number;
  if (auto number = floating(text)) return *number;
  return text;
}

}  // namespace fairlead::model
