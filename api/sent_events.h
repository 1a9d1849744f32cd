// Server-sent events (the HTML standard, 9.2): the text of a stream that a browser's EventSource,
// curl and the fairlead command read alike. Written and read here and nowhere else. Pure.
//
//   id: 1795000000000-42
//   event: recorded
//   data: {"sequence":42,…}
//   (an empty line)
//
// Of the standard's reader this one knows what our writer writes: lines end with a line feed alone,
// there is no byte order mark, and `retry` means nothing to a client that ends when it is cut off.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead::api {

// One event.
struct SentEvent {
  std::string id;    // where to go on after it, sent back as Last-Event-ID; empty: none
  std::string type;  // "event:"
  std::string data;  // may have several lines
};

// `id` and `type` must be one line; nobody checks that they are. The event's text ends with the
// empty line that makes it count.
std::string sent_text(const SentEvent& event);

// After how long a browser that was cut off comes back. In milliseconds.
inline constexpr const char* kRetryLine = "retry: 2000\n\n";
// A comment: nobody is told of it, and who has gone is found by it.
inline constexpr const char* kHeartbeat = ": alive\n\n";

// Takes a stream apart, in whatever pieces it comes. Not to be used after an error.
class SentEventReader {
 public:
  // No event that is meant is larger.
  static constexpr std::size_t kMaxEventBytes = std::size_t{64} << 20;

  // Calls `take` for each event that these bytes complete; one without data is none, as the
  // standard has it. Invalid: not a stream of events, or one without end.
  Status feed(std::string_view bytes, const std::function<void(const SentEvent&)>& take);

 private:
  void read_line(std::string_view line);

  std::string line_;
  SentEvent event_;
  bool has_data_ = false;
};

}  // namespace fairlead::api
