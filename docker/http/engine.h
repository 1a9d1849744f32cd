// Engine over HTTP: pooled keep-alive connections to a Unix socket or tcp://, with TLS by the usual
// DOCKER_* variables. Hides Beast from the rest of the house.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "docker/engine.h"

namespace fairlead::docker {

struct HttpOptions {
  // unix:///var/run/docker.sock or tcp://host:port.
  std::string host = "unix:///var/run/docker.sock";
  // DOCKER_TLS_VERIFY / DOCKER_CERT_PATH: ca.pem, cert.pem, key.pem.
  bool tls = false;
  std::string cert_path;
  Duration connect_deadline = std::chrono::seconds(5);
  Duration write_deadline = std::chrono::seconds(10);
  Duration first_byte_deadline = std::chrono::seconds(30);
  Duration between_bytes_deadline = std::chrono::seconds(30);
  // A pull that shows no progress for so long has hung (F056).
  Duration pull_silence_deadline = std::chrono::seconds(60);
  // A command in a container that writes nothing for so long is given up.
  Duration exec_silence_deadline = std::chrono::minutes(10);
  // The text of Docker's config.json now, for registry credentials; "" or null: there are none.
  std::function<Result<std::string>()> docker_config;
  std::size_t max_connections = 16;
  // Of everything but pulls and events: a reply that drips is no reply.
  Duration whole_reply_deadline = std::chrono::seconds(60);
  // Some 14,000 networks; in memory it is several times as much.
  std::size_t max_reply_bytes = 8u << 20;
};

// Reads DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH from `environment` (name → value or "").
Result<HttpOptions> http_options_from(
    const std::function<std::string(const std::string&)>& environment);

Result<std::unique_ptr<Engine>> make_http_engine(boost::asio::any_io_executor executor,
                                                 HttpOptions options);

}  // namespace fairlead::docker
