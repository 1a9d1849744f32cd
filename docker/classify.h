// The one error classifier: endpoint, status and message → class and reason (F065).
// Status codes alone lie: a full address pool is 404, bad input is 500, an IP clash is 403.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "docker/engine.h"

namespace fairlead::docker {

// `message` is the engine's own text (the "message" member of the JSON body, or the plain body).
// Unknown combinations are Transient: retried with a cap. Only for what has not succeeded().
Error classify_reply(Operation operation, int status, std::string_view message);

// What went wrong below HTTP.
enum class TransportFault {
  kConnectRefused,  // ECONNREFUSED, ENOENT, EAGAIN: nothing was sent
  kPermissionDenied,
  kNotSent,         // the connection broke before the request was written
  kNoReply,         // written, then no or half a reply: a mutation may have run
  kTimedOut,        // written, deadline passed: may still run later (F030)
  kMalformedReply,  // no HTTP, no JSON, or not what was asked for
  kTooLarge,
  kNotARequest,  // nothing was sent, and nothing may be: it would not be one request
};
Error classify_fault(Operation operation, TransportFault fault, std::string_view detail);

// 304 means "is so already" for a start and a stop, and nothing for the rest.
bool succeeded(Operation operation, int status);

// A reply's value, or why it is none as an error.
template <typename T>
Result<T> or_malformed(Operation operation, std::expected<T, std::string> decoded) {
  if (decoded) return std::move(*decoded);
  return std::unexpected(
      classify_fault(operation, TransportFault::kMalformedReply, decoded.error()));
}

}  // namespace fairlead::docker
