#include "base/printable.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace fairlead {
namespace {

// The first character of well-formed UTF-8, and how many bytes it has.
struct Character {
  std::uint32_t code;
  std::size_t bytes;
};
Character first_of(std::string_view text) {
  const auto byte = [text](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
  };
  const auto lead = byte(0);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code = bytes == 1 ? lead : lead & (0x7Fu >> bytes);
  for (std::size_t at = 1; at < bytes; ++at)
    code = code << 6 | (byte(at) & 0x3F);
  return {code, bytes};
}

struct Range {
  std::uint32_t first, last;
};
// What a terminal obeys, or what is there and can't be seen: Unicode's categories Cc and the parts
// of Cf that turn or hide text, with the separators of lines and paragraphs.
constexpr Range kUnfit[] = {{0x00, 0x1F},         // C0
                            {0x7F, 0x9F},         // DEL, C1
                            {0x61C, 0x61C},       // Arabic letter mark
                            {0x180E, 0x180E},     // no width
                            {0x200B, 0x200F},     // no width; marks of direction
                            {0x2028, 0x202E},     // separators of lines; embeddings and overrides
                            {0x2060, 0x206F},     // no width; isolates
                            {0xFEFF, 0xFEFF},     // byte order mark
                            {0xFFF9, 0xFFFB},     // annotations
                            {0xE0000, 0xE007F}};  // tags

bool is_unfit(std::uint32_t code) {
  return std::ranges::any_of(
      kUnfit, [code](const Range& each) { return code >= each.first && code <= each.last; });
}

void put_hex(std::string& out, char letter, std::uint32_t code, int digits) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '\\';
  out += letter;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out += kHex[code >> shift & 0xF];
}

// The escapes of JSON, which YAML and people read too.
void put_escaped(std::string& out, std::uint32_t code, Escape style) {
  if (code == '\n') {
    out += "\\n";
  } else if (code == '\t') {
    out += "\\t";
  } else if (code == '\r') {
    out += "\\r";
  } else if (code <= 0xFFFF) {
    put_hex(out, 'u', code, 4);
  } else if (style == Escape::kYaml) {
    put_hex(out, 'U', code, 8);
  } else {
    // A pair of surrogates, as JSON has it.
    put_hex(out, 'u', 0xD800 + ((code - 0x10000) >> 10), 4);
    put_hex(out, 'u', 0xDC00 + ((code - 0x10000) & 0x3FF), 4);
  }
}

}  // namespace

std::string printable(std::string_view text, Escape style) {
  const bool serialised = style == Escape::kJson || style == Escape::kYaml;
  // First: what follows counts on well-formed characters.
  const std::string clean = valid_utf8(text);
  std::string out;
  out.reserve(clean.size());
  for (std::string_view rest = clean; !rest.empty();) {
    const auto [code, bytes] = first_of(rest);
    if (style == Escape::kQuoted && (code == '"' || code == '\\')) {
      out += '\\';
      out += static_cast<char>(code);
    } else if (is_unfit(code) && !(serialised && code == '\n')) {
      put_escaped(out, code, style);
    } else {
      out += rest.substr(0, bytes);
    }
    rest.remove_prefix(bytes);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  // Back to where a character begins.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string(text.substr(0, end)) + "… (" + std::to_string(text.size()) + " bytes)";
}

}  // namespace fairlead
