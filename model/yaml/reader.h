// Typed reading of YAML nodes with diagnostics: what every decoder is made of.
//
// A read that fails reports where, what was expected, and returns nothing; decoding goes on, so one
// pass finds all mistakes of a file. So no caller has to report a failed read, and none may take
// "nothing" for "not declared" where that matters: Reader::diagnostics tells.
//
// A decoder is a table of keys and one call. What the table does not have is an error with a
// suggestion; `x-…` passes:
//
//   struct Limits { std::optional<std::int64_t> memory; };
//   constexpr Key<Limits> kKeys[] = {
//       {"memory", [](Reader& r, const Field& f, Limits& l) { l.memory = read_bytes(r, f); }}};
//   Limits limits;
//   if (!read_map<Limits>(reader, field, kKeys, limits)) return;  // no map: said already
//
// Where Compose takes several spellings of one thing (a text or a list, a list of K=V or a map),
// the function that takes them all is here, and its name says which. A text is any scalar, as it is
// written: numbers and booleans may stand where one is asked for.
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

// A node together with the key path that leads to it, `services.web.ports[0]`, for messages.
// Borrows the node: a Field lives no longer than the tree, and is not stored.
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

// What the reading of one manifest shares: where its positions are, and what is collected on the
// way. One for each call of decode(); not thread-safe, and needs no thread.
struct Reader {
  // By YamlMark::file: relative to the manifests directory, the manifest itself first.
  std::vector<std::string> files;
  const DecodeOptions& options;
  std::vector<Diagnostic>& diagnostics;
  // The App says `unsupported: warn`: what can't be done here is passed over, each key noted in
  // `unsupported`. Set for each document before its keys are read.
  bool tolerant = false;                   // refused keys are warnings
  std::vector<std::string> unsupported{};  // their paths
  // Ports read so far, over all services of the file: a range is short to write and long to hold.
  std::size_t ports = 0;  // read so far
  // Fills while the file is read, and goes with its Apps; diagnostics are masked at the very end,
  // so that a value which came to light later is hidden in those from before, too.
  std::shared_ptr<Masks> masks = std::make_shared<Masks>();

  Position position(YamlMark mark) const;
  Position position(const YamlNode& node) const { return position(node.mark); }
  void error(const Field& field, std::string message, std::string expected = {},
             std::string hint = {});
  // For what has no node of its own: a key, a whole file.
  void error_at(YamlMark mark, std::string path, std::string message, std::string expected = {},
                std::string hint = {});
  void warn(const Field& field, std::string message, std::string hint = {});
};

// ---- Scalars ----

// The scalar as it is written: 1.50 is "1.50". No value is an error.
std::optional<std::string> read_string(Reader& reader, const Field& field);
// true, yes, y, on and their opposites, in any case, quoted or not: Compose casts texts here.
std::optional<bool> read_bool(Reader& reader, const Field& field);
// In decimal. A leading zero is refused: whether 010 is eight or ten nobody should have to know.
std::optional<std::int64_t> read_integer(Reader& reader, const Field& field, std::int64_t least,
                                         std::int64_t most);
// 512m, 1.5gb, 1048576: powers of 1024 with or without the b, in any case, up to t; in bytes. No
// sign: -1 for "without limit" is for those keys that know it (decode/settings.cpp).
std::optional<std::int64_t> read_bytes(Reader& reader, const Field& field);
// 1m30s, 2d, 1.5h, 500ms: Go's time.ParseDuration with days and weeks besides, as compose-go reads
// it. A bare 0 passes, any other number needs its unit. Never negative.
std::optional<Nanoseconds> read_duration(Reader& reader, const Field& field);
// The same of a text that is a part of a value (`every_12h`); nullopt without a diagnostic.
std::optional<Nanoseconds> parse_duration(std::string_view text);
// 0.5 → 500'000'000 nano-CPUs. 0 asks for no limit, and reads as not declared.
std::optional<std::int64_t> read_cpus(Reader& reader, const Field& field);

// A reference by Docker's grammar (image_reference.h), as written; "" passes as "none given". One
// that is wrong is reported and returned all the same: the file is refused anyway.
std::string read_image(Reader& reader, const Field& field);

// ---- Lists and maps ----

// A list, and nothing else; what in it is no text is reported and left out.
std::vector<std::string> read_strings(Reader& reader, const Field& field);
// A text stands for the list of it: `dns: 1.1.1.1`.
std::vector<std::string> read_string_or_strings(Reader& reader, const Field& field);
// A string is split as a POSIX shell would; a list is taken as it is. Null is "not declared", and
// the image's own stays; "" and [] are an empty list, which clears it.
std::optional<std::vector<std::string>> read_command(Reader& reader, const Field& field);
// `[K=V, …]` or `{K: V}`; values may be numbers or booleans (plain_scalar.h), null gives "". The
// last of equal names in a list wins, as in Compose.
StringMap read_string_map(Reader& reader, const Field& field);
// The same for labels. Those by which Compose and Fairlead know their objects can't be given: with
// either prefix an App could take another's objects, or hide from its own (F117). A list may hold
// one without a name, which the engine takes.
StringMap read_labels(Reader& reader, const Field& field);
// As read_string_map; a bare key or null value is nullopt. Of a service's the loader has filled it
// from around by then, where it could (load.h): what is still bare is set nowhere.
std::map<std::string, std::optional<std::string>> read_environment(Reader& reader,
                                                                   const Field& field);

// Splits as a POSIX shell does: quotes, backslashes, blanks. No variables, no globs, no comments.
// nullopt: a quote is not closed. A backslash at the very end stays.
std::optional<std::vector<std::string>> shell_split(std::string_view text);

// The candidate nearest to `word` (edit distance at most 2, or a third of its length); or "". Of
// equally near ones the first.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// ---- Maps by table ----

// A row of a table: `read` gets the member's value and puts it into `out`. It is called in the
// order of the file, not of the table, and once, for keys are unique; a key that is absent leaves
// the default.
template <typename T>
struct Key {
  const char* name;
  void (*read)(Reader& reader, const Field& field, T& out);
};

// A key of Compose that has no place here. An App may ask to be warned only. Texts for people: the
// reason completes "not supported: …", `instead` is a next step.
struct Refused {
  const char* name;
  const char* reason;
  const char* instead;
};

// Reads a map with the keys of `table`; `x-…` keys are passed over; all others are errors with a
// reason or a suggestion. False, with a diagnostic, only if there is no map at all: true says
// nothing about its members.
template <typename T>
bool read_map(Reader& reader, const Field& field, std::span<const Key<T>> table, T& out,
              std::span<const Refused> refused = {});

// True, or a diagnostic.
bool expect_map(Reader& reader, const Field& field);
bool expect_list(Reader& reader, const Field& field);
// For maps that are not read by a table alone, such as a service with its two. `known` is what
// suggestions are made from.
void report_unknown(Reader& reader, const Field& field, const YamlNode::Member& member,
                    const std::vector<std::string>& known, std::span<const Refused> refused);
// An error; or a warning, with the key left out, where the App says `unsupported: warn`. For a
// value that can't be done as well as for a key: `path` says which, and `refused.name` is not
// looked at.
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
