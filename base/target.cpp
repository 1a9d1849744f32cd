#include "base/target.h"

#include <algorithm>

namespace fairlead {
namespace {

// All but the unreserved characters is encoded, slashes too.
std::string percent(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 0xF];
    }
  }
  return out;
}

}  // namespace

Target& Target::add(std::string_view segment) {
  valid_ = valid_ && !segment.empty() && segment != "." && segment != "..";
  path_ += "/" + percent(segment);
  return *this;
}

Target& Target::add_path(std::string_view name) {
  while (true) {
    const auto slash = name.find('/');
    add(name.substr(0, slash));
    if (slash == std::string_view::npos) return *this;
    name.remove_prefix(slash + 1);
  }
}

Target Target::with(std::string_view key, std::string_view value) const {
  Target more = *this;
  more.query_ += (query_.empty() ? "?" : "&") + percent(key) + "=" + percent(value);
  return more;
}

Target Target::under(std::string_view first) const {
  Target whole = of(first);
  whole.path_ += path_;
  whole.query_ = query_;
  whole.valid_ = whole.valid_ && valid_;
  return whole;
}

bool is_one_word(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace fairlead
