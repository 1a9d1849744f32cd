// Values that came into a manifest from outside: variables of `.env`, of the environment, of files.
// A message names the variable instead; the value may be a secret.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace fairlead::model {

class Masks {
 public:
  // Short values, small numbers and words that stand for a choice (true, none, …) are no secrets,
  // and hiding them would garble messages.
  void add(const std::string& name, std::string_view value);
  void add(const Masks& more);
  // `text` with `${NAME}` for each value in any case, each longer part of one between `:/,=@` and
  // blanks, each piece of a long one, and what it calls a password: messages quote all of these.
  std::string apply(std::string_view text) const;

  // Everything that is hidden, with the name that stands for it; and the masks that hide it.
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
