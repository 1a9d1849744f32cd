// The other side of the Unix socket: how the command line asks a daemon. Each call blocks its
// thread. Hides Beast.
//
//   auto reply = api::request(socket_path, "GET", Target::of("api", "v1", "apps", name));
//   if (!reply) return fail(no_daemon(options, reply.error()));   // nobody, or silent
//   if (reply->status >= 400) return fail(refusal_of(*reply));    // somebody, who says no
//
// Errors of both: Transient, NotFound, when nobody listens at the path; Transient, Timeout, when
// the daemon has fallen silent; Transient, InternalError, when it hung up; Invalid, and nothing is
// sent, for a target that names nothing. A reply with an error in it is a Reply.
//
// For commands, each of which asks a few things and ends: a loop of its own for each call, a
// connection for each request. The daemon never asks itself.
#pragma once

#include <functional>
#include <string>

#include "api/sent_events.h"
#include "base/result.h"
#include "base/target.h"

namespace fairlead::api {

// Status and body, as they came; at most 256 MiB.
struct Reply {
  int status = 0;
  std::string body;
};

// One request, answered within 30 s, all of it. Whether a POST that got no answer was taken is not
// known: both commands there are (routes.h) may be repeated.
Result<Reply> request(const std::string& socket_path, const std::string& method,
                      const Target& target, const std::string& body = {});

// GET of a stream of events (follow.h).
struct Following {
  std::string socket_path;
  Target target;
  std::string last_event_id;  // where to go on; empty: as the target says
  // Called with each event as it comes; false: that was the last one wanted. Heartbeats are none.
  std::function<bool(const SentEvent& event)> take;
  // A descriptor that the events are written to, or -1. When nobody can read from it any more, the
  // call ends, even if there is nothing to write.
  int output = -1;
};

// How it ended, if not with an error.
enum class Followed {
  kEnough,      // `take` said so
  kReaderGone,  // of `output`
  kRefused,     // the daemon sent a Reply and no stream
};

// `refusal` gets the Reply of kRefused. A daemon that says nothing for 45 s, three of its
// heartbeats, not even that it is there, counts as silent. There is no reconnecting: whoever wants
// to go on calls again, with the last event's id.
Result<Followed> follow(const Following& following, Reply& refusal);

}  // namespace fairlead::api
