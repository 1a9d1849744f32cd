// Typed specs as Engine API request bodies: an allow-list of fields, built from the spec alone
// (F019, F058), never from what an inspect has shown. Endpoint and health fields that the
// negotiated version does not know are left out; others an older engine ignores, so what needs a
// newer engine must be refused before it comes here (controller/request/settings.h).
//
// What is unset is absent from the body, so that the engine's default stands. Present and empty is
// something else where the engine tells the two apart: `Cmd: []` resets the image's command.
//
// Bodies of: POST /containers/create, /containers/{id}/update, /containers/{id}/exec,
// /networks/create, /networks/{id}/connect and /disconnect, /volumes/create. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "docker/types.h"

namespace fairlead::docker {

// `api` is the negotiated version. Below API 1.44 only the first endpoint is sent (F014). Name and
// platform are parameters of the query, and not here.
boost::json::object container_create_body(const ContainerSpec& spec, const std::string& api);
// With CheckDuplicate, which is what keeps an engine before 25 from making a second network of the
// name, as long as two creates don't run side by side (F001).
boost::json::object network_create_body(const NetworkSpec& spec);
// The endpoint in full: what is left out is lost (F011).
boost::json::object connect_body(const std::string& container_id, const EndpointSpec& endpoint,
                                 const std::string& api);
// `force` also takes a container off that the engine can't find any more.
boost::json::object disconnect_body(const std::string& container_id, bool force);
// Only what is set. "" and 0 leave a value as it is (the engine's doing, not ours).
boost::json::object update_body(const ContainerUpdate& update);
boost::json::object exec_create_body(const ExecSpec& spec);
// The reply tells what there is, which need not be this (F050).
boost::json::object volume_create_body(const VolumeSpec& spec);

// The value of `filters` in a list call: {"label": […]}, all of which must fit. Labels are "key" or
// "key=value".
std::string label_filter(const std::vector<std::string>& labels);

}  // namespace fairlead::docker
