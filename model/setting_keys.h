// The service keys that Fairlead hands on without a meaning of its own: all that model/ knows of
// each, in one table. It stands in decode/settings.cpp, among its readers. Where a key goes in an
// engine request is in controller/request/settings.cpp, how the engine treats the field there in
// docker/container_fields.cpp; a test holds the three against each other.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string_view>

namespace fairlead::model {

struct Field;
struct Reader;

struct SettingKey {
  std::string_view name;  // Compose's
  // The value as it is kept in Service::settings, and hashed: to spell it in another way is to
  // recreate containers. nullopt: it says nothing, or a diagnostic says why it can't be read.
  std::optional<boost::json::value> (*read)(Reader& reader, const Field& field);
  // The value as Compose prints it; null: as it is kept.
  boost::json::value (*print)(const boost::json::value& value) = nullptr;
  // The engine changes it on a living container: it is no part of the spec hash.
  bool in_place = false;
};

std::span<const SettingKey> setting_keys();
// Null for all other keys.
const SettingKey* find_setting(std::string_view key);

bool changes_in_place(std::string_view key);
boost::json::value printed(std::string_view key, const boost::json::value& value);

}  // namespace fairlead::model
