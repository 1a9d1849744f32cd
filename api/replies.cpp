#include "api/replies.h"

#include <boost/json/object.hpp>
#include <utility>

#include "api/json.h"

namespace fairlead::api {
namespace {

namespace json = boost::json;

struct ReasonStatus {
  Reason reason;
  int status;
};
// Reasons that have a status of their own in HTTP. Everything else follows the error's class.
constexpr ReasonStatus kReasonStatus[] = {
    {Reason::kNotFound, 404},
    {Reason::kPermissionDenied, 403},
    {Reason::kPruneBlocked, 409},
    {Reason::kInternalError, 500},
};

int status_of(const Error& error) {
  for (const auto& [reason, status] : kReasonStatus) {
    if (reason == error.reason) return status;
  }
  switch (error.error_class) {
    case ErrorClass::kBlocked:
      return 409;
    case ErrorClass::kInvalid:
      return 422;
    case ErrorClass::kTransient:
    // Both: try again later.
    case ErrorClass::kUnknown:
      return 503;
  }
  return 500;
}

}  // namespace

Response json_response(const json::value& value, int status) {
  return {status, kJson, to_text(value)};
}

Response list_response(json::array items) {
  return json_response(json::object{{"items", std::move(items)}});
}

Response error_response(int status, const Error& error) {
  return json_response(to_json(error), status);
}

Response explain(const Error& error) {
  return error_response(status_of(error), error);
}

Response bad_request(std::string message, std::string hint) {
  // No reason: it is about the request, and is counted nowhere.
  return error_response(400,
                        {ErrorClass::kInvalid, Reason::kNone, std::move(message), std::move(hint)});
}

}  // namespace fairlead::api
