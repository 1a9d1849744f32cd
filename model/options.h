// What decoding needs besides the bytes of a manifest: everything that it may ask for. By these
// functions alone does decode() reach the world, and each is answered with values; so a test or a
// fuzzer decodes without a disk.
//
// Made once for a directory (decode_options() in cmd/fairlead/decoding.cpp); the store puts `read`
// in for each snapshot. It is copied to the thread that decodes: what the functions capture must be
// safe there, and outlive the decoding.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "model/app.h"
#include "model/sources.h"

namespace fairlead::model {

// The default decodes what needs nothing else: no variables, no other files, no credentials.
struct DecodeOptions {
  // What texts are interpolated with, before the `.env` beside the manifest: FAIRLEAD_ENV_NAME as
  // NAME. Never the daemon's own environment, which may hold what no manifest should see.
  StringMap environment;
  // Other files. Empty: there are none. Asked for one path any number of times, and to answer
  // alike.
  ReadSource read;     // empty: there are no other files
  std::string prefix;  // stands before every file name in positions
  // Where the manifests directory is on the engine's host: relative bind mounts begin there. "": a
  // relative one is an error, for nobody could tell what is mounted.
  std::string host_root;
  // Contents of configs and secrets are told apart by an HMAC with it (F105). It stays the same for
  // the life of a state directory: with another one every container that sees a file is replaced
  // once.
  std::string digest_key;
  // A systemd credential by name, and an `age` file's plain text. Empty: there is no such thing. An
  // error of `decrypt` is a sentence without the content; it may take as long as the program it
  // runs.
  std::function<Source(const std::string& name)> credential;
  std::function<std::expected<std::string, std::string>(const std::string& bytes)> decrypt;
};

}  // namespace fairlead::model
