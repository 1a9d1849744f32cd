// The HTTP server: metrics and health on TCP, and the command API on a Unix socket in the state
// directory (owner only), which the CLI uses. Hides Beast.
//
//   GET  /metrics  /healthz  /readyz[?verbose]                    both listeners
//   GET  /api/v1/apps  /api/v1/apps/{name}  …/plan  …/drift  …/desired
//   GET  /api/v1/networks  /api/v1/files  /api/v1/events[?app=&after=]  /api/v1/status
//   POST /api/v1/reconcile[?app=]   /api/v1/prune?app=            Unix socket only
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/target.h"
#include "base/task.h"
#include "controller/report/view.h"
#include "metrics/metrics.h"

namespace fairlead::api {

struct Options {
  std::string listen = "127.0.0.1:9478";  // "" for none
  std::string socket_path;                // "" for none
  std::size_t max_request_bytes = 1 << 20;
  std::size_t max_connections = 64;
  // Beyond max_connections so many more may ask for /healthz or /readyz, once each. The oldest of
  // them makes room for a newcomer: who connects and is silent can't keep health from being seen.
  std::size_t health_connections = 8;
  Duration idle_deadline = std::chrono::seconds(30);
  Duration health_deadline = std::chrono::seconds(5);
};

class Server {
 public:
  virtual ~Server() = default;
  // Binds both listeners and starts serving; an error if one can't be bound.
  virtual Status start() = 0;
  virtual void stop() = 0;
  // The port really bound (listen may say :0).
  virtual unsigned short port() const = 0;
};

// All references must outlive the server.
std::unique_ptr<Server> make_server(boost::asio::any_io_executor executor, Options options,
                                    const controller::View& view, controller::Commands& commands,
                                    metrics::Metrics& metrics, Logger& log);

// One blocking request to a daemon's Unix socket: status and body. For the CLI.
struct Reply {
  int status = 0;
  std::string body;
};
Result<Reply> request(const std::string& socket_path, const std::string& method,
                      const Target& target);

}  // namespace fairlead::api
