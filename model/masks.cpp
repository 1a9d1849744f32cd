#include "model/masks.h"

#include <algorithm>
#include <cctype>

namespace fairlead::model {
namespace {

constexpr std::size_t kLeast = 4;
constexpr std::size_t kLeastPart = 8;
constexpr std::size_t kMost = 4096;  // of one value: no message repeats more
constexpr std::size_t kMostDigits = 5;
// A shorter value is hidden only where it stands as a word of its own.
constexpr std::size_t kAnywhere = 8;
constexpr std::string_view kBetweenParts = ":/,=@ \t\r\n";
constexpr std::string_view kChoices[] = {"true",  "false",  "none", "host",    "always", "never",
                                         "local", "bridge", "warn", "default", "latest"};

bool is_figure(char c) {
  return c >= '0' && c <= '9';
}
bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t length) {
  const bool begins = at == 0 || !in_word(text[at - 1]);
  return begins && (at + length == text.size() || !in_word(text[at + length]));
}

}  // namespace

void Masks::put(const std::string& name, std::string_view value) {
  const bool number = value.size() <= kMostDigits && std::ranges::all_of(value, is_figure);
  if (value.size() < kLeast || number || std::ranges::find(kChoices, value) != std::end(kChoices))
    return;
  names_.emplace(value.substr(0, kMost), name);
}

void Masks::add(const std::string& name, std::string_view value) {
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())) != 0)
    value.remove_suffix(1);
  put(name, value);
  value = value.substr(0, kMost);
  while (!value.empty()) {
    const auto end = std::min(value.find_first_of(kBetweenParts), value.size());
    if (end >= kLeastPart) put(name, value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

void Masks::add(const Masks& more) {
  names_.insert(more.names_.begin(), more.names_.end());
}

std::string Masks::apply(std::string_view text) const {
  std::string out(text);
  for (const auto& [value, name] : names_) {
    const std::string instead = "${" + name + "}";
    for (auto at = out.find(value); at != std::string::npos; at = out.find(value, at)) {
      if (value.size() < kAnywhere && !stands_alone(out, at, value.size())) {
        ++at;
        continue;
      }
      out.replace(at, value.size(), instead);
      at += instead.size();
    }
  }
  return out;
}

}  // namespace fairlead::model
