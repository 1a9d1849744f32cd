// The one error classifier: endpoint, status and message → class and reason (F065, Appendix A).
// Status codes alone lie: a full address pool is 404, bad input is 500, an IP clash is 403.
#pragma once

#include <string_view>

#include "base/result.h"
#include "docker/engine.h"

namespace fairlead::docker {

// `message` is the engine's own text (the "message" member of the JSON body, or the plain body).
// Unknown combinations are Transient: retried with a cap. Only for status >= 400.
Error classify_reply(Operation operation, int status, std::string_view message);

// What went wrong below HTTP.
enum class TransportFault {
  kConnectRefused,  // ECONNREFUSED, ENOENT, EAGAIN: nothing was sent
  kPermissionDenied,
  kNotSent,   // the connection broke before the request was written
  kNoReply,   // written, then no or half a reply: a mutation may have run
  kTimedOut,  // written, deadline passed: may still run later (F030)
  kMalformedReply,
};
Error classify_fault(Operation operation, TransportFault fault, std::string_view detail);

}  // namespace fairlead::docker
