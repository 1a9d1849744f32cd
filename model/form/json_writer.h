// Private to model/: JSON built from what is declared. It knows no type of the model: how those are
// spelled is the business of each form.
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
  Writer& words(const char* key, const std::optional<std::vector<std::string>>& value) {
    if (value) out[key] = to_array(*value);
    return *this;
  }
};

}  // namespace fairlead::model
