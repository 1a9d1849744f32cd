// Passwords that stand in a text for all to see: `user:password@` of a URL or a host, as in texts
// of engines, registries and helper programs. printable.h has what takes them out.
#pragma once

#include <string_view>
#include <vector>

namespace fairlead {

// In the order in which they stand, as parts of `text`, which must outlive them. Behind `://` a
// password reaches to the last `@` before a slash, a blank, a quote or the end; elsewhere brackets
// and `,;` end it too. A digest after `@` makes an image of it, which has none.
std::vector<std::string_view> passwords_in(std::string_view text);

}  // namespace fairlead
