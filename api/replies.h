// How a handler says yes and no.
//
//   if (!plan) return explain(plan.error());
//   return json_response(to_json(name, *plan));
//
// An error always has a body, the same for all: class, reason, message and hint, so that the
// command line can say what to do without knowing the route. Pure.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "api/exchange.h"
#include "base/result.h"

namespace fairlead::api {

// What is in a body. Charset is said for text, which browsers would guess; JSON is UTF-8 by RFC
// 8259.
inline constexpr const char* kText = "text/plain; charset=utf-8";
inline constexpr const char* kJson = "application/json";
inline constexpr const char* kSentEvents = "text/event-stream";

Response json_response(const boost::json::value& value, int status = 200);
// {"items": […]}: an object, so that something may be added beside them.
Response list_response(boost::json::array items);

// {"error": {class reason message hint}}, with a status that the caller knows better.
Response error_response(int status, const Error& error);
// The same, with the status that goes with the error's reason, or else with its class: 404 for
// NotFound, 403 for PermissionDenied, 409 for PruneBlocked and for what is blocked, 500 for
// InternalError, 422 invalid, 503 transient or unknown.
Response explain(const Error& error);
// 400. `hint` says what is allowed. For parameters and bodies; what a manifest says wrong is 422.
Response bad_request(std::string message, std::string hint);

}  // namespace fairlead::api
