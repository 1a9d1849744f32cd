// The only way from manifest bytes to values: parse with the guarded YAML reader, decode, validate.
//
//   DecodeOptions options;                       // environment, other files, keys: options.h
//   const Manifest manifest = decode("shop.yaml", bytes, options);
//   if (manifest.pending) …                      // follow `references`, decode again
//   else if (has_errors(manifest.diagnostics)) … // keep what was in force
//   else …                                       // apps and networks are the file's meaning now
//
//   a document with               is
//   kind: App                     one App, its Compose model under `spec`
//   kind: Network                 one SharedNetwork
//   neither kind nor apiVersion   with all others of the file one plain Compose file, so one App
//
// A file named NAME.override.yaml says nothing by itself: it is laid onto NAME.yaml when that is
// decoded. An empty file is an error and no wish: it is what a truncated one looks like (F082).
//
// Deterministic: equal bytes and answers of `options` give equal values and digests. It blocks for
// as long as parsing takes, and for as long as `options.decrypt` does, which runs a program: the
// daemon runs it on a pool (controller/desired/store.h). It has no state and may run on any thread.
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
// applied: the file's last good version stays in force (F082, F083). That is so for the whole file,
// not only for the App that is wrong.
struct Manifest {
  std::vector<App> apps;
  std::vector<SharedNetwork> networks;
  std::vector<Diagnostic> diagnostics;
  // Names of Apps and Networks (as network/NAME) that could be told although the file is invalid,
  // so that the objects of a broken App are recognised as still wanted.
  std::vector<std::string> mentioned;
  // Every other file that was asked for, whether it is there or not: when one changes, the
  // manifest means something else.
  std::set<std::string> references;
  // A file was not looked for yet: nothing of this may be used but `references` and `mentioned`.
  bool pending = false;
};

// Decodes all documents of a file. `file` is its path relative to the manifests directory: used in
// positions and, without a `name:`, for the name of a plain Compose App (the stem). Never throws:
// what a library throws is a diagnostic of the whole file.
Manifest decode(std::string_view file, std::string_view bytes, const DecodeOptions& options = {});

}  // namespace fairlead::model
