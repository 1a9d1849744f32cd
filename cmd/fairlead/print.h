// Reading the daemon's JSON and printing it: tables for people, JSON and YAML for programs.
//
// The one place that writes: so that every text from outside is made fit to be shown
// (base/printable.h, F114), passwords in URLs are hidden, and a full disk or a reader that has gone
// is noticed (delivered()). Standard output is buffered by stdio, and written at the end unless
// pass_on() is called.
//
//   auto reply = fetch(options, Target::of("api", "v1", "files"));
//   if (!reply) return fail(reply.error());
//   const auto rows = rows_of(*reply);
//   if (print_structured(options, rows)) return kOk;   // -o json, -o yaml
//   print_table(files_table(rows, options.output == "wide"));
//
// One thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/client.h"
#include "base/result.h"
#include "base/target.h"
#include "cmd/fairlead/options.h"

namespace fairlead::cli {

// GET from the daemon. Errors: Transient, EngineUnavailable, when no daemon answers; else as
// refusal_of() has it: NotFound for 404, and the daemon's own message and hint.
Result<boost::json::value> fetch(const Options& options, const Target& target);
// The same for a command, whose reply says nothing that is not known.
Status post(const Options& options, const Target& target);
// What both make of a failed exchange, and of a reply with an error in it. The class is lost on the
// way: to a command it is of no interest.
Error no_daemon(const Options& options, const Error& cause);
Error refusal_of(const api::Reply& reply);

// Tolerant readers: missing members are empty, so that a command of one version reads what a daemon
// of another one says. Numbers and booleans are read as texts.
std::string text(const boost::json::object& object, const char* key);
boost::json::array array_of(const boost::json::object& object, const char* key);
std::vector<boost::json::object> rows_of(const boost::json::object& object, const char* key);
// The rows of a reply that is an array, or an object with `items`. What is no object is passed
// over.
std::vector<boost::json::object> rows_of(const boost::json::value& reply);

// Prints as JSON or YAML if that was asked for; false means "print a table".
bool print_structured(const Options& options, const std::vector<boost::json::object>& rows);
bool print_structured(const Options& options, const boost::json::value& value);

// Sends on what was written so far, for a reader that waits for it. False: that can't be done.
bool pass_on();

// First of all in main(): where standard input, output or error is closed, the next file that is
// opened would take its place, and be written into: a log line in the state file. Stand-ins that
// refuse to be written come there.
void keep_standard_places();
// Last of all: `code`, unless what was to be on standard output is not there. Then says so and
// returns `when_lost`; kReaderGone, quietly, where the reader of a pipe has closed it (`| head`).
int delivered(int code, int when_lost);

// One line for people, on standard output or error. Texts from outside are made fit to be shown
// here (base/printable.h); nothing else in cmd/ writes.
void say(std::string_view line);
void complain(std::string_view line);
// A text that is a document already: JSON, YAML. As it is: whoever serialised it has made it fit.
void put_document(std::string_view text);
// With blanks up to `width`. By bytes: letters beyond ASCII make a column narrower.
std::string padded(std::string text, std::size_t width);

// Columns padded to their widest cell, three blanks between them.
void print_table(const std::vector<std::vector<std::string>>& rows);
// The same, row by row: `widths` has what was needed so far, and grows.
void print_row(const std::vector<std::string>& row, std::vector<std::size_t>& widths);
void widen(std::vector<std::size_t>& widths, const std::vector<std::string>& row);

}  // namespace fairlead::cli
