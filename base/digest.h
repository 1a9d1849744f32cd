// SHA-256 as lower-case hexadecimal (OpenSSL). Content comparison and spec hashes.
#pragma once

#include <string>
#include <string_view>

namespace fairlead {
std::string sha256_hex(std::string_view bytes);
// HMAC with SHA-256: tells nothing of `bytes` to who does not have the key.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
}  // namespace fairlead
