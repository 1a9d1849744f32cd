// File names and engine texts may hold any bytes. One bad byte makes Prometheus refuse the whole
// page, and JSON parsers the whole reply, so text is cleaned where it leaves: metrics by
// valid_utf8(), all else by printable() (printable.h), which begins with it.
//
// A manifest that is no UTF-8 is refused where it comes in, with its place (model/yaml/): it is the
// one text that somebody can mend. Pure; any thread; linear in the length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairlead {
// `text` with each byte that is not part of well-formed UTF-8 replaced by U+FFFD, one for each
// byte, so what was cut in the middle of a character stays recognisable. Control characters stay:
// printable.h escapes those.
std::string valid_utf8(std::string_view text);

// Where `text` stops being well-formed UTF-8 (Unicode, table 3-7: no overlong forms, no surrogates,
// nothing above U+10FFFF); npos if nowhere. An offset in bytes.
std::size_t find_invalid_utf8(std::string_view text);
}  // namespace fairlead
