// The target of an HTTP request: path segments and query values. Both directions are here and
// nowhere else, and the percent-encoding is Boost.URL's (RFC 3986): the engine's client and the
// command line write a Target, the daemon's server reads one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead {

// To be sent. A value that can be copied. A request is made of a Target, never of a text, so that
// no value can become a segment, a query or a second request.
class Target {
 public:
  // of("containers", id, "json") is /containers/<id>/json, whatever `id` holds.
  template <typename... Segments>
  static Target of(const Segments&... segments) {
    Target target;
    (target.add(segments), ...);
    return target;
  }

  Target& add(std::string_view segment);
  // The segments of a name that has slashes of its own: team/app.
  Target& add_path(std::string_view name);
  // The same with one more pair of the query.
  Target with(std::string_view key, std::string_view value) const;
  // The same beneath a first segment: v1.41.
  Target under(std::string_view first) const;

  // An empty segment, `.` and `..` would lead elsewhere, and can't be encoded: servers take them
  // out after decoding. No request is made of such a target.
  bool valid() const { return valid_; }
  std::string text() const { return path_ + query_; }

 private:
  std::string path_;
  std::string query_;
  bool valid_ = true;
};

// As received.
struct ParsedTarget {
  // Split at `/` before decoding: the key network/edge arrives as one segment, network%2Fedge.
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order; `+` is a blank

  // First value of a query key; nullopt if it isn't there.
  std::optional<std::string> parameter(std::string_view key) const;
  std::vector<std::string> parameters(std::string_view key) const;
};

// nullopt: not an absolute path, a broken percent-encoding, or a character that RFC 3986 has
// nowhere in a target. `/` has no segments.
std::optional<ParsedTarget> parse_target(std::string_view text);

// What may stand in a request line or as the value of a header: at least one byte, none of them a
// control character or a blank, all of them ASCII.
bool is_one_word(std::string_view text);

}  // namespace fairlead
