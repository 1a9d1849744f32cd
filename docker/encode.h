// Typed specs as Engine API request bodies: an allow-list of fields, built from the spec alone
// (F019, F058). Fields that the negotiated version does not know are left out.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "docker/types.h"

namespace fairlead::docker {

// Below API 1.44 only the first endpoint is sent (F014).
boost::json::object container_create_body(const ContainerSpec& spec, const std::string& api);
boost::json::object network_create_body(const NetworkSpec& spec);
boost::json::object connect_body(const std::string& container_id, const EndpointSpec& endpoint,
                                 const std::string& api);
boost::json::object disconnect_body(const std::string& container_id, bool force);
boost::json::object update_body(const ContainerUpdate& update);
boost::json::object exec_create_body(const ExecSpec& spec);
boost::json::object volume_create_body(const VolumeSpec& spec);

// The value of `filters` in a list call. Labels are "key" or "key=value".
std::string label_filter(const std::vector<std::string>& labels);

}  // namespace fairlead::docker
