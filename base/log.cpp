#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/enum_text.h"
#include "base/printable.h"
#include "base/time_text.h"

namespace fairlead {
namespace {

struct Level {
  LogLevel value;
  std::string_view text;
  const char* colour;
  const char* priority;  // as journald reads it
};
constexpr Level kLevels[] = {{LogLevel::kDebug, "debug", "\033[2m", "<7>"},
                             {LogLevel::kInfo, "info", "\033[32m", "<6>"},
                             {LogLevel::kWarn, "warn", "\033[33m", "<4>"},
                             {LogLevel::kError, "error", "\033[31m", "<3>"}};
static_assert(covers(kLevels));

constexpr EnumText<LogFormat> kFormats[] = {{LogFormat::kAuto, "auto"},
                                            {LogFormat::kText, "text"},
                                            {LogFormat::kLogfmt, "logfmt"},
                                            {LogFormat::kJson, "json"}};
static_assert(covers(kFormats));

// False, and `out` as it was, if nothing is called so.
template <typename Row, std::size_t Count>
bool parse_name(const Row (&rows)[Count], std::string_view text, decltype(Row::value)& out) {
  const auto value = value_of(rows, text);
  out = value.value_or(out);
  return value.has_value();
}

// Passwords first: an escape could come between a user and the `@`.
std::string quoted(std::string_view text) {
  return '"' + printable(without_passwords(text), Escape::kQuoted) + '"';
}

// What logfmt readers take without quotes. `@` is none of it, so that every value that may hold a
// password goes through quoted().
bool plain_word(std::string_view text) {
  if (text.empty()) return false;
  for (const unsigned char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == '@' || c >= 0x7f) return false;
  }
  return true;
}

// How a value is written. JSON quotes every string, logfmt and text only where it could be misread.
struct ValueText {
  bool json;
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(double v) const {
    std::array<char, 32> text{};
    // Without a locale's comma: the process never sets one.
    std::snprintf(text.data(), text.size(), "%.6g", v);
    return text.data();
  }
  std::string operator()(const std::string& v) const {
    return json || !plain_word(v) ? quoted(v) : v;
  }
};

// Keys are literals of ours, and need no quotes.
void append_logfmt(std::string& line, const std::vector<LogField>& fields) {
  for (const auto& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    line += std::visit(ValueText{false}, field.value);
  }
}

std::string logfmt(const LogRecord& record, bool timestamp) {
  std::string line = timestamp ? "ts=" + to_rfc3339(record.time) + " " : "";
  line += "level=";
  line += to_string(record.level);
  line += " msg=" + quoted(record.message);
  append_logfmt(line, record.fields);
  return line;
}

std::string json(const LogRecord& record, bool timestamp) {
  std::string line = "{";
  if (timestamp) line += "\"ts\":\"" + to_rfc3339(record.time) + "\",";
  line += "\"level\":" + quoted(to_string(record.level)) + ",\"msg\":" + quoted(record.message);
  for (const auto& field : record.fields) {
    line += "," + quoted(field.key) + ":" + std::visit(ValueText{true}, field.value);
  }
  return line + "}";
}

// For people: the time of day, the level in a column of its own, then the message unquoted.
std::string readable(const LogRecord& record, bool colour, bool timestamp) {
  const auto& level = row_of(kLevels, record.level);
  std::string line = timestamp ? to_rfc3339(record.time).substr(11, 12) + " " : "";
  if (colour) line += level.colour;
  std::string name(level.text);
  // As wide as "debug" and a blank.
  name.resize(6, ' ');
  line += name;
  if (colour) line += "\033[0m";
  line += printable(record.message);
  append_logfmt(line, record.fields);
  return line;
}

// True if journald reads our stderr: JOURNAL_STREAM names its device and inode.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found{};
  if (stream == nullptr || fstat(STDERR_FILENO, &found) != 0) return false;
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

// NO_COLOR (no-color.org): set and not empty.
bool colour_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return isatty(STDERR_FILENO) == 1 && !dumb && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace

std::string_view to_string(LogLevel level) {
  return text_of(kLevels, level);
}

bool parse_log_level(std::string_view text, LogLevel& out) {
  return parse_name(kLevels, text, out);
}

bool parse_log_format(std::string_view text, LogFormat& out) {
  return parse_name(kFormats, text, out);
}

Logger::Logger(const Clock& clock, Sink sink, LogLevel level)
    : clock_(clock), sink_(std::move(sink)), level_(level) {}

void Logger::debug(std::string_view message, std::initializer_list<LogField> fields) {
  log(LogLevel::kDebug, message, fields);
}
void Logger::info(std::string_view message, std::initializer_list<LogField> fields) {
  log(LogLevel::kInfo, message, fields);
}
void Logger::warn(std::string_view message, std::initializer_list<LogField> fields) {
  log(LogLevel::kWarn, message, fields);
}
void Logger::error(std::string_view message, std::initializer_list<LogField> fields) {
  log(LogLevel::kError, message, fields);
}

void Logger::log(LogLevel level, std::string_view message, std::vector<LogField> fields) {
  if (level < level_) return;
  ++counts_[static_cast<int>(level)];
  sink_(LogRecord{level, clock_.wall_now(), message, std::move(fields)});
}

std::string format_record(const LogRecord& record, LogFormat format, bool colour, bool timestamp) {
  switch (format) {
    case LogFormat::kJson:
      return json(record, timestamp);
    case LogFormat::kText:
      return readable(record, colour, timestamp);
    case LogFormat::kAuto:
    case LogFormat::kLogfmt:
      break;
  }
  return logfmt(record, timestamp);
}

Logger::Sink stderr_sink(LogFormat format) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  if (format == LogFormat::kAuto) format = terminal ? LogFormat::kText : LogFormat::kLogfmt;
  const bool journal = stderr_is_journal();
  const bool colour = colour_wanted();
  return [format, journal, colour](const LogRecord& record) {
    std::string line = journal ? row_of(kLevels, record.level).priority : "";
    line += format_record(record, format, colour, !journal);
    line += '\n';
    // One write for a line, so that lines of other processes on the same stream don't fall into it.
    std::fwrite(line.data(), 1, line.size(), stderr);
  };
}

}  // namespace fairlead
