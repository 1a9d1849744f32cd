// The one guarded YAML reader: text in, a small tree with positions out. Nothing of yaml-cpp leaves
// yaml/yaml.cpp, and no other library reads YAML.
//
// yaml-cpp 0.7 has hazards that take services down. What is done about each:
//
//   it loops for ever on a lone `,` (F106)      asked for a second document, it must have none
//   it drops what stands behind a value (F107)  likewise: what is left over is an error
//   it takes a key twice (F108)                 an error with the position of the second one
//   `yes`, `0755` change their type (F109)      scalars stay texts; `quoted` tells what was meant
//   it recurses without end (F110)              kMaxYamlDepth, and brackets are counted beforehand
//   aliases grow, or hold themselves (F111)     each use counts against kMaxYamlNodes
//   bytes that are no text, giants (F112)       UTF-8, no control characters, kMaxYamlBytes
//
// Documents are split here at `---` and `...` and parsed one by one, through events: one that can't
// be read says nothing about the others, which are still returned. A file with any error must not
// be applied as a whole (manifest.h); the documents are for finding more mistakes, and the names
// that it speaks of.
//
// Blocks for as long as it takes to parse 1 MiB. Safe on any thread: it has no state, and the
// controller decodes on a pool.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::model {

// Where a node begins. For a tree that an alias brought in, where the anchor stands, since that is
// the text to be changed.
struct YamlMark {
  int line = 0;  // from 1
  int column = 0;
  int file = 0;  // which of the files that were read for one manifest; 0 is the manifest itself
};

// A value with all beneath it; copying copies the tree. What a member means is for the reader to
// say (reader.h): here `1`, `"1"` and `on` are scalars all alike, and only what nobody can take for
// a text (nothing, `~`, `null`) is null.
struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  YamlMark mark;
  std::string scalar;
  bool quoted = false;  // quoted or tagged !!str: never a number, boolean or null (F109)
  // Compose's `!reset` and `!override`: what a merge does with the value below (load/merge.h).
  enum class Tag { kNone, kReset, kOverride };
  Tag tag = Tag::kNone;
  std::vector<YamlNode> items;
  struct Member;
  std::vector<Member> members;  // in order of appearance; keys are unique

  // Null if there is no such member, or this is no map. Linear: maps of manifests are small, and
  // what is large is bounded by kMaxYamlNodes. The pointer holds until `members` changes.
  const YamlNode* find(std::string_view key) const;
  YamlNode* find(std::string_view key) {
    return const_cast<YamlNode*>(std::as_const(*this).find(key));
  }
  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_map() const { return kind == Kind::kMap; }
};

struct YamlNode::Member {
  std::string key;
  YamlMark mark;
  YamlNode value;
  bool listed = false;  // it was `KEY=VALUE` of a list, before a merge made a map of that
};

// A sentence without a position in it; the reader makes a diagnostic of it. Keys and tags that it
// repeats are masked and cut there (make_fit() in diagnostic.h).
struct YamlError {
  YamlMark mark;
  std::string message;
};

// `errors` has one at most for each document, for the parser can't go on behind it, or one for a
// file that is no text at all.
struct YamlFile {
  std::vector<YamlNode> documents;  // empty documents are left out
  std::vector<YamlError> errors;
};

// Bounds of one file. They keep the memory that a hostile one may cost below 64 MiB
// (tests/model/limits_test.cpp).
inline constexpr std::size_t kMaxYamlBytes = 1 << 20;
inline constexpr int kMaxYamlDepth = 64;
inline constexpr std::size_t kMaxYamlNodes = 100'000;  // after expansion of aliases
inline constexpr std::size_t kBytesPerNode = 64;       // a longer text counts as several

// How many values a tree holds, itself included, long texts counted as several. For bounds on
// copies: an alias counts this here, a service that extends another in load.h.
std::size_t weight_of(const YamlNode& node);

// `number` goes into every mark as its file: Reader::files has the names. A BOM is passed over; an
// empty text is a file without documents and without errors, which is for the caller to judge.
// Never throws.
YamlFile read_yaml(std::string_view bytes, int number = 0);

}  // namespace fairlead::model
