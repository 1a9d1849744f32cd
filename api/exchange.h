// A request and its reply as the handlers see them: no sockets here, so that every handler is
// tested as a function (tests/api/routes_test.cpp).
//
// session.h reads a Request and writes a Response; routes.h is between them. What is checked before
// a handler sees it: that it is HTTP, its size, its route, its parameters, and who may ask.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace fairlead::api {

// Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED): the process that
// connected, at the time when it did. A process ID may be somebody else's by now; the user is what
// a decision may rest on.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

// Lives until its handler has ended.
struct Request {
  std::string method;
  std::string target;           // as received: path and query
  std::string body;             // whole; at most Options::max_request_bytes
  std::string last_event_id;    // of the header Last-Event-ID; empty without one
  bool local = false;           // came over the Unix socket
  bool host_ours = false;       // TCP: the Host header may be answered (address.h)
  std::optional<Identity> who;  // nobody over TCP
};

// The body of a reply that goes on: text is taken as there is some, for as long as both sides are
// there. It holds what it has told so far, and no queue of what it will: a slow reader costs a
// number, not memory, and finds what is newest when it comes back
// (docs/decisions/0011-streams-are-pulled.md).
//
// All on the server's thread. Destroyed when the client goes, the server stops, or the reader has
// not read for `idle_deadline`; nothing is told to it before.
class Source {
 public:
  virtual ~Source() = default;
  // Called once, before the first take(). From then on `wake` is called whenever take() may have
  // more, on the server's thread; a call too many does no harm, and one too few delays what is new
  // until the next heartbeat. `wake` may be called after the stream has ended.
  virtual void start(std::function<void()> wake) = 0;
  // What is to be sent now, whole events only; empty if there is nothing. Does not wait, and stays
  // near kPieceBytes: it is called again at once while it has something.
  virtual std::string take() = 0;
};

// How much of a stream is in memory for one reader at a time.
inline constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

// Made by replies.h. Headers that hold for all replies are the server's.
struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::string allow = {};               // of a 405
  std::unique_ptr<Source> source = {};  // in place of `body`: the reply is a stream
};

}  // namespace fairlead::api
