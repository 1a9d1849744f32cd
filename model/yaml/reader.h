// Typed reading of YAML nodes with diagnostics: what every decoder is made of.
//
// A read that fails reports where, what was expected, and returns nothing; decoding goes on, so one
// pass finds all mistakes of a file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"
#include "model/masks.h"
#include "model/options.h"
#include "model/yaml/yaml.h"

namespace fairlead::model {

// A node together with the key path that leads to it.
struct Field {
  const YamlNode& node;
  std::string path;

  Field member(const YamlNode::Member& each) const {
    return {each.value, path.empty() ? each.key : path + "." + each.key};
  }
  Field item(std::size_t index) const {
    return {node.items[index], path + "[" + std::to_string(index) + "]"};
  }
};

struct Reader {
  // By YamlMark::file: relative to the manifests directory, the manifest itself first.
  std::vector<std::string> files;
  const DecodeOptions& options;
  std::vector<Diagnostic>& diagnostics;
  bool tolerant = false;                   // refused keys are warnings
  std::vector<std::string> unsupported{};  // their paths
  std::size_t ports = 0;                   // read so far
  std::shared_ptr<Masks> masks = std::make_shared<Masks>();

  Position position(YamlMark mark) const;
  Position position(const YamlNode& node) const { return position(node.mark); }
  void error(const Field& field, std::string message, std::string expected = {},
             std::string hint = {});
  void error_at(YamlMark mark, std::string path, std::string message, std::string expected = {},
                std::string hint = {});
  void warn(const Field& field, std::string message, std::string hint = {});
};

// ---- Scalars ----

std::optional<std::string> read_string(Reader& reader, const Field& field);
std::optional<bool> read_bool(Reader& reader, const Field& field);
std::optional<std::int64_t> read_integer(Reader& reader, const Field& field, std::int64_t least,
                                         std::int64_t most);
// 512m, 1gb, 1048576: powers of 1024, in bytes.
std::optional<std::int64_t> read_bytes(Reader& reader, const Field& field);
// 1m30s, 2d, 500ms.
std::optional<Nanoseconds> read_duration(Reader& reader, const Field& field);
std::optional<Nanoseconds> parse_duration(std::string_view text);
// 0.5 → 500'000'000 nano-CPUs.
std::optional<std::int64_t> read_cpus(Reader& reader, const Field& field);

// A reference by Docker's grammar; "" passes as "none given".
std::string read_image(Reader& reader, const Field& field);

// ---- Lists and maps ----

std::vector<std::string> read_strings(Reader& reader, const Field& field);
std::vector<std::string> read_string_or_strings(Reader& reader, const Field& field);
// A string is split as a POSIX shell would; a list is taken as it is.
std::optional<std::vector<std::string>> read_command(Reader& reader, const Field& field);
// `[K=V, …]` or `{K: V}`; values may be numbers or booleans, null gives "".
StringMap read_string_map(Reader& reader, const Field& field);
// The same for labels. Those by which Compose and Fairlead know their objects can't be given.
StringMap read_labels(Reader& reader, const Field& field);
// As read_string_map; a bare key or null value is nullopt.
std::map<std::string, std::optional<std::string>> read_environment(Reader& reader,
                                                                   const Field& field);

// Splits as a POSIX shell does: quotes, backslashes, blanks. nullopt: a quote is not closed.
std::optional<std::vector<std::string>> shell_split(std::string_view text);

// The candidate nearest to `word` (edit distance at most 2, or a third of its length); or "".
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// ---- Maps by table ----

template <typename T>
struct Key {
  const char* name;
  void (*read)(Reader& reader, const Field& field, T& out);
};

// A key of Compose that has no place here. An App may ask to be warned only.
struct Refused {
  const char* name;
  const char* reason;
  const char* instead;
};

// Reads a map with the keys of `table`; `x-…` keys are passed over; all others are errors with a
// reason or a suggestion.
template <typename T>
bool read_map(Reader& reader, const Field& field, std::span<const Key<T>> table, T& out,
              std::span<const Refused> refused = {});

bool expect_map(Reader& reader, const Field& field);
bool expect_list(Reader& reader, const Field& field);
void report_unknown(Reader& reader, const Field& field, const YamlNode::Member& member,
                    const std::vector<std::string>& known, std::span<const Refused> refused);
// An error; or a warning, with the key left out, where the App says `unsupported: warn`.
void report_refused(Reader& reader, YamlMark mark, const std::string& path, const Refused& refused);

template <typename T>
bool read_map(Reader& reader, const Field& field, std::span<const Key<T>> table, T& out,
              std::span<const Refused> refused) {
  if (!expect_map(reader, field)) return false;
  for (const auto& member : field.node.members) {
    const Key<T>* found = nullptr;
    for (const auto& key : table) {
      if (member.key == key.name) found = &key;
    }
    if (found != nullptr) {
      found->read(reader, field.member(member), out);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& key : table)
      known.emplace_back(key.name);
    report_unknown(reader, field, member, known, refused);
  }
  return true;
}

}  // namespace fairlead::model
