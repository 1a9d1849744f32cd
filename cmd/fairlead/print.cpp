#include "cmd/fairlead/print.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/json_strings.h"
#include "base/printable.h"
#include "model/form/to_yaml.h"

namespace fairlead::cli {

Error no_daemon(const Options& options, const Error& cause) {
  return {ErrorClass::kTransient, Reason::kEngineUnavailable,
          "no Fairlead answers on " + socket_path(options) + " (" + cause.message + ")",
          "start one with `fairlead run`, or name its --state-dir"};
}

// By status: the reason's word is for people, and a reply may be of another version, or of a proxy.
Error refusal_of(const api::Reply& reply) {
  boost::system::error_code bad;
  const auto parsed = boost::json::parse(reply.body, bad);
  std::string message = reply.body;
  std::string hint;
  if (!bad && parsed.is_object()) {
    const auto& object = parsed.as_object();
    const auto* inner = object.if_contains("error");
    const auto& source = inner != nullptr && inner->is_object() ? inner->as_object() : object;
    message = text(source, "message");
    hint = text(source, "hint");
  }
  const auto reason = reply.status == 404   ? Reason::kNotFound
                      : reply.status == 403 ? Reason::kPermissionDenied
                      : reply.status == 409 ? Reason::kPruneBlocked
                                            : Reason::kInternalError;
  return {ErrorClass::kInvalid, reason, message, hint};
}

namespace {

// Below 400 all is well, the 202 of a command too.
Result<std::string> exchange(const Options& options, const char* method, const Target& target) {
  auto reply = api::request(socket_path(options), method, target);
  if (!reply) return std::unexpected(no_daemon(options, reply.error()));
  if (reply->status < 400) return reply->body;
  return std::unexpected(refusal_of(*reply));
}

}  // namespace

Result<boost::json::value> fetch(const Options& options, const Target& target) {
  auto body = exchange(options, "GET", target);
  if (!body) return std::unexpected(body.error());
  boost::system::error_code bad;
  auto parsed = boost::json::parse(*body, bad);
  if (bad) {
    return failure(ErrorClass::kTransient, Reason::kInternalError,
                   "the daemon's answer can't be read: " + bad.message());
  }
  return parsed;
}

Status post(const Options& options, const Target& target) {
  auto body = exchange(options, "POST", target);
  if (!body) return std::unexpected(body.error());
  return {};
}

// What is no text is shown as JSON writes it.
std::string text(const boost::json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return "";
  if (value->is_string()) return std::string(value->as_string());
  return boost::json::serialize(*value);
}

boost::json::array array_of(const boost::json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->as_array() : boost::json::array{};
}

std::vector<boost::json::object> rows_of(const boost::json::value& reply) {
  std::vector<boost::json::object> rows;
  const auto take = [&rows](const boost::json::array& array) {
    for (const auto& each : array) {
      if (each.is_object()) rows.push_back(each.as_object());
    }
  };
  if (reply.is_array()) take(reply.as_array());
  if (reply.is_object()) take(array_of(reply.as_object(), "items"));
  return rows;
}

std::vector<boost::json::object> rows_of(const boost::json::object& object, const char* key) {
  return rows_of(boost::json::value(array_of(object, key)));
}

namespace {

// Why standard output was first refused; 0 while it was not. What comes later is only its
// consequence.
int& refusal() {
  static int error = 0;
  return error;
}

// Never fails here: it goes on, so that a command's own work is done, and is told at the end.
void write_out(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written && refusal() == 0) refusal() = errno;
}

// A line feed within a text would be a line of its own.
std::string as_line(std::string_view text) {
  return printable(without_passwords(text)) + "\n";
}

}  // namespace

void keep_standard_places() {
  for (const int place : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // In order, so that the lowest free number is always `place`.
    if (fcntl(place, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free one: `place`. Kept for children too, hence not closed by exec. Read-only, so
    // that output which nobody gets is an error, as it is without a stand-in.
    if (open("/dev/null", O_RDONLY) < 0) (void)open("/", O_RDONLY);  // NOLINT(android-cloexec-open)
  }
}

// fflush() finds out what fwrite() has only put into a buffer.
bool pass_on() {
  if (std::fflush(stdout) != 0 && refusal() == 0) refusal() = errno;
  return refusal() == 0;
}

// EPIPE is no error of ours: the reader had enough.
int delivered(int code, int when_lost) {
  if (pass_on()) return code;
  if (refusal() == EPIPE) return kReaderGone;
  complain(std::string("error: standard output: ") + std::strerror(refusal()) +
           "; what was written is not whole");
  return when_lost;
}

void say(std::string_view line) {
  write_out(as_line(line));
}

void complain(std::string_view line) {
  const auto text = as_line(line);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void put_document(std::string_view text) {
  write_out(text);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

bool print_structured(const Options& options, const boost::json::value& shown) {
  // Again, although the daemon has: with --offline it was not asked.
  const auto value = without_passwords(shown);
  if (options.output == "json") {
    put_document(printable(boost::json::serialize(value), Escape::kJson) + "\n");
    return true;
  }
  if (options.output == "yaml") {
    put_document(model::to_yaml(value));
    return true;
  }
  return false;
}

// A list even of one, or of none: a script need not ask how many there are.
bool print_structured(const Options& options, const std::vector<boost::json::object>& rows) {
  boost::json::array all;
  for (const auto& row : rows)
    all.push_back(row);
  return print_structured(options, boost::json::value(all));
}

void widen(std::vector<std::size_t>& widths, const std::vector<std::string>& row) {
  widths.resize(std::max(widths.size(), row.size()));
  for (std::size_t i = 0; i < row.size(); ++i)
    // As it will be shown: an escape is longer than what it stands for.
    widths[i] = std::max(widths[i], printable(row[i]).size());
}

void print_row(const std::vector<std::string>& row, std::vector<std::size_t>& widths) {
  widen(widths, row);
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool last = i + 1 == row.size();
    // No blanks behind the last cell: lines that are copied have none.
    line += last ? printable(row[i]) : padded(printable(row[i]), widths[i] + 3);
  }
  say(line);
}

// Twice through: the widths are known after the last row.
void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    widen(widths, row);
  for (const auto& row : rows)
    print_row(row, widths);
}

}  // namespace fairlead::cli
