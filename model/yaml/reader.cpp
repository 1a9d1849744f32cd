// The scalars, lists and maps of Compose, with all spellings that it takes. Numbers are parsed by
// from_chars: a locale must not change what a manifest means.
#include "model/yaml/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "base/printable.h"
#include "model/image_reference.h"
#include "model/yaml/plain_scalar.h"

namespace fairlead::model {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, change}));
    }
  }
  return row[b.size()];
}

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::int64_t kSecond = 1'000'000'000;
// Days and weeks are what Compose adds to Go's units.
constexpr Unit kTimes[] = {{"ns", 1},
                           {"us", 1'000},
                           {"µs", 1'000},
                           {"ms", 1'000'000},
                           {"s", kSecond},
                           {"m", 60 * kSecond},
                           {"h", 3600 * kSecond},
                           {"d", 86400 * kSecond},
                           {"w", 604800 * kSecond}};
constexpr Unit kSizes[] = {{"", 1},          {"b", 1},          {"k", 1LL << 10}, {"kb", 1LL << 10},
                           {"m", 1LL << 20}, {"mb", 1LL << 20}, {"g", 1LL << 30}, {"gb", 1LL << 30},
                           {"t", 1LL << 40}, {"tb", 1LL << 40}};

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
  const auto it = std::ranges::find(units, name, &Unit::name);
  return it == units.end() ? nullptr : &*it;
}

// A decimal number with an optional fraction at the start of `text`, which is shortened by it.
std::optional<double> take_number(std::string_view& text) {
  std::size_t length = 0;
  int points = 0;
  while (length < text.size() &&
         (std::isdigit(static_cast<unsigned char>(text[length])) != 0 || text[length] == '.')) {
    if (text[length] == '.') ++points;
    ++length;
  }
  // Counted by hand: from_chars would take the first part of 1.2.3 for the number.
  if (length == 0 || points > 1 || text.substr(0, length) == ".") return std::nullopt;
  const std::string digits(text.substr(0, length));
  double value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc()) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

std::optional<std::int64_t> scaled(double value, double unit) {
  const double product = value * unit;
  // Below 2^63, with room for what a double can't tell apart up there.
  if (product > 9.0e18) return std::nullopt;
  return std::llround(product);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

}  // namespace

Position Reader::position(YamlMark mark) const {
  return {options.prefix + files[static_cast<std::size_t>(mark.file)], mark.line, mark.column};
}

void Reader::error_at(YamlMark mark, std::string path, std::string message, std::string expected,
                      std::string hint) {
  diagnostics.push_back({Diagnostic::Severity::kError, position(mark), std::move(path),
                         std::move(message), std::move(expected), std::move(hint)});
}

void Reader::error(const Field& field, std::string message, std::string expected,
                   std::string hint) {
  error_at(field.node.mark, field.path, std::move(message), std::move(expected), std::move(hint));
}

void Reader::warn(const Field& field, std::string message, std::string hint) {
  error(field, std::move(message), "", std::move(hint));
  diagnostics.back().severity = Diagnostic::Severity::kWarning;
}

std::optional<std::string> read_string(Reader& reader, const Field& field) {
  if (!field.node.is_scalar()) {
    reader.error(field, field.node.is_null() ? "no value" : "not a single value", "a string");
    return std::nullopt;
  }
  // Not text_of(): what a key means by 0755 is for its reader to say.
  return field.node.scalar;
}

std::optional<bool> read_bool(Reader& reader, const Field& field) {
  // Compose casts texts where a boolean stands, quoted ones too.
  const std::string text = field.node.is_scalar() ? lower(field.node.scalar) : "";
  if (text == "true" || text == "yes" || text == "y" || text == "on") return true;
  if (text == "false" || text == "no" || text == "n" || text == "off") return false;
  reader.error(field, "not a boolean", "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(Reader& reader, const Field& field, std::int64_t least,
                                         std::int64_t most) {
  const auto& text = field.node.scalar;
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  const bool leading_zero = text.size() > 1 && text[0] == '0';
  if (!field.node.is_scalar() || failed != std::errc() || stop != end || leading_zero ||
      value < least || value > most) {
    reader.error(field, "not a number in range",
                 "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> read_bytes(Reader& reader, const Field& field) {
  std::string text = field.node.is_scalar() ? lower(field.node.scalar) : "";
  std::string_view rest = text;
  const auto number = take_number(rest);
  const auto* unit = find_unit(kSizes, rest);
  const auto value =
      number && unit != nullptr ? scaled(*number, static_cast<double>(unit->size)) : std::nullopt;
  if (!value) reader.error(field, "not a size", "bytes, or a number with k, m, g: 512m");
  return value;
}

std::optional<Nanoseconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  if (text == "0") return Nanoseconds(0);
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    std::size_t letters = 0;
    // Up to the next number, which may begin with a point: `1h.5m`.
    while (letters < text.size() && text[letters] != '.' &&
           std::isdigit(static_cast<unsigned char>(text[letters])) == 0) {
      ++letters;
    }
    const auto* unit = find_unit(kTimes, text.substr(0, letters));
    if (unit == nullptr) return std::nullopt;
    const auto part = scaled(*number, static_cast<double>(unit->size));
    if (!part || total > std::numeric_limits<std::int64_t>::max() - *part) return std::nullopt;
    total += *part;
    text.remove_prefix(letters);
  }
  return Nanoseconds(total);
}

std::optional<Nanoseconds> read_duration(Reader& reader, const Field& field) {
  const auto value = field.node.is_scalar() ? parse_duration(field.node.scalar) : std::nullopt;
  if (!value) {
    reader.error(field, "not a duration", "a number with a unit: 500ms, 10s, 1m30s");
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> read_cpus(Reader& reader, const Field& field) {
  std::string_view rest = field.node.scalar;
  const auto number = field.node.is_scalar() ? take_number(rest) : std::nullopt;
  if (!number || !rest.empty() || *number < 0 || *number > 100'000) {
    reader.error(field, "not a number of CPUs", "0.5; 0 is without limit");
    return std::nullopt;
  }
  // As in Compose and the engine: 0 asks for no limit.
  if (*number == 0) return std::nullopt;
  return scaled(*number, 1e9);
}

std::string read_image(Reader& reader, const Field& field) {
  auto text = read_string(reader, field);
  if (!text || text->empty()) return "";
  const auto parsed = parse_image_reference(*text);
  if (!parsed) reader.error(field, parsed.error().message, kImageForm, parsed.error().hint);
  // As it is written, also with a mistake: the checks then say nothing of a missing image.
  return std::move(*text);
}

std::vector<std::string> read_strings(Reader& reader, const Field& field) {
  std::vector<std::string> out;
  if (!field.node.is_sequence()) {
    reader.error(field, "not a list", "a list of strings");
    return out;
  }
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    if (auto value = read_string(reader, field.item(i))) out.push_back(std::move(*value));
  }
  return out;
}

std::vector<std::string> read_string_or_strings(Reader& reader, const Field& field) {
  if (!field.node.is_scalar()) return read_strings(reader, field);
  auto value = read_string(reader, field);
  return value ? std::vector<std::string>{*value} : std::vector<std::string>{};
}

std::optional<std::vector<std::string>> read_command(Reader& reader, const Field& field) {
  // `command:` with nothing behind it leaves the image's own.
  if (field.node.is_null()) return std::nullopt;
  if (field.node.is_sequence()) return read_strings(reader, field);
  auto text = read_string(reader, field);
  if (!text) return std::nullopt;
  auto words = shell_split(*text);
  if (!words) reader.error(field, "a quote is not closed", "a command line, or a list of words");
  return words;
}

namespace {

// Compose takes a mapping without a name nowhere; a label of a list may lack it (`nameless`).
bool has_name(Reader& reader, const Field& field, const YamlNode::Member& member, bool nameless) {
  if (!member.key.empty() || (nameless && member.listed)) return true;
  reader.error_at(member.mark, field.path, "no name before `:`", "NAME: value");
  return false;
}

using Pairs = std::map<std::string, std::optional<std::string>>;

Pairs read_members(Reader& reader, const Field& field, bool nameless) {
  Pairs out;
  if (!field.node.is_map()) {
    reader.error(field, "neither a list nor a mapping", "[NAME=value, …] or {NAME: value}");
    return out;
  }
  for (const auto& member : field.node.members) {
    if (!has_name(reader, field, member, nameless)) continue;
    if (member.value.is_null()) {
      out[member.key] = std::nullopt;
    } else if (read_string(reader, field.member(member))) {
      out[member.key] = text_of(member.value);
    }
  }
  return out;
}

StringMap to_texts(const Pairs& pairs) {
  StringMap out;
  for (const auto& [key, value] : pairs)
    out[key] = value.value_or("");
  return out;
}

}  // namespace

std::map<std::string, std::optional<std::string>> read_environment(Reader& reader,
                                                                   const Field& field) {
  // Of a list texts are taken as they are; of a map numbers are written as Compose does
  // (plain_scalar.h).
  if (!field.node.is_sequence()) return read_members(reader, field, false);
  std::map<std::string, std::optional<std::string>> out;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    const auto entry = read_string(reader, field.item(i));
    if (!entry) continue;
    const auto equals = entry->find('=');
    const std::string key = entry->substr(0, equals);
    if (key.empty()) {
      reader.error(field.item(i), "no name before `=`", "NAME=value");
    } else if (equals == std::string::npos) {
      out[key] = std::nullopt;
    } else {
      out[key] = entry->substr(equals + 1);
    }
  }
  return out;
}

StringMap read_string_map(Reader& reader, const Field& field) {
  return to_texts(read_environment(reader, field));
}

namespace {

// Compose refuses its own prefix too; with either one an App could take another's objects.
constexpr std::string_view kReservedLabels[] = {"com.docker.compose.", "dev.fairlead."};

void check_label(Reader& reader, YamlMark mark, const Field& field, std::string_view key) {
  for (const auto prefix : kReservedLabels) {
    if (!key.starts_with(prefix)) continue;
    reader.error_at(mark, field.path, "the label `" + shortened(key, 100) + "` is reserved", "",
                    "labels that begin with `" + std::string(prefix) + "` are set by Fairlead");
  }
}

}  // namespace

StringMap read_labels(Reader& reader, const Field& field) {
  // Members of a list have become a map where something was laid onto it: both are looked at.
  for (const auto& member : field.node.members)
    check_label(reader, member.mark, field, member.key);
  if (!field.node.is_sequence()) return to_texts(read_members(reader, field, true));
  StringMap out;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    const Field item = field.item(i);
    check_label(reader, item.node.mark, item, item.node.scalar);
    // Without a name too, as Compose does: "${LABEL}" where nothing is set. The engine takes it.
    const auto entry = read_string(reader, item);
    if (!entry) continue;
    const auto equals = std::min(entry->find('='), entry->size());
    out[entry->substr(0, equals)] = entry->substr(std::min(equals + 1, entry->size()));
  }
  return out;
}

std::optional<std::vector<std::string>> shell_split(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\'' && c != '\'') {
      word += c;
    } else if (c == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      // Inside double quotes a backslash only escapes what would be special there.
      if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`') word += c;
      // A blank behind a backslash does not end the word: `a\ b` is one.
      word += next;
      in_word = true;
    } else if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
      in_word = true;
    } else if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') return std::nullopt;
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  // A longer word may have more slips in it; a short one would otherwise be near to everything.
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::string found;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

bool expect_map(Reader& reader, const Field& field) {
  if (field.node.is_map()) return true;
  reader.error(field, "not a mapping", "keys with values");
  return false;
}

bool expect_list(Reader& reader, const Field& field) {
  if (field.node.is_sequence()) return true;
  reader.error(field, "not a list", "a list");
  return false;
}

void report_refused(Reader& reader, YamlMark mark, const std::string& path,
                    const Refused& refused) {
  const std::string message = std::string("not supported: ") + refused.reason;
  reader.error_at(mark, path, message, "", refused.instead);
  // The diagnostic stands, as a warning; the key is noted for the App's condition `Incomplete`.
  if (!reader.tolerant) return;
  reader.diagnostics.back().severity = Diagnostic::Severity::kWarning;
  reader.unsupported.push_back(path);
}

void report_unknown(Reader& reader, const Field& field, const YamlNode::Member& member,
                    const std::vector<std::string>& known, std::span<const Refused> refused) {
  // Extensions: Compose's own way to put into a file what it shall not read.
  if (member.key.starts_with("x-")) return;
  const std::string path = field.path.empty() ? member.key : field.path + "." + member.key;
  const auto found = std::ranges::find(refused, std::string_view(member.key), &Refused::name);
  if (found != refused.end()) {
    report_refused(reader, member.mark, path, *found);
    return;
  }
  // One suggestion, or all keys: a list of sixty behind every slip would be read by nobody.
  if (const auto near = nearest(member.key, known); !near.empty()) {
    reader.error_at(member.mark, path, "unknown key", "", "did you mean `" + near + "`?");
    return;
  }
  std::string all;
  for (const auto& each : known)
    all += (all.empty() ? "" : ", ") + each;
  reader.error_at(member.mark, path, "unknown key", all);
}

}  // namespace fairlead::model
