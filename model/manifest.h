// The only way from manifest bytes to values: parse with the guarded YAML reader, decode, validate.
#pragma once

#include <expected>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"
#include "model/sources.h"

namespace fairlead::model {

// What one manifest file holds. When `diagnostics` has an error, `apps` and `networks` must not be
// applied: the file's last good version stays in force (F082, F083).
struct Manifest {
  std::vector<App> apps;
  std::vector<SharedNetwork> networks;
  std::vector<Diagnostic> diagnostics;
  // Names of Apps and Networks that could be told although the file is invalid, so that the
  // objects of a broken App are recognised as still wanted.
  std::vector<std::string> mentioned;
  // Every other file that was asked for, whether it is there or not: when one changes, the
  // manifest means something else.
  std::set<std::string> references;
  // A file was not looked for yet: nothing of this may be used but `references` and `mentioned`.
  bool pending = false;
};

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

// Decodes all documents of a file. `file` is its path relative to the manifests directory: used in
// positions and, without a `name:`, for the name of a plain Compose App (the stem). Never throws.
Manifest decode(std::string_view file, std::string_view bytes, const DecodeOptions& options = {});

// Checks that need the whole directory: one owner per App name, Docker name, host port, subnet
// (F085, F086, F004). `apps` in order of precedence: incumbents first. Diagnostics are errors of
// the later App.
std::vector<Diagnostic> validate_together(const std::vector<const App*>& apps,
                                          const std::vector<const SharedNetwork*>& networks);

}  // namespace fairlead::model
