// Described values (values.h) as JSON and back, by the types of their members. Private to pass/.
//
// What from_json() is given comes from a file: it throws std::invalid_argument with the path of
// what is missing or of another kind, and ignores what it does not know.
//
//   type                        as JSON
//   described types             an object, by the names in values.h
//   maps, sets and vectors      objects and arrays; keys of maps are texts
//   enums                       their number: a renamed word is no other value
//   times and durations         nanoseconds
//   optional, shared_ptr        null, or what they hold
//   boost::json values          as they are: settings keep Compose's form
//
// Templates, since one codec for all of them can't forget a type as forty pairs of functions would.
// What it can't do does not compile. Depth is that of the types, so a recording from elsewhere
// can't make it recurse further than that.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "base/enum_text.h"
#include "controller/pass/values.h"

namespace fairlead::controller::codec {

namespace json = boost::json;

// Calls below are qualified: others have a to_json of their own for some of these types.

template <typename T>
concept Described = boost::describe::has_describe_members<T>::value;

template <typename T>
concept Listed = requires(T list) {
  list.begin();
  list.insert(list.end(), typename T::value_type{});
} && !std::same_as<T, std::string>;

template <typename T>
concept Mapped = Listed<T> && requires { typename T::mapped_type; };

[[noreturn]] inline void refuse(const std::string& path, const char* wanted) {
  throw std::invalid_argument(path + " is no " + wanted);
}

// By the kind of T, in the order of the branches: an optional has a value_type too, and a text is a
// list of characters to whoever asks too late.
template <typename T>
json::value to_json(const T& value);

template <typename T>
json::value pointee_to_json(const std::shared_ptr<T>& value) {
  return value == nullptr ? json::value() : codec::to_json(*value);
}
// What they hold is no value: a secret's content never gets into a recording, and a seam can't.
inline json::value pointee_to_json(const std::shared_ptr<const std::string>& value) {
  return value == nullptr ? json::value() : json::value("");
}
inline json::value pointee_to_json(const std::shared_ptr<const model::HostFiles>&) {
  return {};
}

template <typename T>
json::value to_json(const T& value) {
  if constexpr (std::same_as<T, json::value> || std::same_as<T, json::object> ||
                std::is_integral_v<T>) {
    return value;
  } else if constexpr (std::same_as<T, std::string>) {
    return json::string(value);
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::same_as<T, model::Masks>) {
    return codec::to_json(value.values());
  } else if constexpr (std::same_as<T, docker::Labels>) {
    return codec::to_json(value.map());
  } else if constexpr (requires { value.time_since_epoch(); }) {
    return codec::to_json(value.time_since_epoch());
  } else if constexpr (requires {
                         value.count();
                         typename T::rep;
                       }) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(value).count();
  } else if constexpr (requires { value.has_value(); }) {
    return value ? codec::to_json(*value) : json::value();
  } else if constexpr (requires { value.use_count(); }) {
    return pointee_to_json(value);
  } else if constexpr (Mapped<T>) {
    json::object out;
    for (const auto& [key, each] : value)
      out[key] = codec::to_json(each);
    return out;
  } else if constexpr (Listed<T>) {
    json::array out;
    for (const auto& each : value)
      out.push_back(codec::to_json(each));
    return out;
  } else {
    static_assert(Described<T> && complete<T>, "name all members in values.h");
    json::object out;
    boost::mp11::mp_for_each<MembersOf<T>>(
        [&](auto member) { out[member.name] = codec::to_json(value.*member.pointer); });
    return out;
  }
}

template <typename T>
void from_json(const json::value& from, T& value, const std::string& path);

// A seam can't be read: a replay has no host to look at, and judges paths by their text.
template <typename T>
void pointee_from_json(const json::value& from, std::shared_ptr<const T>& value,
                       const std::string& path) {
  if (from.is_null()) return;
  if constexpr (std::is_abstract_v<T>) {
    refuse(path, "value");
  } else {
    T made;
    codec::from_json(from, made, path);
    value = std::make_shared<const T>(std::move(made));
  }
}

// Every member must be there: a default in place of a missing one would be a guess at what was
// decided from.
template <typename T>
void members_from_json(const json::value& from, T& value, const std::string& path) {
  static_assert(Described<T> && complete<T>, "name all members in values.h");
  if (!from.is_object()) refuse(path, "object");
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
    const auto* found = from.get_object().if_contains(member.name);
    const std::string name = path.empty() ? member.name : path + "." + member.name;
    if (found == nullptr) throw std::invalid_argument(name + " is missing");
    codec::from_json(*found, value.*member.pointer, name);
  });
}

inline std::map<std::string, std::string> texts_from_json(const json::value& from,
                                                          const std::string& path) {
  std::map<std::string, std::string> texts;
  codec::from_json(from, texts, path);
  return texts;
}

template <typename T>
void from_json(const json::value& from, T& value, const std::string& path) {
  if constexpr (std::same_as<T, json::value>) {
    value = from;
  } else if constexpr (std::same_as<T, json::object>) {
    if (!from.is_object()) refuse(path, "object");
    value = from.get_object();
  } else if constexpr (std::same_as<T, bool>) {
    if (!from.is_bool()) refuse(path, "true or false");
    value = from.get_bool();
  } else if constexpr (std::same_as<T, std::string>) {
    if (!from.is_string()) refuse(path, "text");
    value = from.get_string();
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number{};
    codec::from_json(from, number, path);
    if (number < 0 || static_cast<std::size_t>(number) >= enum_count<T>())
      refuse(path, "known choice");
    value = static_cast<T>(number);
  } else if constexpr (std::is_integral_v<T>) {
    boost::system::error_code failed;
    value = from.to_number<T>(failed);
    if (failed) refuse(path, "number that fits");
  } else if constexpr (std::same_as<T, docker::Labels>) {
    value = codec::texts_from_json(from, path);
  } else if constexpr (std::same_as<T, model::Masks>) {
    value = model::Masks::of_values(codec::texts_from_json(from, path));
  } else if constexpr (requires { value.time_since_epoch(); }) {
    typename T::duration since{};
    codec::from_json(from, since, path);
    value = T(since);
  } else if constexpr (requires {
                         value.count();
                         typename T::rep;
                       }) {
    std::int64_t count = 0;
    codec::from_json(from, count, path);
    value = std::chrono::duration_cast<T>(std::chrono::nanoseconds(count));
  } else if constexpr (requires { value.has_value(); }) {
    if (from.is_null()) return;
    codec::from_json(from, value.emplace(), path);
  } else if constexpr (requires { value.use_count(); }) {
    pointee_from_json(from, value, path);
  } else if constexpr (Mapped<T>) {
    if (!from.is_object()) refuse(path, "object");
    for (const auto& each : from.get_object())
      codec::from_json(each.value(), value[std::string(each.key())],
                       path + "." + std::string(each.key()));
  } else if constexpr (Listed<T>) {
    if (!from.is_array()) refuse(path, "list");
    for (const auto& each : from.get_array()) {
      typename T::value_type made{};
      codec::from_json(each, made, path + "[]");
      value.insert(value.end(), std::move(made));
    }
  } else {
    members_from_json(from, value, path);
  }
}

}  // namespace fairlead::controller::codec
