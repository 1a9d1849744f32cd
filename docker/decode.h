// Engine API replies as typed values. Every field is optional: absent, null or of another kind
// reads as empty (F072, F113). Nothing here throws.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.h"

namespace fairlead::docker {

std::vector<ContainerSummary> decode_container_list(const boost::json::value& reply);
Container decode_container(const boost::json::value& reply);
std::vector<Network> decode_network_list(const boost::json::value& reply);
Network decode_network(const boost::json::value& reply);
std::vector<Volume> decode_volume_list(const boost::json::value& reply);  // {"Volumes": […]}
Volume decode_volume(const boost::json::value& reply);
Image decode_image(const boost::json::value& reply);
EngineInfo decode_info(const boost::json::value& reply);
// nullopt for exec_… noise (F064) and for what is no event.
std::optional<Event> decode_event(const boost::json::value& line);
std::string decode_id(const boost::json::value& reply);
// Of an exec that has ended.
int decode_exit_code(const boost::json::value& reply);
// errorDetail.message or error of a progress line; "" if it is none.
std::string decode_progress_error(const boost::json::value& line);
// The engine's own words: "message" of a JSON body, else the body's text (F071, F073).
std::string decode_error_message(std::string_view body);

}  // namespace fairlead::docker
