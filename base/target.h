// The target of an HTTP request: path segments and query values. Both directions are here and
// nowhere else, and the percent-encoding is Boost.URL's (RFC 3986): the engine's client and the
// command line write a Target, the daemon's server reads one.
//
//   Target::of("containers", id, "json")                          // /containers/ID/json
//   Target::of("containers", "create").with("name", name)         // /containers/create?name=NAME
//   parse_target("/api/v1/apps/network%2Fedge")->segments.back()  // network/edge
//
// Why a type: names come from manifests, IDs from an engine, keys from clients. As parts of a text
// one of them could be a slash, a question mark or a line feed, and so another path, another
// parameter, or a second request. Pure values; any thread.
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

  // One more segment. All but unreserved characters is encoded, slashes and colons too.
  Target& add(std::string_view segment);
  // The segments of a name that has slashes of its own: team/app. For image references, whose
  // slashes the engine's routes take as they are (`/images/{name:.*}/json`); an encoded one is not
  // found there.
  Target& add_path(std::string_view name);
  // The same with one more pair of the query. A key may come several times.
  Target with(std::string_view key, std::string_view value) const;
  // The same beneath a first segment: v1.41.
  Target under(std::string_view first) const;

  // An empty segment, `.` and `..` would lead elsewhere, and can't be encoded: servers take them
  // out after decoding. No request is made of such a target (docker/http/connection.h,
  // api/client.h). In the query any text is fine.
  bool valid() const { return valid_; }
  // As it stands in the request line; "" for a Target of nothing.
  std::string text() const { return path_ + query_; }

 private:
  std::string path_;
  std::string query_;
  bool valid_ = true;
};

// As received.
struct ParsedTarget {
  // Split at `/` before decoding: the key network/edge arrives as one segment, network%2Fedge. Dots
  // and empty segments stay as they are: here nothing is a path of a file, and the routes match
  // whole.
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order; `+` is a blank

  // First value of a query key; nullopt if it isn't there. `?watch` is there, with "" as its value.
  std::optional<std::string> parameter(std::string_view key) const;
  // All values of a key, in order; empty if it isn't there.
  std::vector<std::string> parameters(std::string_view key) const;
};

// nullopt: not an absolute path, a broken percent-encoding, a character that RFC 3986 has nowhere
// in a target, or more than a megabyte. `/` has no segments. Decoded values may hold any byte, NUL
// and line feeds included: they are compared or escaped, never pasted.
std::optional<ParsedTarget> parse_target(std::string_view text);

// What may stand in a request line or as the value of a header: at least one byte, none of them a
// control character or a blank, all of them ASCII. Asked right before the bytes are written,
// whoever made them.
bool is_one_word(std::string_view text);

}  // namespace fairlead
