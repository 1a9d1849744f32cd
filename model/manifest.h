// The only way from manifest bytes to values: parse with the guarded YAML reader, decode, validate.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"
#include "model/options.h"

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

// Decodes all documents of a file. `file` is its path relative to the manifests directory: used in
// positions and, without a `name:`, for the name of a plain Compose App (the stem). Never throws.
Manifest decode(std::string_view file, std::string_view bytes, const DecodeOptions& options = {});

}  // namespace fairlead::model
