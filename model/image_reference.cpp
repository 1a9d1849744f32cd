#include "model/image_reference.h"

#include <algorithm>
#include <cctype>

namespace fairlead::model {
namespace {

using Failed = std::unexpected<ReferenceError>;

constexpr std::size_t kMostName = 255;
constexpr std::size_t kMostTag = 128;
constexpr std::size_t kLeastHex = 32;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_lower(c) || is_upper(c) || is_decimal(c);
}
bool is_hex(char c) {
  return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// Letters and digits, held together by `.`, `_`, `__` or any number of `-`.
bool is_component(std::string_view text) {
  const auto word = [](char c) { return is_lower(c) || is_decimal(c); };
  if (text.empty() || !word(text.front()) || !word(text.back())) return false;
  for (std::size_t at = 0; at < text.size();) {
    if (word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (!word(text[end]))  // the last character is a word's
      ++end;
    const auto between = text.substr(at, end - at);
    if (between != "." && between != "_" && between != "__" &&
        between.find_first_not_of('-') != std::string_view::npos)
      return false;
    at = end;
  }
  return true;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_decimal);
}

// A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const auto address = text.substr(1, end - 1);
    const auto rest = text.substr(end + 1);
    return std::ranges::all_of(address, [](char c) { return is_hex(c) || c == ':'; }) &&
           (rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1))));
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return false;
  auto name = text.substr(0, colon);
  while (true) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    const bool fine = !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
                      std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; });
    if (!fine || dot == std::string_view::npos) return fine;
    name.remove_prefix(dot + 1);
  }
}

// As Docker tells a host from the first part of a name.
bool names_host(std::string_view first) {
  return first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
         std::ranges::any_of(first, is_upper);
}

// [A-Za-z0-9_][A-Za-z0-9_.-]*, at most 128.
bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kMostTag && (is_alnum(text[0]) || text[0] == '_') &&
         std::ranges::all_of(
             text, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

// algorithm[+._-algorithm…]:hex
bool is_digest(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto hex = text.substr(colon + 1);
  if (hex.size() < kLeastHex || !std::ranges::all_of(hex, is_hex)) return false;
  bool begins = true;
  for (const char c : text.substr(0, colon)) {
    const bool joins = c == '+' || c == '.' || c == '_' || c == '-';
    // A letter after each sign that joins two, and no sign at the end.
    if (begins ? !(is_lower(c) || is_upper(c)) : !(is_alnum(c) || joins)) return false;
    begins = joins;
  }
  const std::string_view algorithm = text.substr(0, colon);
  if (algorithm.empty() || begins) return false;
  const std::size_t length = algorithm == "sha256" ? 64 : algorithm == "sha512" ? 128 : hex.size();
  return hex.size() == length;
}

// `name` with the host, whose length counts; `path` without it, whose letters do.
std::expected<void, ReferenceError> check_name(std::string_view name, std::string_view path) {
  if (name.size() > kMostName)
    return Failed({"the name of the image is longer than 255 characters", ""});
  // Judged in small letters first, so that capitals get a message of their own.
  const std::string small = in_lower_case(path);
  bool fine = true;
  for (std::string_view rest = small; fine;) {
    const auto slash = rest.find('/');
    fine = is_component(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (!fine) return Failed({"not an image reference", ""});
  if (small != path)
    return Failed(
        {"repository names must be lower case", "did you mean `" + in_lower_case(name) + "`?"});
  return {};
}

}  // namespace

const std::string& ImageReference::version() const {
  static const std::string kLatest = "latest";
  if (!digest.empty()) return digest;
  return tag.empty() ? kLatest : tag;
}

std::expected<ImageReference, ReferenceError> parse_image_reference(std::string_view text) {
  if (text.empty()) return Failed({"no image", ""});
  const auto printable = [](unsigned char c) { return c > ' ' && c < 0x7F; };
  if (!std::ranges::all_of(text, printable))
    return Failed({"an image reference has no blanks, control or other such characters", ""});
  // The likeliest mistake, with a message of its own; nothing of it is repeated, for it may hold a
  // password.
  if (text.find("://") != std::string_view::npos)
    return Failed({"an image reference is no URL", "leave out what stands before the host"});
  ImageReference out;
  std::string_view name = text;
  // From the outside in: a digest, then a tag, then a host. A colon is a tag's only behind the last
  // slash, else a port's.
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    out.digest = name.substr(at + 1);
    name = name.substr(0, at);
    if (!is_digest(out.digest))
      return Failed({"not a digest after `@`", "NAME@sha256: and 64 hexadecimal digits"});
  }
  const auto slash = name.rfind('/');
  const auto colon = name.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    out.tag = name.substr(colon + 1);
    name = name.substr(0, colon);
    if (!is_tag(out.tag)) return Failed({"not a tag after `:`", ""});
  }
  std::string_view path = name;
  const auto first = name.substr(0, name.find('/'));
  // Only with a path behind it: `host.example:5000` alone is a name with a tag.
  if (first.size() < name.size() && names_host(first)) {
    if (!is_host(first)) return Failed({"not a registry's host before the first `/`", ""});
    out.registry = first;
    if (out.registry == "index.docker.io") out.registry = "docker.io";
    path.remove_prefix(first.size() + 1);
  }
  if (auto checked = check_name(name, path); !checked) return std::unexpected(checked.error());
  out.repository = name;
  return out;
}

}  // namespace fairlead::model
