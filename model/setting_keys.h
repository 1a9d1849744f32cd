// The service keys that Fairlead hands on without a meaning of its own: all that model/ knows of
// each, in one table. It stands in decode/settings.cpp, among its readers. Where a key goes in an
// engine request is in controller/request/settings.cpp, how the engine treats the field there in
// docker/container_fields.cpp; a test holds the three against each other.
//
// To add a key of Compose that the engine takes as it is:
//
//   decode/settings.cpp              a row: name, reader, `in_place` if a living container takes it
//   controller/request/settings.cpp  a row: the field of the request, and its shape there
//   docker/container_fields.cpp      a row: its normal form, since when engines know it
//
// and it is read, printed, hashed, sent, compared and refused where it is too new. What reaches the
// host needs a rule of the policy besides (controller/access/check.cpp).
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string_view>

namespace fairlead::model {

struct Field;
struct Reader;

// One row. `platform`, `links`, `external_links` and `mac_address` are rows here although they go
// to no field of their own: the request asks for them by name (controller/request/specs.cpp).
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

// All rows.
std::span<const SettingKey> setting_keys();
// Null for all other keys.
const SettingKey* find_setting(std::string_view key);

// False for keys that are no settings, too.
bool changes_in_place(std::string_view key);
// As Compose prints it; the value itself for keys that are no settings.
boost::json::value printed(std::string_view key, const boost::json::value& value);

}  // namespace fairlead::model
