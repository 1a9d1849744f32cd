// Every path that the server answers, as one table, and the choice among them. No sockets here.
//
// A handler is a coroutine: it may wait for a timer or for a thread of a pool, and holds up nobody
// but its own client meanwhile. It ends with one reply; one that goes on is a Response with a
// Source. After Server::stop() it is not resumed.
//
// A new path is a row in kRoutes (routes.cpp) and a function:
//
//   Response get_files(const Call& call) { … }
//   {"GET", "/api/v1/files", "", Access::kLocal, "manifest files and diagnostics",
//    at_once<get_files>},
//
// and shows in GET / and GET /api/v1 by itself. What is not in its row is refused before it: other
// methods (405), parameters (400), bodies (400), the network (403), a Host that is not ours (421).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/exchange.h"
#include "base/log.h"
#include "base/target.h"
#include "base/task.h"
#include "controller/report/view.h"
#include "metrics/metrics.h"

namespace fairlead::api {

// What the handlers read and command. Borrowed; untouched after Server::stop(). All of it is on the
// server's thread, so a handler sees one moment until it waits.
struct Context {
  const controller::View& view;
  controller::Commands& commands;
  metrics::Metrics& metrics;
  Logger& log;
};

// One request that was let through to its handler. Lives until the handler has ended.
struct Call {
  const Context& context;
  const Request& request;
  const ParsedTarget& target;
  std::string name;  // the segment that stands at {name}; empty if the route has none
};

// Who may ask. TCP has no users, so whatever says something of manifests, or commands, is for the
// Unix socket, where the file's mode decides (unix_socket.h).
enum class Access {
  kMonitoring,  // both listeners, whatever the Host: Prometheus scrapes by any name
  kPublic,      // both listeners
  kLocal,       // the Unix socket only
};

// A row. Patterns are compared by segments, whole and with case; the first that fits decides.
struct Route {
  const char* method;
  const char* pattern;  // {name} stands for one segment
  // The parameters of its query, separated by blanks. Any other is refused, but for kMonitoring,
  // where a scraper may send what it likes: a misspelt word must not mean "all".
  const char* query;
  Access access;
  // For the index, in a few words.
  const char* about;
  // A pointer and not a std::function: it keeps nothing between requests.
  Task<Response> (*handler)(const Call& call);
  // A body that nobody reads is refused, too.
  bool takes_body = false;
};

// The daemon's own. Tests give tables of theirs.
std::span<const Route> routes();

// What was chosen, and what came of it.
struct Answer {
  Response response;
  const char* handler = "other";  // the route's pattern, for metrics
};

// Chooses and runs the handler. HEAD is answered as GET; the caller leaves the body out. An
// exception of the handler is a 500. Each POST over the Unix socket is logged with who sent it,
// refused ones included. All arguments must outlive the task.
Task<Answer> answer(const Context& context, std::span<const Route> table, const Request& request);

}  // namespace fairlead::api
