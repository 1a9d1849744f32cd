// The other side of the Unix socket: how the command line asks a daemon. Each call blocks its
// thread. Hides Beast.
//
// Errors of both: Transient, NotFound, when nobody listens at the path; Transient, Timeout, when
// the daemon has fallen silent; Transient, InternalError, when it hung up; Invalid, and nothing is
// sent, for a target that names nothing. A reply with an error in it is a Reply.
#pragma once

#include <functional>
#include <string>

#include "api/sent_events.h"
#include "base/result.h"
#include "base/target.h"

namespace fairlead::api {

struct Reply {
  int status = 0;
  std::string body;
};

// One request, answered within 30 s.
Result<Reply> request(const std::string& socket_path, const std::string& method,
                      const Target& target, const std::string& body = {});

// GET of a stream of events (follow.h).
struct Following {
  std::string socket_path;
  Target target;
  std::string last_event_id;  // where to go on; empty: as the target says
  // Called with each event as it comes; false: that was the last one wanted.
  std::function<bool(const SentEvent& event)> take;
  // A descriptor that the events are written to, or -1. When nobody can read from it any more, the
  // call ends, even if there is nothing to write.
  int output = -1;
};

enum class Followed {
  kEnough,      // `take` said so
  kReaderGone,  // of `output`
  kRefused,     // the daemon sent a Reply and no stream
};

// `refusal` gets the Reply of kRefused. A daemon that says nothing for 45 s, not even that it is
// there, counts as silent.
Result<Followed> follow(const Following& following, Reply& refusal);

}  // namespace fairlead::api
