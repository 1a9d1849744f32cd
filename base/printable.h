// Text from outside (file names, keys and values of manifests, what engines and commands say), made
// fit to be shown. The one place for it: whatever writes to a terminal, a log or a file of rows
// goes through here, so that no text forges a row, moves a cursor or turns the reading direction
// (F114). Secrets are another matter: model/masks.h, and passwords below.
#pragma once

#include <string>
#include <string_view>

namespace fairlead {

enum class Escape {
  kLine,    // one line for people: \n, \t, \u001b
  kQuoted,  // the same between double quotes: \" and \\ besides
  kJson,    // serialised JSON, in which ASCII is escaped already: \u202e, pairs above U+FFFF
  kYaml,    // the same for YAML, which knows no pairs: \U000e0001
};

// Escapes control characters (C0, DEL, C1), what changes the direction of text or has no width, and
// line and paragraph separators; bytes that are no UTF-8 become U+FFFD.
std::string printable(std::string_view text, Escape style = Escape::kLine);

// `user:***@` for every `user:password@` of a URL or a host in `text`. A digest after `@` is none.
std::string without_passwords(std::string_view text);

// For messages: at most `most` bytes, cut between characters; what is cut is said.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace fairlead
