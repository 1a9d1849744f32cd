// Private to model/: reads the service keys that Fairlead hands on without a meaning of its own.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "model/app.h"
#include "model/yaml/reader.h"

namespace fairlead::model {

// False if `key` is none of them. Values go into `service.settings`.
bool read_setting(Reader& reader, const Field& field, const std::string& key, Service& service);

// `gpus`, and the devices of `deploy.resources.reservations`.
std::optional<boost::json::value> read_device_requests(Reader& reader, const Field& field);

}  // namespace fairlead::model
