// Passwords that stand in a text for all to see: `user:password@` of a URL or a host.
#pragma once

#include <string_view>
#include <vector>

namespace fairlead {

// In the order in which they stand, as parts of `text`. Behind `://` a password reaches to the last
// `@` before a slash, a blank, a quote or the end; elsewhere brackets and `,;` end it too. A digest
// after `@` makes an image of it, which has none.
std::vector<std::string_view> passwords_in(std::string_view text);

}  // namespace fairlead
