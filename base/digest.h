// SHA-256 as lower-case hexadecimal (OpenSSL). Content comparison and spec hashes.
#pragma once

#include <string>
#include <string_view>

namespace fairlead {
std::string sha256_hex(std::string_view bytes);
}  // namespace fairlead
