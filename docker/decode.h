// Engine API replies as typed values. Most fields are optional: absent, null or of another kind
// reads as empty (F072, F113). Not so what everything else stands on: a list is a list, an object
// an object, and it has its ID or name. Nothing here throws.
//
// So an engine of a later version, a proxy, or something that is no engine at all leads to empty
// fields or to an error, and never to an object that might be the wrong one. An ID is checked by
// its form before it is believed, for it becomes part of paths (F120).
//
// Fields: docker/types.h says what each means, and `GET /containers/json`, `/containers/{id}/json`,
// `/networks`, `/volumes`, `/images/{name}/json`, `/info` and `/events` of the Engine API where it
// comes from. Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.h"

namespace fairlead::docker {

// The value, or in words why the reply is none. or_malformed() (classify.h) makes an Error of it.
template <typename T>
using Decoded = std::expected<T, std::string>;

// 64 hexadecimal digits; of networks also Swarm's 25 letters and digits.
bool is_id(std::string_view text);
bool is_network_id(std::string_view text);

// One element that is none makes the whole list none: a list without one container would read as if
// that had gone.
Decoded<std::vector<ContainerSummary>> decode_container_list(const boost::json::value& reply);
// An inspect. Networks are sorted by name and ports by number, so that two replies compare.
Decoded<Container> decode_container(const boost::json::value& reply);
Decoded<std::vector<Network>> decode_network_list(const boost::json::value& reply);
Decoded<Network> decode_network(const boost::json::value& reply);
// {"Volumes": […]}. Engines from 20.10 on write an empty list where there is none; `null` is no
// list.
Decoded<std::vector<Volume>> decode_volume_list(
    const boost::json::value& reply);  // {"Volumes": […]}
Decoded<Volume> decode_volume(const boost::json::value& reply);
Decoded<Image> decode_image(const boost::json::value& reply);
// Without `api_version`, which is negotiated (docker/http/engine.cpp).
Decoded<EngineInfo> decode_info(const boost::json::value& reply);
// nullopt for exec_… noise (F064), which carries commands with their arguments (F105), and for what
// is no event. Containers and networks must have a whole ID.
std::optional<Event> decode_event(const boost::json::value& line);
// Of what a create has made: {"Id": …} of a container, network or exec.
Decoded<std::string> decode_id(const boost::json::value& reply);
// Of an exec that has ended; 0 where there is none.
int decode_exit_code(const boost::json::value& reply);
// errorDetail.message or error of a progress line; "" if it is none (F055).
std::string decode_progress_error(const boost::json::value& line);
// The engine's own words: "message" of a JSON body, else the body's text (F071, F073), at most 500
// bytes of it: a proxy may answer with a page.
std::string decode_error_message(std::string_view body);

}  // namespace fairlead::docker
