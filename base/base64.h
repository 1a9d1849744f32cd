// Base64 (RFC 4648), by OpenSSL. For registry logins: what Docker's config.json holds under
// `auths`, and the header that a pull takes them along in. Pure; any thread.
//
// The two are not each other's inverse: what is sent to the engine has the URL-safe alphabet, and
// what is read was written by `docker login` in the usual one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fairlead {

// The URL-safe alphabet, padded: what the engine wants in X-Registry-Auth (Engine API,
// "Authentication"). An empty text is "".
std::string base64url_encode(std::string_view bytes);
// The usual alphabet, padded. nullopt if it is no base64, its padding is missing, or it is empty.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace fairlead
