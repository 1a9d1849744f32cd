// The one guarded YAML reader: text in, a small tree with positions out.
//
// yaml-cpp 0.7 has hazards that take services down (F106–F112): endless loops on `,`, silently
// dropped rest of input, accepted duplicate keys, unbounded depth and alias expansion. Each
// document is therefore parsed alone, through events, under budgets; nothing of yaml-cpp leaves
// yaml/yaml.cpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::model {

struct YamlMark {
  int line = 0;  // from 1
  int column = 0;
  int file = 0;  // which of the files that were read for one manifest; 0 is the manifest itself
};

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

struct YamlError {
  YamlMark mark;
  std::string message;
};

struct YamlFile {
  std::vector<YamlNode> documents;  // empty documents are left out
  std::vector<YamlError> errors;
};

inline constexpr std::size_t kMaxYamlBytes = 1 << 20;
inline constexpr int kMaxYamlDepth = 64;
inline constexpr std::size_t kMaxYamlNodes = 100'000;  // after expansion of aliases
inline constexpr std::size_t kBytesPerNode = 64;       // a longer text counts as several

// How many values a tree holds, long texts counted as several.
std::size_t weight_of(const YamlNode& node);

// `number` goes into every mark as its file.
YamlFile read_yaml(std::string_view bytes, int number = 0);

}  // namespace fairlead::model
