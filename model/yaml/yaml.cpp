#include "model/yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/utf8.h"

namespace fairlead::model {
namespace {

// Thrown inside the parser's callbacks only, and caught in read_document().
struct Refused : std::runtime_error {
  Refused(YamlMark m, const std::string& text) : std::runtime_error(text), mark(m) {}
  YamlMark mark;
};

bool is_plain_null(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// `<<`: what is merged never overrides what stands in the map itself.
void merge_into(YamlNode& map, const YamlNode& source) {
  // Of several the first one wins: what it brought is there when the next one comes.
  if (source.is_sequence()) {
    for (const auto& each : source.items)
      merge_into(map, each);
    return;
  }
  if (!source.is_map()) throw Refused(source.mark, "`<<` merges a mapping, or a list of mappings");
  for (const auto& member : source.members) {
    if (map.find(member.key) == nullptr) map.members.push_back(member);
  }
}

// The tree of one document, from yaml-cpp's events. Every node is paid for before it is kept, so
// that no budget can be overdrawn by more than one text.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(int line_offset, int file) : line_offset_(line_offset), file_(file) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.mark = at(mark);
    put(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    // An anchor is remembered when its node is complete, so one that is not known yet is open.
    if (known == anchors_.end()) throw Refused(at(mark), "an alias refers to what contains it");
    // Before the copy: aliases of aliases multiply (F111).
    spend(known->second.second, at(mark));
    YamlNode copy = known->second.first;
    place(std::move(copy));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.mark = at(mark);
    // yaml-cpp says "!" for what stands in quotes.
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!node.quoted) node.tag = read_tag(tag, node.mark);
    // Nothing, `~` and `null` are null; "" is a text.
    if (node.quoted || !is_plain_null(value)) {
      node.kind = YamlNode::Kind::kScalar;
      node.scalar = value;
    }
    put(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kSequence, at(mark), anchor);
    stack_.back().node.tag = read_tag(tag, at(mark));
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kMap, at(mark), anchor);
    stack_.back().node.tag = read_tag(tag, at(mark));
  }
  void OnMapEnd() override { close(); }

  std::optional<YamlNode> take() { return std::move(root_); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::optional<YamlNode> key;  // of a map: read, its value not yet
    std::vector<YamlNode> merges;
    std::set<std::string> seen;
  };

  YamlMark at(const YAML::Mark& mark) const {
    return {mark.line + 1 + line_offset_, mark.column + 1, file_};
  }

  static YamlNode::Tag read_tag(const std::string& tag, YamlMark mark) {
    if (tag == "!reset") return YamlNode::Tag::kReset;
    if (tag == "!override") return YamlNode::Tag::kOverride;
    // "?" is yaml-cpp's for no tag. Others would mean something to a program that makes objects of
    // them.
    if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with("tag:yaml.org,2002:")) {
      throw Refused(mark, "the tag " + tag + " is not supported");
    }
    return YamlNode::Tag::kNone;
  }

  void spend(std::size_t nodes, YamlMark mark) {
    nodes_ += nodes;
    if (nodes_ > kMaxYamlNodes) {
      throw Refused(mark, "more than " + std::to_string(kMaxYamlNodes) +
                              " values, aliases counted each time they are used");
    }
  }

  void open(YamlNode::Kind kind, YamlMark mark, YAML::anchor_t anchor) {
    if (stack_.size() >= static_cast<std::size_t>(kMaxYamlDepth)) {
      throw Refused(mark, "nested deeper than " + std::to_string(kMaxYamlDepth) + " levels");
    }
    spend(1, mark);
    stack_.emplace_back();
    stack_.back().node.kind = kind;
    stack_.back().node.mark = mark;
    stack_.back().anchor = anchor;
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    // At the end of the map, for what stands behind `<<` wins over it as well.
    for (const auto& merged : done.merges)
      merge_into(done.node, merged);
    remember(done.anchor, done.node);
    place(std::move(done.node));
  }

  void remember(YAML::anchor_t anchor, const YamlNode& node) {
    if (anchor != 0) anchors_[anchor] = {node, weight_of(node)};
  }

  void put(YamlNode node, YAML::anchor_t anchor) {
    spend(weight_of(node), node.mark);
    remember(anchor, node);
    place(std::move(node));
  }

  void place(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& top = stack_.back();
    if (top.node.is_sequence()) {
      top.node.items.push_back(std::move(node));
    } else if (!top.key) {
      // YAML lets maps and lists be keys; nothing of Compose's has such.
      if (!node.is_scalar()) throw Refused(node.mark, "a key must be a plain word");
      top.key = std::move(node);
    } else {
      place_member(top, std::move(node));
    }
  }

  // `<<` is kept apart until the map is complete; a quoted one is a key like others.
  void place_member(Open& top, YamlNode value) {
    YamlNode key = std::move(*top.key);
    top.key.reset();
    if (key.scalar == "<<" && !key.quoted) {
      top.merges.push_back(std::move(value));
      return;
    }
    if (!top.seen.insert(key.scalar).second) {
      throw Refused(key.mark, "the key `" + key.scalar + "` stands here twice");
    }
    top.node.members.push_back({key.scalar, key.mark, std::move(value)});
  }

  int line_offset_;
  int file_;
  std::size_t nodes_ = 0;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, std::pair<YamlNode, std::size_t>> anchors_;
  std::optional<YamlNode> root_;
};

