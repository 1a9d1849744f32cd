// Engine API replies as typed values. Most fields are optional: absent, null or of another kind
// reads as empty (F072, F113). Not so what everything else stands on: a list is a list, an object
// an object, and it has its ID or name. Nothing here throws.
#pragma once

#include <boost/json/value.hpp>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.h"

namespace fairlead::docker {

// The value, or in words why the reply is none.
template <typename T>
using Decoded = std::expected<T, std::string>;

// 64 hexadecimal digits; of networks also Swarm's 25 letters and digits.
bool is_id(std::string_view text);
bool is_network_id(std::string_view text);

Decoded<std::vector<ContainerSummary>> decode_container_list(const boost::json::value& reply);
Decoded<Container> decode_container(const boost::json::value& reply);
Decoded<std::vector<Network>> decode_network_list(const boost::json::value& reply);
Decoded<Network> decode_network(const boost::json::value& reply);
Decoded<std::vector<Volume>> decode_volume_list(
    const boost::json::value& reply);  // {"Volumes": […]}
Decoded<Volume> decode_volume(const boost::json::value& reply);
Decoded<Image> decode_image(const boost::json::value& reply);
Decoded<EngineInfo> decode_info(const boost::json::value& reply);
// nullopt for exec_… noise (F064) and for what is no event.
std::optional<Event> decode_event(const boost::json::value& line);
// Of what a create has made.
Decoded<std::string> decode_id(const boost::json::value& reply);
// Of an exec that has ended.
int decode_exit_code(const boost::json::value& reply);
// errorDetail.message or error of a progress line; "" if it is none.
std::string decode_progress_error(const boost::json::value& line);
// The engine's own words: "message" of a JSON body, else the body's text (F071, F073).
std::string decode_error_message(std::string_view body);

}  // namespace fairlead::docker
