// Credentials for a registry, from Docker's own config.json: what `docker login` has left there.
#pragma once

#include <functional>
#include <string>

#include "base/pool.h"
#include "base/result.h"
#include "model/image_reference.h"

namespace fairlead::docker {

// The X-Registry-Auth header for a pull of `image`; "" if `config` (the text of config.json)
// knows nothing of its registry. Order as in Docker's CLI: credHelpers, credsStore, auths. Helpers
// are run as docker-credential-NAME; blocks while they do, 30 s at most. Errors never hold a
// secret.
Result<std::string> registry_auth(const model::ImageReference& image, const std::string& config);

// The same on a pool, with what reads config.json, a minute at most; "" if nothing does.
Task<Result<std::string>> log_in(Pool& pool, model::ImageReference image,
                                 std::function<Result<std::string>()> read_config);

}  // namespace fairlead::docker
