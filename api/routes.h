// Every path that the server answers, as one table, and the choice among them. No sockets here.
//
// A handler is a coroutine: it may wait for a timer or for a thread of a pool, and holds up nobody
// but its own client meanwhile. It ends with one reply; one that goes on is a Response with a
// Source. After Server::stop() it is not resumed.
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

// What the handlers read and command. Borrowed; untouched after Server::stop().
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

enum class Access {
  kMonitoring,  // both listeners, whatever the Host: Prometheus scrapes by any name
  kPublic,      // both listeners
  kLocal,       // the Unix socket only
};

struct Route {
  const char* method;
  const char* pattern;  // {name} stands for one segment
  // The parameters of its query, separated by blanks. Any other is refused, but for kMonitoring,
  // where a scraper may send what it likes: a misspelt word must not mean "all".
  const char* query;
  Access access;
  const char* about;
  Task<Response> (*handler)(const Call& call);
  bool takes_body = false;  // a body that nobody reads is refused, too
};

// The daemon's own.
std::span<const Route> routes();

struct Answer {
  Response response;
  const char* handler = "other";  // the route's pattern, for metrics
};

// Chooses and runs the handler. HEAD is answered as GET; the caller leaves the body out. An
// exception of the handler is a 500. Each POST over the Unix socket is logged with who sent it.
// All arguments must outlive the task.
Task<Answer> answer(const Context& context, std::span<const Route> table, const Request& request);

}  // namespace fairlead::api
