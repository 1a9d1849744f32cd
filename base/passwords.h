// Passwords that stand in a text for all to see: `user:password@` of a URL or a host, as in texts
// of engines, registries and helper programs. printable.h has what takes them out; this is for
// masks (model/masks.h), which must also know the words to hide them elsewhere.
//
// A guess by form, for texts that nobody can know beforehand: "dial tcp: lookup u:p@host". What is
// known to be secret is masked by its value, which is certain. Where the two disagree it is better
// to hide a harmless word than to show a password. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

namespace fairlead {

// In the order in which they stand, as parts of `text`, which must outlive them; none of them is
// empty. Behind `://` a password reaches to the last `@` before a slash, a blank, a quote or the
// end, for a password may hold `@` and `:` itself; elsewhere brackets and `,;` end it too. A digest
// after `@` (NAME:TAG@sha256:…) makes an image of it, which has none.
std::vector<std::string_view> passwords_in(std::string_view text);

}  // namespace fairlead
