#include "api/target.h"

#include <charconv>
#include <cstddef>

namespace fairlead::api {
namespace {

// `+` is a space only in queries.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] == '%') {
      unsigned value = 0;
      const auto digits = text.substr(i + 1, 2);
      const auto [end, failed] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (failed != std::errc() || digits.size() != 2 || end != digits.data() + 2) return {};
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

std::optional<std::string> ParsedTarget::parameter(std::string_view key) const {
  for (const auto& [name, value] : query) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::vector<std::string> ParsedTarget::parameters(std::string_view key) const {
  std::vector<std::string> out;
  for (const auto& [name, value] : query) {
    if (name == key) out.push_back(value);
  }
  return out;
}

std::optional<ParsedTarget> parse_target(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  const auto mark = text.find('?');
  const auto path = text.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  ParsedTarget target;
  if (!path.empty()) {
    for (const auto part : split(path, '/')) {
      auto segment = decode(part, false);
      if (!segment) return std::nullopt;
      target.segments.push_back(std::move(*segment));
    }
  }
  if (mark == std::string_view::npos) return target;
  for (const auto part : split(text.substr(mark + 1), '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const bool bare = equals == std::string_view::npos;
    auto key = decode(part.substr(0, equals), true);
    auto value = decode(bare ? std::string_view() : part.substr(equals + 1), true);
    if (!key || !value) return std::nullopt;
    target.query.emplace_back(std::move(*key), std::move(*value));
  }
  return target;
}

}  // namespace fairlead::api
