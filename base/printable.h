// Text from outside (file names, keys and values of manifests, what engines and commands say), made
// fit to be shown. The one place for it: whatever writes to a terminal, a log or a file of rows
// goes through here, so that no text forges a row, moves a cursor or turns the reading direction
// (F114). Secrets are another matter: model/masks.h, and passwords below.
//
// Done where text leaves, not where it comes in: what is compared with the engine or sent to it
// must stay as it is, and a text that was escaped twice is wrong. Who leaves: base/log.cpp,
// api/json.cpp, cmd/fairlead/print.cpp, model/form/to_yaml.cpp, and diagnostics. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fairlead {

// Where the text will stand.
enum class Escape {
  kLine,    // one line for people: \n, \t, \u001b
  kQuoted,  // the same between double quotes: \" and \\ besides
  kJson,    // serialised JSON, in which ASCII is escaped already: \u202e, pairs above U+FFFF
  kYaml,    // the same for YAML, which knows no pairs: \U000e0001
};

// Escapes control characters (C0, DEL, C1), what changes the direction of text or has no width, and
// line and paragraph separators; bytes that are no UTF-8 become U+FFFD. Letters of all scripts
// stay: a name is to be read by those who gave it.
//
// For the serialised styles line feeds stay, since those in strings are escaped by the serialiser
// already, and what is left is layout. kLine leaves a backslash as it is: what is shown can't be
// turned back into what was given, and need not be.
std::string printable(std::string_view text, Escape style = Escape::kLine);

// `user:***@` for every `user:password@` of a URL or a host in `text`. A digest after `@` is none.
// Before printable(), which may put a backslash into what is looked for; passwords.h says how one
// is known.
std::string without_passwords(std::string_view text);

// For messages: at most `most` bytes, cut between characters; what is cut is said: "… (N bytes)",
// which comes on top of `most`. `text` is UTF-8.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace fairlead
