// File names and engine texts may hold any bytes. One bad byte makes Prometheus refuse the whole
// page, and JSON parsers the whole reply, so text is cleaned where it leaves.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairlead {
// `text` with each byte that is not part of well-formed UTF-8 replaced by U+FFFD. Control
// characters stay: printable.h escapes those.
std::string valid_utf8(std::string_view text);

// Where `text` stops being well-formed UTF-8 (no overlong forms, no surrogates); npos if nowhere.
std::size_t find_invalid_utf8(std::string_view text);
}  // namespace fairlead
