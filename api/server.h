// The HTTP server: metrics and health on TCP, and the command API on a Unix socket in the state
// directory (owner only), which the CLI uses. routes.h has the table of what it answers; GET /
// shows it. Hides Beast.
//
//   auto server = make_server(executor, options, {controller, controller, metrics, log});
//   if (auto started = server->start(); !started) return fail(started.error());
//
// It runs on the executor that it is given, the controller's: a handler that computes for long
// holds up the loop, one that waits does not. Nobody outside can hold up anything: connections are
// counted, each request and each piece of a reply has a deadline, and a stream whose reader does
// not read is ended (F114).
//
// No TLS and no passwords: what TCP answers may be read by whoever reaches it, and is on the
// loopback unless somebody says otherwise; all else is on the socket. Whoever wants more puts a
// proxy before it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "api/routes.h"

namespace fairlead::api {

// The defaults are the daemon's; tests shorten them. Deadlines are by the machine's clock.
struct Options {
  // "" for none. Forms: address.h.
  std::string listen = "127.0.0.1:9478";
  // "" for none. At most 107 bytes, as the kernel has it.
  std::string socket_path;
  // Of a body; a head may have 16 KiB.
  std::size_t max_request_bytes = 1 << 20;
  // Of each listener: a flood on TCP does not lock out the command line. Beyond it a connection may
  // ask for health, and all else is answered with 503.
  std::size_t max_connections = 64;
  // Beyond max_connections so many more may ask for /healthz or /readyz, once each. The oldest of
  // them makes room for a newcomer: who connects and is silent can't keep health from being seen.
  std::size_t health_connections = 8;
  // Streams (Response::source) take places of max_connections, but never all of them: commands are
  // let in whoever watches.
  std::size_t max_streams = 32;
  // For one request, from its first byte or the end of the last one to its end, and for one reply
  // or one piece of a stream to be taken. A stream that has nothing to say goes on.
  Duration idle_deadline = std::chrono::seconds(30);
  // So often a stream says something. Shorter than the patience of who reads (client.h).
  Duration heartbeat = std::chrono::seconds(15);
  // For each step of a connection that is let in for health alone.
  Duration health_deadline = std::chrono::seconds(5);
};

// Serves from start() to stop(), once.
class Server {
 public:
  virtual ~Server() = default;
  // Binds both listeners and starts serving. Invalid, PermissionDenied, with what to do, if one
  // can't be bound: then neither serves. Does not wait: requests are taken from the next turn of
  // the loop on.
  virtual Status start() = 0;
  // Ends every connection and stream at once, and removes the socket. Nothing that was borrowed is
  // touched afterwards. The destructor does so too. Handlers that wait are cut off where they wait.
  virtual void stop() = 0;
  // The TCP port really bound (listen may say :0); 0 for none.
  virtual unsigned short port() const = 0;
};

// What `context` and `table` refer to must live until stop() has returned; the executor's context
// longer, for connections end on it.
std::unique_ptr<Server> make_server(boost::asio::any_io_executor executor, Options options,
                                    Context context, std::span<const Route> table = routes());

}  // namespace fairlead::api
