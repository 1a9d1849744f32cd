// One client connection: requests read, answered and counted, until either side has enough, or one
// reply that goes on until then. Private to api/.
//
// A session is a coroutine that owns its socket. It ends by itself: with the client, with a
// deadline, or when it is closed through Shared::open (the server stops; a newcomer for health
// needs the place). The deadline of Beast's stream is set anew before each step.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "api/routes.h"
#include "api/server.h"
#include "base/task.h"

namespace fairlead::api {

// What listeners and sessions of one server share. Sessions keep it alive, so that it may outlive
// the server; after `stopping` nothing borrowed is touched.
struct Shared {
  Shared(Options given, Context borrowed, std::span<const Route> answered)
      : options(std::move(given)), context(borrowed), table(answered) {}

  Options options;
  Context context;
  std::span<const Route> table;
  bool stopping = false;
  std::uint64_t next_session = 0;
  std::map<std::uint64_t, std::function<void()>> open;  // closes the session
  std::size_t streams = 0;                              // sessions that send one
};

// Where a connection came in, and what it may do.
struct Peer {
  bool local = false;           // the Unix socket
  std::optional<Identity> who;  // of the Unix socket
  std::string listen_host;      // TCP: as given by the options
  std::string reached_address;  // TCP: the local address of this connection
  std::uint64_t session = 0;    // its key in Shared::open
  // Beyond the limit of connections: one question about health, asked soon, and no more.
  bool health_only = false;
  // Ends whatever its handler waits for.
  std::shared_ptr<boost::asio::cancellation_signal> cut =
      std::make_shared<boost::asio::cancellation_signal>();
};

// TCP and Unix alike.
using StreamSocket = boost::asio::generic::stream_protocol::socket;

// Until the connection is over. Throws only for faults of ours, which the listener reports.
Task<void> serve(StreamSocket socket, std::shared_ptr<Shared> shared, Peer peer);

}  // namespace fairlead::api
