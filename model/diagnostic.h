// What is wrong with a manifest, precisely enough to fix it without reading the manual: where,
// what, what would be right, and what to do next.
//
// A diagnostic is not an Error (base/result.h): an Error ends something, and the caller decides
// what follows; of diagnostics there are many at once, and all are shown. One of severity kError
// keeps the file's last good version in force (F082, F083); a warning changes nothing.
//
//   shop.yaml:7:5: error: services.web.prots: unknown key; did you mean `ports`?
//   shop.yaml:9:12: warning: services.web.ports[0]: the variable PORT is not set; …
//
// They come out of model/ sorted by position (manifest.h) and fit to be shown, which is not the
// same as fit for a terminal: whoever prints them escapes what is left (printable() in
// base/printable.h).
#pragma once

#include <string>
#include <vector>

#include "model/app.h"
#include "model/masks.h"

namespace fairlead::model {

// Texts begin small and have no full stop: they stand in one line.
struct Diagnostic {
  enum class Severity { kWarning, kError };
  Severity severity = Severity::kError;
  Position position;
  std::string path;      // key path, e.g. services.web.ports[0]
  std::string message;   // what is wrong
  std::string expected;  // what would be right; may be empty
  std::string hint;      // "did you mean …", or the next step; may be empty
};

// file:line:column: error: services.web.prots: unknown key (expected …); did you mean `ports`?
//
// The form that compilers have, so that editors jump to it. Files are judged by these texts: only
// what changed in them is logged again (controller/desired).
std::string to_string(const Diagnostic& diagnostic);

// What every diagnostic goes through before it leaves model/: passwords and the values of variables
// are hidden, and what a hostile file makes long is cut, the path at 200 bytes, a text at 400. In
// this order: half a secret is known by no mask.
void make_fit(Diagnostic& diagnostic, const Masks& masks);

// Whether the file may be applied.
bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace fairlead::model
