#include "model/form/to_yaml.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <cstdio>

#include "base/printable.h"

namespace fairlead::model {
namespace {

namespace json = boost::json;

// A word that no YAML version takes for a number, a boolean, null or a structure.
bool is_plain(const std::string& text) {
  // Numbers, dates, signs and "" begin with something else, so only letters are safe.
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  // YAML 1.1's words too, for readers that still take `no` for false.
  static constexpr const char* kReserved[] = {"true", "false", "null", "yes", "no", "on",
                                              "off",  "y",     "n",    "nan", "inf"};
  std::string lower;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) == 0 && c != '_' && c != '-' && c != '.' && c != '/') return false;
    lower += static_cast<char>(std::tolower(u));
  }
  for (const auto* word : kReserved) {
    if (lower == word) return false;
  }
  return true;
}

// A JSON text is a YAML text; what a terminal would act on is escaped besides.
std::string quoted(std::string_view text) {
  return printable(json::serialize(json::string(text)), Escape::kYaml);
}

std::string scalar(const json::value& value) {
  if (value.is_double()) {  // Boost.JSON writes 5E-1
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", value.as_double());
    return text.data();
  }
  if (!value.is_string()) return json::serialize(value);
  const std::string text(value.as_string());
  return is_plain(text) ? text : quoted(text);
}

std::string key_text(const std::string& key) {
  return is_plain(key) ? key : quoted(key);
}

bool is_block(const json::value& value) {
  return (value.is_object() && !value.as_object().empty()) ||
         (value.is_array() && !value.as_array().empty());
}

void append(std::string& out, const json::value& value, std::size_t indent);

void append_members(std::string& out, const json::object& object, std::size_t indent,
                    bool first_in_place) {
  for (const auto& member : object) {
    // Of a map in a list the first member stands behind the dash.
    if (!first_in_place) out.append(indent, ' ');
    first_in_place = false;
    out += key_text(std::string(member.key())) + ":";
    append(out, member.value(), indent);
  }
}

// What stands behind a key: on its line, or in a block beneath it.
void append(std::string& out, const json::value& value, std::size_t indent) {
  if (!is_block(value)) {
    out += " " + scalar(value) + "\n";
    return;
  }
  out += "\n";
  if (value.is_object()) {
    append_members(out, value.as_object(), indent + 2, false);
    return;
  }
  for (const auto& each : value.as_array()) {
    out.append(indent + 2, ' ');
    out += "-";
    if (each.is_object() && !each.as_object().empty()) {
      out += " ";
      append_members(out, each.as_object(), indent + 4, true);
    } else {
      append(out, each, indent + 2);
    }
  }
}

}  // namespace

std::string escape_dollars(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '$') out += '$';
  }
  return out;
}

std::string to_yaml(const json::value& value) {
  std::string out;
  if (value.is_object() && !value.as_object().empty()) {
    append_members(out, value.as_object(), 0, false);
  } else if (value.is_array() && !value.as_array().empty()) {
    for (const auto& each : value.as_array()) {
      out += "-";
      if (each.is_object() && !each.as_object().empty()) {
        out += " ";
        append_members(out, each.as_object(), 2, true);
      } else {
        append(out, each, 0);
      }
    }
  } else {
    out = scalar(value) + "\n";
  }
  return out;
}

}  // namespace fairlead::model