// One document of the file, with the line it starts at (from 0).
struct Segment {
  int first_line = 0;
  std::string text;
};

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) &&
         (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

// `---` and `...` at the start of a line always end a document, whatever stands around them.
std::vector<Segment> split_documents(std::string_view bytes) {
  std::vector<Segment> segments(1);
  int line_number = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    const bool start = is_marker(line, "---");
    if (start || is_marker(line, "...")) {
      segments.push_back({line_number, ""});
      // Blanks in place of the marker: what stands behind it keeps its column.
      if (start) segments.back().text = "   " + std::string(line.substr(3));
      segments.back().text += '\n';
    } else {
      segments.back().text += line;
      segments.back().text += '\n';
    }
    ++line_number;
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  return segments;
}

bool has_content(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find_first_not_of(" \t\r");
    // Comments and directives alone are no document, and no error either.
    if (first != std::string::npos && line[first] != '#' && line[first] != '%') return true;
  }
  return false;
}

void read_document(const Segment& segment, int number, YamlFile& file) {
  try {
    std::istringstream in(segment.text);
    YAML::Parser parser(in);
    TreeBuilder builder(segment.first_line, number);
    if (!parser.HandleNextDocument(builder)) return;
    // What is left would be dropped without a word (F107), or loop for ever (F106).
    TreeBuilder rest(segment.first_line, number);
    if (parser.HandleNextDocument(rest)) {
      auto left = rest.take();
      const YamlMark mark = left ? left->mark : YamlMark{segment.first_line + 1, 1, number};
      file.errors.push_back({mark, "this does not belong to what stands before it"});
      return;
    }
    if (auto root = builder.take(); root && !root->is_null()) {
      file.documents.push_back(std::move(*root));
    }
  } catch (const Refused& e) {
    file.errors.push_back({e.mark, e.what()});
  } catch (const YAML::Exception& e) {
    // yaml-cpp counts from 0, and from the beginning of the document.
    const YamlMark mark = {e.mark.line + 1 + segment.first_line, e.mark.column + 1, number};
    file.errors.push_back({mark, "not valid YAML: " + e.msg});
  } catch (const std::exception& e) {
    file.errors.push_back(
        {{segment.first_line + 1, 1, number}, std::string("not readable: ") + e.what()});
  }
}

// The first byte that is not text; control characters and NUL are not.
std::optional<YamlError> find_bad_byte(std::string_view bytes, int file) {
  const std::size_t not_utf8 = find_invalid_utf8(bytes);
  const auto text = bytes.substr(0, not_utf8);
  YamlMark mark{1, 1, file};
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // YAML allows none of them either; a NUL ends texts of those who read them as C strings.
    if (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') {
      return YamlError{mark, "a control character"};
    }
    if ((byte & 0xC0) != 0x80) mark.column += 1;
    if (c == '\n') mark = {mark.line + 1, 1, file};
  }
  if (not_utf8 == std::string_view::npos) return std::nullopt;
  return YamlError{mark, "not UTF-8"};
}

// Far above kMaxYamlDepth, since brackets in texts are counted as well.
constexpr int kMaxOpenBrackets = 1000;

// The parser reads all of a flow before it hands over the first of it, and needs 250 bytes a level.
// An opening bracket counts only where a value may begin.
std::optional<YamlError> find_deep_flow(std::string_view bytes, int file) {
  int depth = 0;
  char before = '\n';
  YamlMark mark{1, 1, file};
  for (const char c : bytes) {
    const bool begins = std::string_view(" \t\r\n[{,:").find(before) != std::string_view::npos;
    if ((c == '[' || c == '{') && begins && ++depth > kMaxOpenBrackets)
      return YamlError{mark,
                       "more than " + std::to_string(kMaxOpenBrackets) + " brackets are open"};
    if ((c == ']' || c == '}') && depth > 0) --depth;
    mark.column += 1;
    if (c == '\n') mark = {mark.line + 1, 1, file};
    before = c;
  }
  return std::nullopt;
}

}  // namespace

std::size_t weight_of(const YamlNode& node) {
  std::size_t weight = 1 + node.scalar.size() / kBytesPerNode;
  for (const auto& item : node.items)
    weight += weight_of(item);
  for (const auto& member : node.members)
    weight += member.key.size() / kBytesPerNode + weight_of(member.value);
  return weight;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto it =
      std::ranges::find_if(members, [key](const Member& member) { return member.key == key; });
  return it == members.end() ? nullptr : &it->value;
}

YamlFile read_yaml(std::string_view bytes, int number) {
  YamlFile file;
  if (bytes.size() > kMaxYamlBytes) {
    file.errors.push_back({{1, 1, number}, "larger than 1 MiB"});
    return file;
  }
  // A byte order mark, which Windows editors put first.
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  auto bad = find_bad_byte(bytes, number);
  if (!bad) bad = find_deep_flow(bytes, number);
  if (bad) {
    file.errors.push_back(std::move(*bad));
    return file;
  }
  for (const auto& segment : split_documents(bytes)) {
    if (has_content(segment.text)) read_document(segment, number, file);
  }
  return file;
}

}  // namespace fairlead::model
