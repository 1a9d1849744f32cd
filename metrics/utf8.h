// File names and engine texts may hold any bytes. One bad byte makes Prometheus refuse the whole
// page, and JSON parsers the whole reply, so text is cleaned where it leaves.
#pragma once

#include <string>
#include <string_view>

namespace fairlead::metrics {
// `text` with each byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);
}  // namespace fairlead::metrics
