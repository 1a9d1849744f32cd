// The target of an HTTP request: path segments and query values, encoded here (RFC 3986) and
// nowhere else. A request is made of a Target, never of a text, so that no value can become a
// segment, a query or a second request.
#pragma once

#include <string>
#include <string_view>

namespace fairlead {

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

// What may stand in a request line or as the value of a header: at least one byte, none of them a
// control character or a blank, all of them ASCII.
bool is_one_word(std::string_view text);

}  // namespace fairlead
