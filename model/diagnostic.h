// What is wrong with a manifest, precisely enough to fix it without reading the manual.
#pragma once

#include <string>
#include <vector>

#include "model/app.h"
#include "model/masks.h"

namespace fairlead::model {

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
std::string to_string(const Diagnostic& diagnostic);

// What every diagnostic goes through before it leaves model/: passwords and the values of variables
// are hidden, and what a hostile file makes long is cut.
void make_fit(Diagnostic& diagnostic, const Masks& masks);

bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace fairlead::model
