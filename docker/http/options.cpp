// Where the engine is, by the variables that Docker's CLI reads.
#include "docker/http/engine.h"

namespace fairlead::docker {

Result<HttpOptions> http_options_from(
    const std::function<std::string(const std::string&)>& environment) {
  HttpOptions options;
  if (auto host = environment("DOCKER_HOST"); !host.empty()) options.host = host;
  // Docker's CLI: any text turns it on, "0" included.
  options.tls = !environment("DOCKER_TLS_VERIFY").empty();
  options.cert_path = environment("DOCKER_CERT_PATH");
  if (options.tls && options.cert_path.empty())
    options.cert_path = environment("HOME") + "/.docker";
  // There is no TLS on one; the variable may be meant for another host.
  if (options.host.starts_with("unix://")) {
    options.tls = false;
  } else if (!options.host.starts_with("tcp://")) {
    return failure(ErrorClass::kInvalid, Reason::kEngineUnavailable,
                   "not an engine address: " + options.host,
                   "unix:///var/run/docker.sock or tcp://HOST:PORT");
  }
  return options;
}

}  // namespace fairlead::docker
