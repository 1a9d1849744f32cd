// The bounds are a matter of weighing: too short, and messages are full of ${…} where nothing was
// secret; too long, and a piece of a password is read by somebody. tests/model/masks_test.cpp holds
// both sides.
#include "model/masks.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "base/passwords.h"

namespace fairlead::model {
namespace {

// Shorter ones can be guessed, and stand in half of all texts.
constexpr std::size_t kLeast = 4;
constexpr std::size_t kLeastPart = 8;
constexpr std::size_t kLeastOddPart = 6;
constexpr std::size_t kMostParted = 4096;  // of one value; of a longer one any piece is looked for
// Ports and the like.
constexpr std::size_t kMostDigits = 5;
// A shorter value is hidden only where it stands as a word of its own.
constexpr std::size_t kAnywhere = 8;
// Of a longer value messages may repeat a piece that begins and ends anywhere, cut to fit.
constexpr std::size_t kWhole = 64;
constexpr std::size_t kLeastPiece = 16;
constexpr std::size_t kMostSame = 16;    // places of the same eight characters in one text
constexpr std::size_t kMostPairs = 256;  // NAME=VALUE in one value
constexpr std::size_t kMostRuns = 16;    // of the beginnings and ends of one value, by their parts
constexpr std::string_view kBetweenParts = ":/,=@ \t\r\n";
constexpr std::string_view kBlanksAndQuotes = " \t\"'";
constexpr std::string_view kChoices[] = {"true",   "false",  "none",   "host",  "always",
                                         "never",  "local",  "bridge", "warn",  "default",
                                         "latest", "sha256", "sha512", "x86_64"};
constexpr std::string_view kSecretNames[] = {"password", "passwd", "pwd", "secret", "token", "key"};

bool is_figure(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_capital(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}
bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string small_letters(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_choice(std::string_view text) {
  return std::ranges::find(kChoices, text) != std::end(kChoices);
}
bool has_figures_and_letters(std::string_view text) {
  return std::ranges::any_of(text, is_figure) && std::ranges::any_of(text, is_letter);
}
// No word of a language: `0x5EKQ`, `SEKQud`.
bool is_odd(std::string_view text) {
  if (has_figures_and_letters(text)) return true;
  return !text.empty() && std::ranges::any_of(text.substr(1), is_capital) &&
         !std::ranges::all_of(text, [](char c) { return is_capital(c) || !is_letter(c); });
}
// Messages may write it in capitals, as they do with capabilities, or suggest small letters.
bool in_any_case(std::string_view value) {
  return value.size() >= kAnywhere || has_figures_and_letters(value);
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t length) {
  const bool begins = at == 0 || !in_word(text[at - 1]);
  return begins && (at + length == text.size() || !in_word(text[at + length]));
}

bool is_part(std::string_view part) {
  return part.size() >= kLeastPart ||
         (part.size() >= kLeastOddPart && is_odd(part) && !is_choice(part));
}

// Where values are put together: URLs, paths, lists, pairs.
std::vector<std::string_view> parts_of(std::string_view value) {
  std::vector<std::string_view> out;
  while (!value.empty()) {
    const auto end = std::min(value.find_first_of(kBetweenParts), value.size());
    if (end > 0) out.push_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return out;
}

// What stands behind NAME= or "NAME": for names like `db_password`; else "".
std::string_view secret_behind(std::string_view value, std::size_t sign) {
  auto end = sign;
  while (end > 0 && kBlanksAndQuotes.find(value[end - 1]) != std::string_view::npos)
    --end;
  auto begin = end;
  while (begin > 0 && end - begin < kWhole &&
         (in_word(value[begin - 1]) || value[begin - 1] == '-' || value[begin - 1] == '.'))
    --begin;
  // `DB_PASSWORD`, `--api-token`, "secret-key": by what the name has in it.
  const std::string name = small_letters(value.substr(begin, end - begin));
  if (std::ranges::none_of(kSecretNames,
                           [&name](auto each) { return name.find(each) != name.npos; }))
    return {};
  auto rest = value.substr(sign + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (rest.empty()) return {};
  if (rest.front() == '"' || rest.front() == '\'')
    return rest.substr(1, rest.find(rest.front(), 1) - 1);
  return rest.substr(0, rest.find_first_of(" \t\r\n;&,\"'"));
}

// Passwords of URLs, and values of pairs that name themselves a secret.
std::vector<std::string_view> secrets_in(std::string_view value) {
  std::vector<std::string_view> out = passwords_in(value);
  for (auto sign = value.find_first_of("=:");
       sign != std::string_view::npos && out.size() < kMostPairs;
       sign = value.find_first_of("=:", sign + 1)) {
    const auto secret = secret_behind(value, sign);
    if (secret.size() >= kLeast && !is_choice(secret)) out.push_back(secret);
  }
  return out;
}

// ---- Pieces of long values: those of eight characters tell where one may be ----

using Gram = std::uint64_t;

Gram gram_at(std::string_view text, std::size_t at) {
  Gram gram = 0;
  std::memcpy(&gram, text.data() + at, sizeof gram);
  return gram;
}

// A text in small letters, and which value each of its characters belongs to.
class Pieces {
 public:
  explicit Pieces(std::string_view text) : text_(small_letters(text)), owners_(text.size()) {
    for (std::size_t at = 0; at + sizeof(Gram) <= text_.size(); ++at) {
      auto& places = places_[gram_at(text_, at)];
      // A text of one letter would otherwise have as many places as it is long, each tried for each
      // value.
      if (places.size() < kMostSame) places.push_back(at);
    }
  }

  // What is hidden already is not looked at again: the cost is that of reading `value` once.
  void hide(std::string_view value, const std::string& name) {
    for (std::size_t at = 0; at + sizeof(Gram) <= value.size(); ++at) {
      const auto found = places_.find(gram_at(value, at));
      if (found == places_.end()) continue;
      for (const auto place : found->second)
        if (owners_[place] == nullptr || owners_[place + sizeof(Gram) - 1] == nullptr)
          hide_at(value, at, place, name);
    }
  }

  std::string applied_to(std::string_view text) const {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (owners_[at] == nullptr) {
        out += text[at];
      } else if (at == 0 || owners_[at - 1] != owners_[at]) {
        out.append("${").append(*owners_[at]).append("}");
      }
    }
    return out;
  }

 private:
  void hide_at(std::string_view value, std::size_t at, std::size_t place, const std::string& name) {
    std::size_t before = 0;
    // Into what is hidden only as far as it takes to see that this is a piece.
    // To the left and to the right as far as both agree.
    while (before < at && before < place && value[at - before - 1] == text_[place - before - 1] &&
           (owners_[place - before - 1] == nullptr || before < kLeastPiece))
      ++before;
    std::size_t after = 0;
    while (at + after < value.size() && place + after < text_.size() &&
           value[at + after] == text_[place + after] &&
           (owners_[place + after] == nullptr || after < kLeastPiece))
      ++after;
    if (before + after < kLeastPiece && !holds_part(value, at - before, at, at + after)) return;
    for (auto each = place - before; each < place + after; ++each)
      if (owners_[each] == nullptr) owners_[each] = &name;
  }

  // Whether the part of `value` around `at` lies between `begin` and `end`.
  static bool holds_part(std::string_view value, std::size_t begin, std::size_t at,
                         std::size_t end) {
    const auto between = [value](std::size_t where) {
      return kBetweenParts.find(value[where]) != std::string_view::npos;
    };
    auto first = at, last = at;
    while (first > begin && !between(first - 1))
      --first;
    while (last < end && !between(last))
      ++last;
    return last - first >= kLeastPart && (first == 0 || between(first - 1)) &&
           (last == value.size() || between(last));
  }

  std::string text_;
  std::vector<const std::string*> owners_;  // null: of nobody
  std::unordered_map<Gram, std::vector<std::size_t>> places_;
};

}  // namespace

void Masks::put(const std::string& name, std::string_view value) {
  names_.emplace(in_any_case(value) ? small_letters(value) : std::string(value), name);
}

void Masks::add(const std::string& name, std::string_view value) {
  // A file's content ends with a newline; a message quotes it without.
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())) != 0)
    value.remove_suffix(1);
  const bool number = value.size() <= kMostDigits && std::ranges::all_of(value, is_figure);
  if (value.size() < kLeast || number || is_choice(value)) return;
  put(name, value);
  for (const auto secret : secrets_in(value))
    if (secret.size() >= kLeast) put(name, secret);
  if (value.size() > kMostParted) return;
  const auto parts = parts_of(value);
  for (const auto part : parts)
    if (is_part(part)) put(name, part);
  // Beginnings and ends that hold such a part, for what stands beside it.
  if (parts.size() > kMostRuns) return;
  const auto begin_of = [value](std::string_view part) {
    return static_cast<std::size_t>(part.data() - value.data());
  };
  const auto first = std::ranges::find_if(parts, is_part);
  for (auto each = first; each != parts.end(); ++each)
    put(name, value.substr(0, begin_of(*each) + each->size()));
  const auto last = std::find_if(parts.rbegin(), parts.rend(), is_part);
  for (auto each = last; each != parts.rend(); ++each)
    put(name, value.substr(begin_of(*each)));
}

// What is there keeps its name.
void Masks::add(const Masks& more) {
  names_.insert(more.names_.begin(), more.names_.end());
}

std::string Masks::apply(std::string_view text) const {
  std::string out(text);
  if (!names_.empty() && names_.begin()->first.size() > kWhole && text.size() >= kLeastPart) {
    Pieces pieces(text);
    for (const auto& [value, name] : names_) {
      if (value.size() <= kWhole) break;
      pieces.hide(value, name);
    }
    out = pieces.applied_to(text);
  }
  std::string small = small_letters(out);
  for (const auto& [value, name] : names_) {
    // Longer values come first, so that a short one does not cut a long one in two.
    const std::string instead = "${" + name + "}";
    const std::string& searched = in_any_case(value) ? small : out;
    for (auto at = searched.find(value); at != std::string::npos; at = searched.find(value, at)) {
      if (value.size() < kAnywhere && !stands_alone(out, at, value.size())) {
        ++at;
        continue;
      }
      out.replace(at, value.size(), instead);
      small.replace(at, value.size(), small_letters(instead));
      // Past it: what stands for a value is not looked at again.
      at += instead.size();
    }
  }
  return out;
}

Masks Masks::of_values(const std::map<std::string, std::string>& names) {
  Masks masks;
  masks.names_.insert(names.begin(), names.end());
  return masks;
}

}  // namespace fairlead::model
