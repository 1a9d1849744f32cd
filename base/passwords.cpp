#include "base/passwords.h"

#include <algorithm>
#include <cctype>

#include "base/printable.h"

namespace fairlead {
namespace {

// Of a URL only what can't stand in one ends it; a bare word ends sooner, for it may stand in a
// sentence: "(u:p@host)".
bool ends_url(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("\"'`").find(c) != std::string_view::npos;
}
bool ends_word(char c) {
  return ends_url(c) || std::string_view("(),;<>{}").find(c) != std::string_view::npos;
}

// NAME:TAG@ALGORITHM:HEX names an image, not somebody at a host.
bool is_digest(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::size_t digits = 0;
  for (const char c : text.substr(colon + 1)) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) break;
    ++digits;
  }
  // As the grammar of image references has it: 32 at least.
  return digits >= 32;
}

// Behind the `://` that the `@` at `at` belongs to, not before `from`; npos if there is none.
std::size_t authority(std::string_view text, std::size_t from, std::size_t at) {
  auto begin = at;
  while (begin > from && text[begin - 1] != '/' && !ends_url(text[begin - 1]))
    --begin;
  const bool url = begin >= from + 3 && text.substr(begin - 3, 3) == "://";
  return url ? begin : std::string_view::npos;
}

// Where the word begins that ends at `at`, behind its scheme.
std::size_t word_before(std::string_view text, std::size_t from, std::size_t at) {
  auto begin = at;
  while (begin > from && !ends_word(text[begin - 1]))
    --begin;
  const auto scheme = text.substr(begin, at - begin).find("://");
  return scheme == std::string_view::npos ? begin : begin + scheme + 3;
}

}  // namespace

// From `@` to `@`: each is looked at from behind, since a password is what stands before it. `done`
// is where the one before has ended, so that no part of the text counts twice.
std::vector<std::string_view> passwords_in(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t done = 0;
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const auto url = authority(text, done, at);
    const bool known = url != std::string_view::npos;
    // The password may hold one too: the last before the host ends it.
    for (auto more = at + 1; more < text.size() && text[more] != '/' &&
                             !(known ? ends_url(text[more]) : ends_word(text[more]));
         ++more)
      if (text[more] == '@') at = more;
    const auto begin = known ? url : word_before(text, done, at);
    done = at;
    const auto word = text.substr(begin, at - begin);
    const auto colon = word.find(':');
    if (colon != std::string_view::npos && colon + 1 < word.size() &&
        !is_digest(text.substr(at + 1)))
      out.push_back(word.substr(colon + 1));
  }
  return out;
}

std::string without_passwords(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (const auto each : passwords_in(text)) {
    const auto at = static_cast<std::size_t>(each.data() - text.data());
    out.append(text.substr(done, at - done)).append("***");
    done = at + each.size();
  }
  return out.append(text.substr(done));
}

}  // namespace fairlead
