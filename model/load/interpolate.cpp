#include "model/load/interpolate.h"

#include <optional>

namespace fairlead::model {
namespace {

bool begins_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}
bool in_name(char c) {
  return begins_name(c) || (c >= '0' && c <= '9');
}

std::size_t name_length(std::string_view text) {
  if (text.empty() || !begins_name(text[0])) return 0;
  std::size_t length = 1;
  while (length < text.size() && in_name(text[length]))
    ++length;
  return length;
}

// Where the brace that `text` begins with is closed again.
std::optional<std::size_t> closing_brace(std::string_view text) {
  // By braces alone, whatever stands between them, as Compose finds the end.
  int open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return std::nullopt;
}

// `NAME`, or `NAME`, an operator and its text.
struct Expression {
  std::string name;
  bool empty_counts_as_unset = false;  // the operator has a colon
  char kind = 0;                       // '-', '+', '?' or 0
  std::string_view text;
};

// nullopt: no name, or another sign behind it. Such a thing is an error, as in Compose, and not a
// text.
std::optional<Expression> parse_expression(std::string_view body) {
  const std::size_t length = name_length(body);
  if (length == 0) return std::nullopt;
  Expression found;
  found.name = body.substr(0, length);
  body.remove_prefix(length);
  if (body.empty()) return found;
  found.empty_counts_as_unset = body[0] == ':';
  if (found.empty_counts_as_unset) body.remove_prefix(1);
  if (body.empty() || std::string_view("-+?").find(body[0]) == std::string_view::npos) {
    return std::nullopt;
  }
  found.kind = body[0];
  found.text = body.substr(1);
  return found;
}

// A text at a time, from left to right; a default is a text of its own, one level deeper.
class Interpolator {
 public:
  explicit Interpolator(const Lookup& lookup) : lookup_(lookup) {}

  // Appends to `result.text`. False: `error` says why not.
  bool replace(std::string_view text, int depth) {
    if (depth > kMaxInterpolationDepth) {
      error = "expressions are nested deeper than " + std::to_string(kMaxInterpolationDepth);
      return false;
    }
    while (true) {
      const std::size_t dollar = text.find('$');
      if (!put(text.substr(0, dollar))) return false;
      if (dollar == std::string_view::npos) return true;
      text.remove_prefix(dollar + 1);
      if (!after_dollar(text, depth)) return false;
    }
  }

  Interpolated result;
  std::string error;

 private:
  bool after_dollar(std::string_view& text, int depth) {
    if (text.starts_with('{')) return braced(text, depth);
    if (text.starts_with('$')) {
      text.remove_prefix(1);
      return put("$");
    }
    const std::size_t length = name_length(text);
    // `$5`, `$(pwd)`, a dollar at the end: nobody's variable.
    if (length == 0) return put("$");
    const std::string name(text.substr(0, length));
    text.remove_prefix(length);
    return put_value(name);
  }

  bool braced(std::string_view& text, int depth) {
    const auto end = closing_brace(text);
    if (!end) {
      error = "`$" + std::string(text.substr(0, 40)) + "` has no closing brace";
      return false;
    }
    const auto body = text.substr(1, *end - 1);
    const auto expression = parse_expression(body);
    if (!expression) {
      error = "`${" + std::string(body.substr(0, 40)) + "}` is not an expression";
      return false;
    }
    text.remove_prefix(*end + 1);
    return evaluate(*expression, depth);
  }

  bool put(std::string_view text) {
    result.text += text;
    // After the append: what is put is bounded itself, a value or a piece of the text.
    if (result.text.size() <= kMaxInterpolatedBytes) return true;
    error = "the text grows beyond 1 MiB";
    return false;
  }

  bool put_value(const std::string& name) {
    if (const std::string* value = lookup_(name)) return put(*value);
    result.unset.push_back(name);
    return true;
  }

  bool evaluate(const Expression& expression, int depth) {
    if (expression.kind == 0) return put_value(expression.name);
    const std::string* value = lookup_(expression.name);
    const bool set = value != nullptr && !(expression.empty_counts_as_unset && value->empty());
    if (expression.kind == '+') return !set || replace(expression.text, depth + 1);
    if (set) return put(*value);
    if (expression.kind == '-') return replace(expression.text, depth + 1);
    return missing(expression, depth);
  }

  // `:?` and `?`: the text is a message of the manifest's own, and may hold variables.
  bool missing(const Expression& expression, int depth) {
    // Its own result: what the message was made of is no part of the text.
    Interpolator reason(lookup_);
    if (!reason.replace(expression.text, depth + 1)) {
      error = reason.error;
      return false;
    }
    error = "the required variable " + expression.name + " is not set";
    if (!reason.result.text.empty()) error += ": " + reason.result.text;
    return false;
  }

  const Lookup& lookup_;
};

}  // namespace

std::expected<Interpolated, std::string> interpolate(std::string_view text, const Lookup& lookup) {
  Interpolator interpolator(lookup);
  if (!interpolator.replace(text, 0)) return std::unexpected(std::move(interpolator.error));
  return std::move(interpolator.result);
}

}  // namespace fairlead::model
