#include "model/load/env_file.h"

#include <algorithm>
#include <optional>

namespace fairlead::model {
namespace {

// Windows editors put it first; the first key would have it in its name.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}
bool is_space(char c) {
  return is_blank(c) || c == '\n';
}
// Bytes from 0x80 belong to letters of other scripts.
bool in_key(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         byte >= 0x80 || std::string_view("_.-[]").find(c) != std::string_view::npos;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// The character that the escape at the start of `text` (a backslash first) stands for, and how long
// the escape is. nullopt: not an escape, the backslash stays.
struct EscapeSequence {
  std::string text;
  std::size_t length = 2;
};
std::optional<EscapeSequence> read_escape(std::string_view text) {
  constexpr std::string_view kNames = "abfnrtv\"\\";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\"\\";
  if (text.size() < 2) return std::nullopt;
  if (text[1] == '$') return EscapeSequence{"$$", 2};  // for the interpolation that follows
  if (const auto name = kNames.find(text[1]); name != std::string_view::npos) {
    return EscapeSequence{std::string(1, kMeanings[name]), 2};
  }
  // `\0101`, as Go's unquoting reads it; a byte of up to 0377.
  const bool octal = text.size() >= 5 && text[1] == '0' && text[2] <= '3' && is_octal(text[2]) &&
                     is_octal(text[3]) && is_octal(text[4]);
  if (!octal) return std::nullopt;
  const int code = (text[2] - '0') * 64 + (text[3] - '0') * 8 + (text[4] - '0');
  return EscapeSequence{std::string(1, static_cast<char>(code)), 5};
}

std::string expand_escapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto escape = text[0] == '\\' ? read_escape(text) : std::nullopt;
    out += escape ? escape->text : std::string(1, text[0]);
    text.remove_prefix(escape ? escape->length : 1);
  }
  return out;
}

// A statement at a time, by offset: what is wrong is said with the line that it began in.
class EnvParser {
 public:
  EnvParser(std::string_view text, const Lookup& lookup) : text_(text), around_(lookup) {}

  std::expected<EnvFile, EnvFileError> parse() {
    while (skip_to_statement()) {
      if (!statement()) return std::unexpected(EnvFileError{line_of(failed_at_), error_});
    }
    return std::move(file_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  int line_of(std::size_t offset) const {
    return 1 + static_cast<int>(std::ranges::count(text_.substr(0, offset), '\n'));
  }

  bool fail(std::size_t offset, std::string message) {
    failed_at_ = offset;
    error_ = std::move(message);
    return false;
  }

  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
  }

  // Past blanks, empty lines and comments. False at the end.
  bool skip_to_statement() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        skip_line();
      } else if (is_space(text_[at_])) {
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  bool statement() {
    // So that a shell can read the same file.
    constexpr std::string_view kExport = "export";
    if (rest().starts_with(kExport) && rest().size() > kExport.size() &&
        is_blank(rest()[kExport.size()])) {
      at_ += kExport.size();
      skip_blanks();
    }
    const std::size_t begin = at_;
    // Blanks too: `KEY = value` is fine, and `TWO WORDS=value` can be named in the message.
    while (at_ < text_.size() && (in_key(text_[at_]) || is_blank(text_[at_])))
      ++at_;
    const std::string key(trim_end(text_.substr(begin, at_ - begin)));
    const char end = at_ < text_.size() ? text_[at_] : '\n';
    if (end != '=' && end != ':' && end != '\n') {
      return fail(at_, "unexpected `" + std::string(1, end) + "` in the name of a variable");
    }
    if (std::ranges::any_of(key, is_space)) {
      return fail(begin, "the name `" + key.substr(0, 40) + "` holds a blank");
    }
    if (key.empty()) return fail(begin, "no name before `" + std::string(1, end) + "`");
    at_ = std::min(at_ + 1, text_.size());
    if (end != '\n') return value_of(key);
    // Set nowhere: as if the line were not there.
    if (const std::string* inherited = around_(key)) file_.values[key] = *inherited;
    return true;
  }

  bool value_of(const std::string& key) {
    skip_blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\n';
    if (quote == '"' || quote == '\'') return quoted_value(key, quote);
    const std::size_t begin = at_;
    skip_line();
    std::string_view value = text_.substr(begin, at_ - begin);
    // A `#` without a blank before it belongs to the value: colours, anchors of URLs.
    value = trim_end(value.substr(0, value.find(" #")));
    return assign(key, value, begin);
  }

  // May go over several lines: a certificate in a variable.
  bool quoted_value(const std::string& key, char quote) {
    const std::size_t begin = at_++;
    std::string value;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      const bool escape = text_[at_] == '\\' && at_ + 1 < text_.size();
      // The backslash stays but before the quote: whether it escapes anything is for the next step.
      if (escape && text_[at_ + 1] != quote) value += text_[at_];
      if (escape) ++at_;
      value += text_[at_];
    }
    if (at_ >= text_.size()) return fail(begin, "the quote is not closed");
    ++at_;
    if (quote == '"') return assign(key, expand_escapes(value), begin);
    // As it stands: in single quotes a `$` is a sign like others.
    file_.values[key] = std::move(value);
    return true;
  }

  bool assign(const std::string& key, std::string_view value, std::size_t begin) {
    const Lookup lookup = [this](const std::string& name) {
      const std::string* outer = around_(name);
      const auto own = file_.values.find(name);
      // What is around wins, so that one variable is one value in all texts.
      return outer != nullptr || own == file_.values.end() ? outer : &own->second;
    };
    auto done = interpolate(value, lookup);
    if (!done) return fail(begin, key + ": " + done.error());
    file_.unset.insert(file_.unset.end(), done->unset.begin(), done->unset.end());
    // Of all values together: each may name those before it, and so double them.
    written_ += done->text.size();
    if (written_ > kMaxInterpolatedBytes) return fail(begin, "the values grow beyond 1 MiB");
    file_.values[key] = std::move(done->text);
    return true;
  }

  std::string_view text_;
  const Lookup& around_;
  std::size_t at_ = 0;
  EnvFile file_;
  std::size_t written_ = 0;
  std::size_t failed_at_ = 0;
  std::string error_;
};

}  // namespace

std::expected<EnvFile, EnvFileError> parse_env_file(std::string_view text, const Lookup& lookup) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return EnvParser(text, lookup).parse();
}

std::expected<EnvFile, EnvFileError> parse_raw_env_file(std::string_view text,
                                                        const Lookup& lookup) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  EnvFile file;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (entry.ends_with('\r')) entry.remove_suffix(1);
    while (!entry.empty() && is_blank(entry.front()))
      entry.remove_prefix(1);
    if (entry.empty() || entry.front() == '#') continue;
    const std::size_t equals = entry.find('=');
    const std::string key(entry.substr(0, equals));
    if (key.empty()) return std::unexpected(EnvFileError{line, "no name before `=`"});
    if (std::ranges::any_of(key, is_space)) {
      return std::unexpected(
          EnvFileError{line, "the name `" + key.substr(0, 40) + "` holds a blank"});
    }
    if (equals != std::string_view::npos) {
      file.values[key] = entry.substr(equals + 1);
    } else if (const std::string* inherited = lookup(key)) {
      file.values[key] = *inherited;
    }
  }
  return file;
}

}  // namespace fairlead::model
