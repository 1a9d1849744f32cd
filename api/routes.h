// Every path that the server answers, as one table, and the choice among them. No sockets here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/target.h"
#include "controller/report/view.h"
#include "metrics/metrics.h"

namespace fairlead::api {

struct Request {
  std::string method;
  std::string target;
  bool local = false;      // came over the Unix socket
  bool host_ours = false;  // TCP: the Host header may be answered (address.h)
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::string allow = {};  // of a 405
};

// What the handlers read and command. Borrowed.
struct Context {
  const controller::View& view;
  controller::Commands& commands;
  metrics::Metrics& metrics;
};

struct Call {
  const Context& context;
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
  Access access;
  const char* about;
  Response (*handler)(const Call& call);
};

std::span<const Route> routes();

struct Answer {
  Response response;
  const char* handler = "other";  // the route's pattern, for metrics
};

// HEAD is answered as GET; the caller leaves the body out.
Answer answer(const Context& context, const Request& request);

Response error_response(int status, const Error& error);

}  // namespace fairlead::api
