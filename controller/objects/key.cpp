#include "controller/objects/key.h"

#include <string_view>

#include "base/assert.h"

namespace fairlead::controller {
namespace {

constexpr std::string_view kNetworkPrefix = "network/";

}  // namespace

Key key_from(const std::string& text) {
  if (text.starts_with(kNetworkPrefix))
    return {Key::Kind::kNetwork, text.substr(kNetworkPrefix.size())};
  return app_key(text);
}

std::string to_string(const Key& key) {
  FL_ASSERT(key.kind != Key::Kind::kEngine);
  return key.kind == Key::Kind::kApp ? key.name : std::string(kNetworkPrefix) + key.name;
}

std::string network_key(const std::string& name) {
  return "network/" + name;
}

}  // namespace fairlead::controller
