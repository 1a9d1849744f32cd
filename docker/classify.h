// The one error classifier: endpoint, status and message → class and reason (F065). Status codes
// alone lie: a full address pool is 404, bad input is 500, an IP clash is 403.
//
// The rules are a table, read from above: the first that fits decides (classify.cpp). They are for
// dockerd's words from 20.10 to 28.5, as recorded in tests/docker/classify_test.cpp; whoever meets
// a new wording adds the recorded reply there and a rule here. What no rule knows is Transient,
// EngineError: tried again with back-off, and shown with the engine's own words, which is right for
// everything but a refusal that never ends.
//
// Used by both engines: the embedded one answers with statuses and words, so that its errors go the
// same way (docker/embedded/state.h). Pure; any thread.
//
// What class follows from where a call broke:
//   not sent                     Transient: nothing has happened
//   sent, a read                 Transient: ask again
//   sent, a mutation             Unknown: it may have run, or may still run (F029, F030)
//   sent, a pull                 Transient: it changes nothing that a repeat would have to know
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "docker/engine.h"

namespace fairlead::docker {

// `message` is the engine's own text (the "message" member of the JSON body, or the plain body).
// Only for what has not succeeded(). The message of the result names the operation and keeps the
// engine's words, which may hold texts of users; it is made fit to be shown where it is shown.
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
  // Nothing was sent, and nothing may be: it would not be one request. A name from a manifest holds
  // what no name may hold, and a repeat would be the same: Invalid.
  kNotARequest,
};
// `detail` is for people: the system's words.
Error classify_fault(Operation operation, TransportFault fault, std::string_view detail);

// 2xx; 304 means "is so already" for a start and a stop, and nothing for the rest. Other replies
// that mean "as wanted" (404 of a remove) are the caller's, by their message: Call::fine_status in
// docker/http/engine.cpp.
bool succeeded(Operation operation, int status);

// A reply's value, or why it is none as an error. Of a mutation that is Unknown: it answered 2xx,
// so it has run, but what it made is not known.
template <typename T>
Result<T> or_malformed(Operation operation, std::expected<T, std::string> decoded) {
  if (decoded) return std::move(*decoded);
  return std::unexpected(
      classify_fault(operation, TransportFault::kMalformedReply, decoded.error()));
}

}  // namespace fairlead::docker
