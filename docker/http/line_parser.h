// JSON values from a byte stream: the engine's progress and event lines. Private to docker/.
//
// `GET /events`, `POST /images/create`: values one after the other, a line each; a record separator
// before one (RFC 7464) is passed over. Pieces end anywhere, in the middle of a character too.
//
//   LineParser lines([&](const boost::json::value& line) { take(line); });
//   if (!lines.feed(bytes)) close();  // no JSON: not our engine, or a piece was lost
//   const bool clean = lines.finish();
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace fairlead::docker {

// One value a line, whatever stands between them (F064). Not to be used after it has said false.
class LineParser {
 public:
  // `on_value` is called from within feed() and finish(); it must not feed.
  explicit LineParser(std::function<void(const boost::json::value&)> on_value)
      : on_value_(std::move(on_value)) {}

  // False if a value is longer than 4 MiB or is no JSON: there is no way to find the next one for
  // sure. Values before it have been handed over.
  bool feed(const std::string& bytes);
  // The end of the stream: a last line may have no line feed. False if it was cut.
  bool finish();

 private:
  bool take(std::string_view line);

  std::function<void(const boost::json::value&)> on_value_;
  std::string pending_;
};

}  // namespace fairlead::docker
