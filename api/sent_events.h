// Server-sent events (the HTML standard, 9.2): the text of a stream that a browser's EventSource,
// curl and the fairlead command read alike. Written and read here and nowhere else. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead::api {

struct SentEvent {
  std::string id;    // where to go on after it, sent back as Last-Event-ID; empty: none
  std::string type;  // "event:"
  std::string data;  // may have several lines
};

// `id` and `type` must be one line.
std::string sent_text(const SentEvent& event);

// After how long a browser that was cut off comes back.
inline constexpr const char* kRetryLine = "retry: 2000\n\n";
// A comment: nobody is told of it, and who has gone is found by it.
inline constexpr const char* kHeartbeat = ": alive\n\n";

// Takes a stream apart, in whatever pieces it comes.
class SentEventReader {
 public:
  // No event that is meant is larger.
  static constexpr std::size_t kMaxEventBytes = std::size_t{64} << 20;

  // Calls `take` for each event that these bytes complete. Invalid: not a stream of events, or one
  // without end.
  Status feed(std::string_view bytes, const std::function<void(const SentEvent&)>& take);

 private:
  void read_line(std::string_view line);

  std::string line_;
  SentEvent event_;
  bool has_data_ = false;
};

}  // namespace fairlead::api
