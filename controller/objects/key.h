// What the queue counts and the back-off remembers: an App, a shared network, or the engine itself.
// Strong types, since the names are the manifests' to choose: an App may be called `engine`.
#pragma once

#include <compare>
#include <string>

namespace fairlead::controller {

struct Key {
  enum class Kind { kApp, kNetwork, kEngine };
  Kind kind = Kind::kApp;
  std::string name;  // empty for the engine
  friend auto operator<=>(const Key&, const Key&) = default;
};

inline Key app_key(std::string name) {
  return {Key::Kind::kApp, std::move(name)};
}
// There is one engine, and no text stands for it.
inline Key engine_key() {
  return {Key::Kind::kEngine, {}};
}

// As in the app label, in stores and in status: `shop`, or `network/edge`. An App's name holds no
// slash (model/manifest.cpp), so that no text is two keys.
// A shared network's, as text: also the value of the app label on its object.
std::string network_key(const std::string& name);
Key key_from(const std::string& text);
std::string to_string(const Key& key);

}  // namespace fairlead::controller
