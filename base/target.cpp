#include "base/target.h"

#include <algorithm>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

namespace fairlead {
namespace {

namespace urls = boost::urls;

// Far more than any target that is meant; Boost.URL throws for what is longer than it can count.
constexpr std::size_t kMaxTargetBytes = 1 << 20;

// All but the unreserved characters is encoded, slashes too.
std::string percent(std::string_view text) {
  return urls::encode(urls::string_view(text.data(), text.size()), urls::unreserved_chars);
}

}  // namespace

Target& Target::add(std::string_view segment) {
  valid_ = valid_ && !segment.empty() && segment != "." && segment != "..";
  path_ += "/" + percent(segment);
  return *this;
}

Target& Target::add_path(std::string_view name) {
  while (true) {
    const auto slash = name.find('/');
    add(name.substr(0, slash));
    if (slash == std::string_view::npos) return *this;
    name.remove_prefix(slash + 1);
  }
}

Target Target::with(std::string_view key, std::string_view value) const {
  Target more = *this;
  more.query_ += (query_.empty() ? "?" : "&") + percent(key) + "=" + percent(value);
  return more;
}

Target Target::under(std::string_view first) const {
  Target whole = of(first);
  whole.path_ += path_;
  whole.query_ = query_;
  whole.valid_ = whole.valid_ && valid_;
  return whole;
}

std::optional<std::string> ParsedTarget::parameter(std::string_view key) const {
  const auto found = std::ranges::find(query, key, &std::pair<std::string, std::string>::first);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> ParsedTarget::parameters(std::string_view key) const {
  std::vector<std::string> out;
  for (const auto& [name, value] : query) {
    if (name == key) out.push_back(value);
  }
  return out;
}

std::optional<ParsedTarget> parse_target(std::string_view text) {
  if (text.size() > kMaxTargetBytes) return std::nullopt;
  const auto parsed = urls::parse_origin_form(urls::string_view(text.data(), text.size()));
  if (!parsed) return std::nullopt;
  ParsedTarget target;
  const auto segments = parsed->segments();
  for (const auto& segment : segments)
    // Decoded one by one by Boost.URL, after it has split them.
    target.segments.emplace_back(segment);
  urls::encoding_opts form;
  // As HTML forms write a blank.
  form.space_as_plus = true;
  const auto query = parsed->params(form);
  for (const auto& pair : query)
    target.query.emplace_back(pair.key, pair.value);
  return target;
}

bool is_one_word(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace fairlead
