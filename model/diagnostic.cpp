#include "model/diagnostic.h"

#include <algorithm>

#include "base/printable.h"

namespace fairlead::model {

namespace {

// Keys and values of a manifest that is none may be anything, and of any length.
constexpr std::size_t kMostPath = 200;
constexpr std::size_t kMostMessage = 400;

}  // namespace

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

void make_fit(Diagnostic& diagnostic, const Masks& masks) {
  const auto fit = [&masks](std::string& text) {
    text = shortened(without_passwords(masks.apply(text)), kMostMessage);
  };
  // Keys are a user's words as well: a password may stand where a key was meant.
  diagnostic.path = shortened(without_passwords(masks.apply(diagnostic.path)), kMostPath);
  fit(diagnostic.message);
  fit(diagnostic.expected);
  fit(diagnostic.hint);
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& each) {
    return each.severity == Diagnostic::Severity::kError;
  });
}

}  // namespace fairlead::model
