// Engine over HTTP: pooled keep-alive connections to a Unix socket or tcp://, with TLS by the usual
// DOCKER_* variables. Hides Beast from the rest of the house.
//
//   auto options = http_options_from(environment);
//   if (!options) return std::unexpected(options.error());
//   options->docker_config = read_docker_config;            // for logins; may block
//   auto engine = make_http_engine(executor, *options);
//   auto info = co_await (*engine)->connect();
//
// Not ssh://, npipe:// or a context of Docker's CLI: `docker context` keeps its hosts in files of
// its own, and a tunnel can be had with `ssh -L`.
//
// How long a call may take, beyond which it is TimedOut (a mutation then Unknown): `first_byte`
// until the engine begins to answer, or what the call has of its own (docker/http/engine.cpp: a
// minute for creates and networks, two for a start, the grace and 15 s for a stop), then the
// deadlines below.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "docker/engine.h"

namespace fairlead::docker {

// Deadlines are by the machine's clock.
struct HttpOptions {
  // unix:///var/run/docker.sock or tcp://host:port. A path of at most 100 bytes: the kernel has
  // room for 107.
  std::string host = "unix:///var/run/docker.sock";
  // DOCKER_TLS_VERIFY / DOCKER_CERT_PATH: ca.pem, cert.pem, key.pem. Set, to whatever value, is on,
  // as Docker's CLI has it; the host's name must be in the certificate. Of no meaning on a Unix
  // socket.
  bool tls = false;
  std::string cert_path;
  Duration connect_deadline = std::chrono::seconds(5);
  Duration write_deadline = std::chrono::seconds(10);
  // Until the first byte of the reply, for calls that have none of their own: `--engine-timeout`.
  Duration first_byte_deadline = std::chrono::seconds(30);
  // Between two pieces of a body.
  Duration between_bytes_deadline = std::chrono::seconds(30);
  // A pull that shows no progress for so long has hung (F056): `--pull-timeout`.
  Duration pull_silence_deadline = std::chrono::seconds(60);
  // A command in a container that writes nothing for so long is given up.
  Duration exec_silence_deadline = std::chrono::minutes(10);
  // The text of Docker's config.json now, for registry credentials; "" or null: there are none.
  // Called on a thread for each pull, so that a new login needs no restart. An error fails the
  // pull: perhaps somebody else's logins lie there.
  std::function<Result<std::string>()> docker_config;
  // Kept for the next calls. More are opened while more calls run.
  std::size_t max_connections = 16;
  // Of everything but pulls, events and execs: a reply that drips is no reply.
  Duration whole_reply_deadline = std::chrono::seconds(60);
  // Some 14,000 networks; in memory it is several times as much. Beyond it the call fails, with
  // what to do: prune what nobody uses.
  std::size_t max_reply_bytes = 8u << 20;
};

// Reads DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH from `environment` (name → value or ""),
// and HOME for the usual place of certificates. Invalid, EngineUnavailable, for another kind of
// address.
Result<HttpOptions> http_options_from(
    const std::function<std::string(const std::string&)>& environment);

// Fails as make_connection() does, before anything is asked of an engine; whether one is there
// shows at connect(). The executor's context must outlive the result.
Result<std::unique_ptr<Engine>> make_http_engine(boost::asio::any_io_executor executor,
                                                 HttpOptions options);

}  // namespace fairlead::docker
