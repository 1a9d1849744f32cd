// What decoding needs besides the bytes of a manifest: everything that it may ask for.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "model/app.h"
#include "model/sources.h"

namespace fairlead::model {

struct DecodeOptions {
  // What texts are interpolated with, before the `.env` beside the manifest. Never the daemon's own
  // environment.
  StringMap environment;
  ReadSource read;     // empty: there are no other files
  std::string prefix;  // stands before every file name in positions
  // Where the manifests directory is on the engine's host: relative bind mounts begin there.
  std::string host_root;
  // Contents of configs and secrets are told apart by an HMAC with it (F105).
  std::string digest_key;
  // A systemd credential by name, and an `age` file's plain text. Empty: there is no such thing.
  std::function<Source(const std::string& name)> credential;
  std::function<std::expected<std::string, std::string>(const std::string& bytes)> decrypt;
};

}  // namespace fairlead::model
