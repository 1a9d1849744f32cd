// The only way from manifest bytes to values: parse with the guarded YAML reader, decode, validate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"

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
};

struct DecodeOptions {
  // For bare `KEY` entries of `environment:`. Never the daemon's own environment.
  StringMap environment;
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
