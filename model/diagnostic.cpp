#include "model/diagnostic.h"

#include <algorithm>

namespace fairlead::model {

std::string to_string(const Position& position) {
  std::string text = position.file;
  if (position.line > 0) {
    text += ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
  }
  return text;
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = to_string(diagnostic.position);
  text += diagnostic.severity == Diagnostic::Severity::kError ? ": error: " : ": warning: ";
  if (!diagnostic.path.empty()) text += diagnostic.path + ": ";
  text += diagnostic.message;
  if (!diagnostic.expected.empty()) text += " (expected " + diagnostic.expected + ")";
  if (!diagnostic.hint.empty()) text += "; " + diagnostic.hint;
  return text;
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& each) {
    return each.severity == Diagnostic::Severity::kError;
  });
}

}  // namespace fairlead::model
