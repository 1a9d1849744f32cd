// Percent-encoding of what goes into a path or query (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace fairlead {

// All but the unreserved characters is encoded, slashes too.
std::string percent(std::string_view text);

}  // namespace fairlead
