#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/printable.h"
#include "base/time_text.h"

namespace fairlead {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> kFormats = {"auto", "text", "logfmt", "json"};
constexpr std::array<const char*, 4> kColours = {"\033[2m", "\033[32m", "\033[33m", "\033[31m"};
constexpr std::array<const char*, 4> kPriorities = {"<7>", "<6>", "<4>", "<3>"};

template <typename Enum>
bool parse_name(const std::array<std::string_view, 4>& names, std::string_view text, Enum& out) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != text) continue;
    out = static_cast<Enum>(i);
    return true;
  }
  return false;
}

std::string quoted(std::string_view text) {
  return '"' + printable(without_passwords(text), Escape::kQuoted) + '"';
}

bool plain_word(std::string_view text) {
  if (text.empty()) return false;
  for (const unsigned char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == '@' || c >= 0x7f) return false;
  }
  return true;
}

struct ValueText {
  bool json;
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(double v) const {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", v);
    return text.data();
  }
  std::string operator()(const std::string& v) const {
    return json || !plain_word(v) ? quoted(v) : v;
  }
};

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

std::string readable(const LogRecord& record, bool colour, bool timestamp) {
  const auto level = static_cast<std::size_t>(record.level);
  std::string line = timestamp ? to_rfc3339(record.time).substr(11, 12) + " " : "";
  if (colour) line += kColours[level];
  std::string name(kLevels[level]);
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

bool colour_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return isatty(STDERR_FILENO) == 1 && !dumb && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace

std::string_view to_string(LogLevel level) {
  return kLevels[static_cast<std::size_t>(level)];
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
    std::string line = journal ? kPriorities[static_cast<std::size_t>(record.level)] : "";
    line += format_record(record, format, colour, !journal);
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  };
}

}  // namespace fairlead
