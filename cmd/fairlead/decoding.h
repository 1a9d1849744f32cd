// What manifests are read with: variables, secrets, and their place on the engine's host. The
// daemon and the commands that read manifests themselves must read them alike, or `validate` would
// pass what `run` refuses: so all of it is made here.
//
// Blocking, but for what is returned: the functions in DecodeOptions are called later, on whatever
// thread decodes.
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "cmd/fairlead/options.h"
#include "controller/record/instance_lock.h"
#include "model/host_access.h"
#include "model/manifest.h"

namespace fairlead::cli {

// All but `read` and `prefix`. `directory` holds the manifests; relative paths of mounts are
// beneath it on the engine's host. Of the environment manifests see FAIRLEAD_ENV_… alone: what else
// is in it (tokens of a CI, credentials of the host) is nobody's to interpolate. Credentials are
// systemd's ($CREDENTIALS_DIRECTORY, systemd.exec(5)). `digest_key` "": values of secrets have no
// digest.
model::DecodeOptions decode_options(const Options& options, const std::string& directory,
                                    std::string digest_key);

// The file of --age-identity must belong to root or to whom Fairlead runs as, and be writable by
// nobody else. Checked at the start, to fail early, and before each use, since `age` opens it by
// name. Blocked, PermissionDenied; Invalid, NotFound.
Status check_age_identity(const std::string& path);

// The policy file: --policy, else /etc/fairlead/policy.yaml where it exists; without one nothing is
// allowed. It must belong to root or to whom Fairlead runs as, and be writable by nobody else.
// Invalid, PermissionDenied, for one that can't be read, is not trusted, or has an error: then
// nothing is judged, and nothing starts. Read once: a change needs a restart.
Result<std::shared_ptr<const model::HostAccess>> load_access(const Options& options);

// From the command line, or from a policy that can be read.
bool trusts_directory_owner(const Options& options);

// The key that contents of configs and secrets are told apart with: made once, and kept in the
// state directory for its owner alone. A damaged one is an error (Blocked, InternalInconsistency):
// with another in its place every container that holds a config or a secret would be replaced.
Result<std::string> keep_digest_key(const controller::InstanceLock& lock, Random& random);
// For whoever does not hold the lock: "" if there is none.
Result<std::string> stored_digest_key(const std::string& state_dir);

}  // namespace fairlead::cli
