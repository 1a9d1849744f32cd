// What the queue counts and the back-off remembers: an App, a shared network, or the engine itself.
// Strong types, since the names are the manifests' to choose: an App may be called `engine`.
//
// As text a key is what people type (`fairlead reconcile shop`), what maps are keyed by, and the
// value of the app label. The queue and the back-off take the strong type, so that nothing but an
// App or a network is ever queued and the engine's own back-off can't be an App's.
//
//   Key                    text           is
//   {kApp, "shop"}         shop           an App, by its name
//   {kNetwork, "edge"}     network/edge   a `kind: Network`
//   {kEngine, ""}          none           the link to the engine, for its back-off
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

// A shared network's, as text: also the value of the app label on its object.
std::string network_key(const std::string& name);
// As in the app label, in stores and in status: `shop`, or `network/edge`. An App's name holds no
// slash (model/manifest.cpp), so that no text is two keys. The text may come from the label of
// somebody's container: any text is some key, and none is the engine's.
Key key_from(const std::string& text);
// The text that key_from() reads back. Not of the engine's, which is asserted.
std::string to_string(const Key& key);

}  // namespace fairlead::controller
