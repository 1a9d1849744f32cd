#include "docker/http/line_parser.h"

#include <boost/json/parse.hpp>
#include <utility>

namespace fairlead::docker {
namespace {

// An event has the labels of its container; this is far above what an engine accepts of those.
constexpr std::size_t kLineLimit = 4u << 20;

}  // namespace

bool LineParser::feed(const std::string& bytes) {
  pending_ += bytes;
  std::size_t begin = 0;
  for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', begin)) {
    if (!take(std::string_view(pending_).substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  // Once for all lines: to cut each off the front would copy the rest each time.
  pending_.erase(0, begin);
  return pending_.size() <= kLineLimit;
}

bool LineParser::finish() {
  return take(std::exchange(pending_, {}));
}

bool LineParser::take(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
    line.remove_suffix(1);
  if (!line.empty() && line.front() == '\x1e') line.remove_prefix(1);  // JSON text sequence
  if (line.empty()) return true;
  boost::system::error_code bad;
  const auto value = boost::json::parse(line, bad);
  if (!bad) on_value_(value);
  return !bad;
}

}  // namespace fairlead::docker
