// SHA-256 as 64 lower-case hexadecimal digits (OpenSSL). For comparing contents and for spec
// hashes: their values stand in labels of users' containers, so the algorithm is part of the hash
// version (model/form/canonical.h).
#pragma once

#include <string>
#include <string_view>

namespace fairlead {
std::string sha256_hex(std::string_view bytes);
// HMAC with SHA-256: tells nothing of `bytes` to who does not have the key. Of configs and secrets,
// whose plain hash in a label could be guessed by trying (F105).
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
}  // namespace fairlead
