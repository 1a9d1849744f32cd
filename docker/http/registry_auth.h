// Credentials for a registry, from Docker's own config.json: what `docker login` has left there.
//
// The engine keeps no logins: whoever asks it to pull sends them along, in X-Registry-Auth (Engine
// API, "Authentication"), as Docker's CLI does. So they are those of the user that Fairlead runs
// as.
//
// Errors are Blocked or Transient, ImagePullFailed, with the registry and what to look at; they
// never hold a secret. Whether the pull itself is refused is not known here.
#pragma once

#include <functional>
#include <string>

#include "base/pool.h"
#include "base/result.h"
#include "model/image_reference.h"

namespace fairlead::docker {

// The X-Registry-Auth header for a pull of `image`; "" if `config` (the text of config.json) knows
// nothing of its registry: public images need none. Order as in Docker's CLI: credHelpers,
// credsStore, auths. Docker Hub is known as https://index.docker.io/v1/, as its logins are kept.
// Helpers are run as docker-credential-NAME (base/child.h); blocks while they do, 30 s at most.
// Blocked if a helper fails or an entry can't be read: to pull without a login would then say
// "denied", and nobody would look for the cause here.
Result<std::string> registry_auth(const model::ImageReference& image, const std::string& config);

// The same on a pool, with what reads config.json, a minute at most; "" if nothing does. What hangs
// keeps a thread of the pool meanwhile; the pull fails, and is tried again.
Task<Result<std::string>> log_in(Pool& pool, model::ImageReference image,
                                 std::function<Result<std::string>()> read_config);

}  // namespace fairlead::docker
