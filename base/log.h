// A small structured logger: a constant message and typed key/value pairs, written as logfmt, JSON
// or text. Values that may hold secrets (environment, request bodies, credentials) are never given
// to it; passwords in URLs are taken out all the same. spdlog 1.10 has no key/value fields, hence
// our own (docs/logging.md lists messages and keys; tests/tidy/check_docs.py wants each message
// there).
//
//   log.warn("no listener", {{"err", started.error().message}, {"port", 9478}});
//
// A message is constant, so that it can be searched for and counted; what varies stands in the
// fields. Keys are those of docs/logging.md: `app` for the App, `reason` for the word of an error,
// `err` for its text, `hint` for the next step. Whether something that repeats is worth a line is
// for the caller to decide (F099): here every call above the level is one line.
//
// One thread. A sink may block as long as its reader does: nothing is queued. Without a reader
// lines are lost, and nothing else: the process ignores SIGPIPE, and a failed write is no error
// here, for there would be nobody to tell.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace fairlead {

// In order: what is below the level set is left out.
enum class LogLevel { kDebug, kInfo, kWarn, kError };
// kAuto is for a sink to decide (stderr_sink()); as text it is logfmt.
enum class LogFormat { kAuto, kText, kLogfmt, kJson };

std::string_view to_string(LogLevel level);
// False, and `out` as it was, if it is none of the names: "debug", "info", "warn", "error"; "auto",
// "text", "logfmt", "json".
bool parse_log_level(std::string_view text, LogLevel& out);
bool parse_log_format(std::string_view text, LogFormat& out);

// One key and its value. The key must outlive the record: a literal. The value is copied. Numbers
// and booleans stay what they are in JSON; in text and logfmt they are written without quotes, and
// a string only where it could be misread.
struct LogField {
  std::string_view key;
  std::variant<std::int64_t, double, bool, std::string> value;

  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <typename Int>
    requires std::is_integral_v<Int>
  LogField(std::string_view k, Int v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

// Borrows message and keys from the caller: a sink that keeps records copies them.
struct LogRecord {
  LogLevel level = LogLevel::kInfo;
  WallTime time{};
  std::string_view message;
  std::vector<LogField> fields;
};

// Borrows the clock. Copies of a Logger would count apart, so it is passed by reference.
class Logger {
 public:
  using Sink = std::function<void(const LogRecord&)>;

  Logger(const Clock& clock, Sink sink, LogLevel level = LogLevel::kInfo);

  void set_level(LogLevel level) { level_ = level; }
  LogLevel level() const { return level_; }

  // The usual calls. `message` is a literal: the tidy check looks for it in docs/logging.md.
  void debug(std::string_view message, std::initializer_list<LogField> fields = {});
  void info(std::string_view message, std::initializer_list<LogField> fields = {});
  void warn(std::string_view message, std::initializer_list<LogField> fields = {});
  void error(std::string_view message, std::initializer_list<LogField> fields = {});
  // For a level that is decided by the case. Below the level set nothing is written or counted.
  void log(LogLevel level, std::string_view message, std::vector<LogField> fields);

  // Records written per level since start, indexed by LogLevel (for metrics).
  std::uint64_t written(LogLevel level) const { return counts_[static_cast<int>(level)]; }

 private:
  const Clock& clock_;
  Sink sink_;
  LogLevel level_;
  std::uint64_t counts_[4] = {};
};

// One line without the newline. Control characters are escaped: engine text is hostile (F114);
// bytes that are no UTF-8 become U+FFFD, and passwords of URLs `***`. `timestamp` is the whole time
// in logfmt and JSON, and the time of day in text. `colour` is for text alone.
std::string format_record(const LogRecord& record, LogFormat format, bool colour, bool timestamp);

// Writes to file descriptor 2. kAuto means text on a terminal, else logfmt; under journald
// (JOURNAL_STREAM) lines get the priority prefix <3>…<7> instead of a timestamp (sd-daemon(3)), so
// that `journalctl -p warning` works. Colour only on a terminal, and not where NO_COLOR is set or
// TERM is dumb. All of that is decided now, once.
Logger::Sink stderr_sink(LogFormat format);

}  // namespace fairlead
