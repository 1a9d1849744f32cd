// Private to model/: reads the service keys that Fairlead hands on without a meaning of its own.
//
// A setting is a key of which Fairlead knows its spellings and its place in a request, and nothing
// else: `shm_size`, `sysctls`, `tty`. All that model/ knows of each is one row of the table in
// decode/settings.cpp (setting_keys.h says what a row holds). A key that is looked at anywhere else
// for what it means (ports, mounts, health) is a member of Service instead, and read in
// decode/service.cpp.
//
// The value that is kept is hashed. To read a spelling that was refused before is safe; to keep a
// known one in another way replaces the containers of everybody who uses it.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "model/app.h"
#include "model/yaml/reader.h"

namespace fairlead::model {

// False if `key` is none of them, and nothing was said. Values go into `service.settings`; one that
// says nothing ("" where the engine's own choice is meant) goes nowhere. True with a diagnostic if
// it can't be read.
bool read_setting(Reader& reader, const Field& field, const std::string& key, Service& service);

// `gpus`, and the devices of `deploy.resources.reservations`: a list of {driver, count, device_ids,
// capabilities, options}. `count: all` is -1, as the Engine API has it.
std::optional<boost::json::value> read_device_requests(Reader& reader, const Field& field);

}  // namespace fairlead::model
