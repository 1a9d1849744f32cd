// How a handler says yes and no.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "api/exchange.h"
#include "base/result.h"

namespace fairlead::api {

inline constexpr const char* kText = "text/plain; charset=utf-8";
inline constexpr const char* kJson = "application/json";
inline constexpr const char* kSentEvents = "text/event-stream";

Response json_response(const boost::json::value& value, int status = 200);
// {"items": […]}
Response list_response(boost::json::array items);

// {"error": {class reason message hint}}
Response error_response(int status, const Error& error);
// The same, with the status that goes with the error's reason, or else with its class: 404 for
// NotFound, 403 for PermissionDenied, 409 for what is blocked, 422 invalid, 503 transient.
Response explain(const Error& error);
// 400. `hint` says what is allowed.
Response bad_request(std::string message, std::string hint);

}  // namespace fairlead::api
