// Private to model/: JSON built from what is declared. It knows no type of the model: how those are
// spelled is the business of each form.
//
// The rule of all of them but put(): an empty text, list or map, and false, are "not declared" and
// leave no trace. So `maybe` is for what is optional and may be declared as 0 or empty, `text`,
// `list`, `map` and `flag` for what can't be declared as nothing. Whoever puts a new member into a
// spec hash by put() changes every hash there is (canonical.h).
//
//   json::object out = Writer{}.put("target", 80).text("published", port.published).out;
//
// The order of calls is the order of keys where a person reads it (compose_json.h); hashes sort.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/app.h"

namespace fairlead::model {

inline boost::json::object to_object(const StringMap& map) {
  boost::json::object out;
  for (const auto& [key, value] : map)
    out[key] = value;
  return out;
}

inline boost::json::array to_array(const std::vector<std::string>& list) {
  boost::json::array out;
  for (const auto& each : list)
    out.push_back(boost::json::string(each));
  return out;
}

// Puts what is declared, leaves out what is not: an added key of a later version changes no hash.
// Keys are literals, or outlive the call; a key that is put twice has its last value.
struct Writer {
  boost::json::object out{};

  template <typename T>
  Writer& put(const char* key, const T& value) {
    out[key] = value;
    return *this;
  }
  template <typename T>
  Writer& maybe(const char* key, const std::optional<T>& value) {
    if (value) out[key] = *value;
    return *this;
  }
  Writer& text(const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
    return *this;
  }
  Writer& map(const char* key, const StringMap& value) {
    if (!value.empty()) out[key] = to_object(value);
    return *this;
  }
  Writer& list(const char* key, const std::vector<std::string>& value) {
    if (!value.empty()) out[key] = to_array(value);
    return *this;
  }
  Writer& flag(const char* key, bool value) {
    if (value) out[key] = true;
    return *this;
  }
  Writer& array(const char* key, boost::json::array value) {
    if (!value.empty()) out[key] = std::move(value);
    return *this;
  }
  // Of a command: declared and empty is something else than not declared, since it clears the
  // image's.
  Writer& words(const char* key, const std::optional<std::vector<std::string>>& value) {
    if (value) out[key] = to_array(*value);
    return *this;
  }
};

}  // namespace fairlead::model
