// Values that came into a manifest from outside: variables of `.env`, of the environment, of files.
// A message names the variable instead; the value may be a secret (F105).
//
//   Masks masks;
//   masks.add("DB_URL", "postgres://shop:s3cret-pw@db/shop");
//   masks.apply("can't reach db: s3cret-pw refused");   // can't reach db: ${DB_URL} refused
//
// Who knows which variable is a secret? Nobody: a manifest does not say. So all are hidden but
// those that can't be one, and what is shown may be hidden for no reason; that costs a person a
// look at the file, and the other way round costs a password. What a mask can't know is a secret
// that was never added: hence hidden_values() (controller/desired/hidden_values.h), the one place
// that adds all that is known about an App, and "not shown, since its manifest has changed" for
// what was made from older values.
//
// Names are not hidden, nor is a text cut here: cut afterwards, for half a secret is known by no
// mask. Passwords in URLs of texts from elsewhere are another matter (base/passwords.h).
//
// Not thread-safe while something is added; shared as const.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace fairlead::model {

class Masks {
 public:
  // Short values (under four bytes), small numbers (up to five digits) and words that stand for a
  // choice (true, none, …) are no secrets, and hiding them would garble messages. White space at
  // the end does not count. Of two variables with one value the first gives the name.
  void add(const std::string& name, std::string_view value);
  void add(const Masks& more);
  // `text` with `${NAME}` for each value in any case, each longer part of one between `:/,=@` and
  // blanks, each piece of a long one, and what it calls a password: messages quote all of these. A
  // value under eight bytes is hidden only where it stands as a word of its own.
  std::string apply(std::string_view text) const;

  // Everything that is hidden, with the name that stands for it; and the masks that hide it. For
  // recordings (controller/pass/codec.h), which are as secret as what they hold.
  std::map<std::string, std::string> values() const { return {names_.begin(), names_.end()}; }
  static Masks of_values(const std::map<std::string, std::string>& names);

 private:
  struct LongerFirst {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    }
  };
  void put(const std::string& name, std::string_view value);

  std::map<std::string, std::string, LongerFirst> names_;  // by value
};

}  // namespace fairlead::model
