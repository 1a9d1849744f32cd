// Base64 (RFC 4648), by OpenSSL. For registry logins: what Docker's config.json holds under
// `auths`, and the header that a pull takes them along in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fairlead {

// The URL-safe alphabet, padded: what the engine wants in X-Registry-Auth.
std::string base64url_encode(std::string_view bytes);
// The usual alphabet, padded; nullopt if it is no base64, or empty.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace fairlead
