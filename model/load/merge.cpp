// Trees in the forms that they were written in are brought into one, and then merged by a rule for
// their place. The table of rules is kSpecials; what is not in it goes by its kind.
#include "model/load/merge.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace fairlead::model {
namespace {

using Done = std::expected<void, MergeError>;

std::string joined(const KeyPath& path) {
  std::string out;
  for (const auto& key : path)
    out += (out.empty() ? "" : ".") + key;
  return out;
}

Done refuse(const YamlNode& over, const KeyPath& path, std::string message) {
  return std::unexpected(MergeError{over.mark, joined(path), std::move(message)});
}

// ---- One form for both sides ----

// `K=V` or `K` as a member; a list of them as a map. A repeated key keeps its last value.
Done to_key_values(YamlNode& node, const KeyPath& path) {
  if (!node.is_sequence()) return {};
  YamlNode map;
  map.kind = YamlNode::Kind::kMap;
  map.mark = node.mark;
  map.tag = node.tag;
  for (auto& item : node.items) {
    if (!item.is_scalar()) return refuse(item, path, "a list of `KEY=VALUE` is needed here");
    const auto equals = item.scalar.find('=');
    YamlNode value;
    value.mark = item.mark;
    // What stands behind the sign is a text, whatever it looks like.
    if (equals != std::string::npos) {
      value.kind = YamlNode::Kind::kScalar;
      value.quoted = true;
      value.scalar = item.scalar.substr(equals + 1);
    }
    const std::string key = item.scalar.substr(0, equals);
    if (YamlNode* known = map.find(key)) {
      // In its old place, so that the order of a file is kept for those who print it.
      *known = std::move(value);
    } else {
      map.members.push_back({key, item.mark, std::move(value), true});
    }
  }
  node = std::move(map);
  return {};
}

// A list of names as a map to nothing (`networks`) or to the long form of `depends_on`.
Done to_named(YamlNode& node, const KeyPath& path, bool dependency) {
  if (!node.is_sequence()) return {};
  YamlNode map;
  map.kind = YamlNode::Kind::kMap;
  map.mark = node.mark;
  map.tag = node.tag;
  for (auto& item : node.items) {
    if (!item.is_scalar()) return refuse(item, path, "a list of names is needed here");
    YamlNode value;
    value.mark = item.mark;
    if (dependency) {
      YamlNode condition = item;
      // What the short form means, so that a long one above it may change the condition alone.
      condition.scalar = "service_started";
      value.kind = YamlNode::Kind::kMap;
      value.members.push_back({"condition", item.mark, std::move(condition)});
    }
    map.members.push_back({item.scalar, item.mark, std::move(value)});
  }
  node = std::move(map);
  return {};
}

// A single value, or a map of `extra_hosts`, as a list.
void to_list(YamlNode& node) {
  if (node.is_sequence() || node.is_null()) return;
  YamlNode list;
  list.kind = YamlNode::Kind::kSequence;
  list.mark = node.mark;
  list.tag = node.tag;
  if (node.is_scalar()) {
    node.tag = YamlNode::Tag::kNone;
    list.items.push_back(std::move(node));
    node = std::move(list);
    return;
  }
  for (auto& member : node.members) {
    std::vector<YamlNode> values;
    if (member.value.is_sequence()) {
      values = std::move(member.value.items);
    } else {
      values.push_back(std::move(member.value));
    }
    for (auto& value : values) {
      // `=`, for an IPv6 address has colons of its own.
      value.scalar = member.key + (value.is_null() ? "" : "=" + value.scalar);
      value.kind = YamlNode::Kind::kScalar;
      value.quoted = true;
      list.items.push_back(std::move(value));
    }
  }
  node = std::move(list);
}

// ---- What makes two items of a list the same ----

std::string text_of(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value != nullptr && value->is_scalar() ? value->scalar : std::string();
}

// The part of `text` between its first and second colon, or all of it.
std::string second_part(const std::string& text) {
  const auto first = text.find(':');
  if (first == std::string::npos) return text;
  return text.substr(first + 1, text.find(':', first + 1) - first - 1);
}

// For lists of texts this is the whole text, or what stands before the `=`.
std::string by_name(const YamlNode& item) {
  if (item.is_map()) return text_of(item, "path");
  return item.scalar.substr(0, item.scalar.find('='));
}
// A mount without a source (`/data`) is its target.
std::string by_target(const YamlNode& item) {
  return item.is_map() ? text_of(item, "target") : second_part(item.scalar);
}
std::string by_file(const YamlNode& item, const std::string& folder) {
  if (!item.is_map()) return folder + item.scalar;
  const std::string target = text_of(item, "target");
  return target.empty() ? folder + text_of(item, "source") : target;
}
std::string by_config_file(const YamlNode& item) {
  return by_file(item, "/");
}
std::string by_secret_file(const YamlNode& item) {
  return by_file(item, "/run/secrets/");
}
std::string by_whole_text(const YamlNode& item) {
  return item.scalar;
}
std::string by_port(const YamlNode& item) {
  if (!item.is_map()) return item.scalar;
  return text_of(item, "host_ip") + ":" + text_of(item, "published") + ":" +
         text_of(item, "target") + "/" + text_of(item, "protocol");
}

using Index = std::string (*)(const YamlNode& item);

// ---- Rules ----

enum class Rule { kReplace, kKeyValues, kNamed, kDependencies, kList, kLogging, kPools };

struct Special {
  std::string_view path;  // `*` stands for any one key
  Rule rule;
  Index index = nullptr;  // of a list
};

constexpr Special kSpecials[] = {
    {"networks.*.ipam.config", Rule::kPools},
    {"networks.*.ipam.options", Rule::kKeyValues},
    {"networks.*.labels", Rule::kKeyValues},
    {"volumes.*.labels", Rule::kKeyValues},
    {"services.*.annotations", Rule::kKeyValues},
    {"services.*.cap_add", Rule::kList, by_name},
    {"services.*.cap_drop", Rule::kList, by_name},
    {"services.*.command", Rule::kReplace},
    {"services.*.configs", Rule::kList, by_config_file},
    {"services.*.depends_on", Rule::kDependencies},
    {"services.*.deploy.labels", Rule::kKeyValues},
    {"services.*.devices", Rule::kList, by_target},
    {"services.*.dns", Rule::kList, by_name},
    {"services.*.dns_opt", Rule::kList, by_name},
    {"services.*.dns_search", Rule::kList, by_name},
    {"services.*.entrypoint", Rule::kReplace},
    {"services.*.env_file", Rule::kList, by_name},
    {"services.*.environment", Rule::kKeyValues},
    {"services.*.expose", Rule::kList, by_whole_text},
    {"services.*.extra_hosts", Rule::kList, by_whole_text},
    {"services.*.healthcheck.test", Rule::kReplace},
    {"services.*.label_file", Rule::kList, by_name},
    {"services.*.labels", Rule::kKeyValues},
    {"services.*.links", Rule::kList, by_name},
    {"services.*.logging", Rule::kLogging},
    {"services.*.networks", Rule::kNamed},
    {"services.*.networks.*.aliases", Rule::kList, by_name},
    {"services.*.networks.*.link_local_ips", Rule::kList, by_name},
    {"services.*.ports", Rule::kList, by_port},
    {"services.*.profiles", Rule::kList, by_name},
    {"services.*.secrets", Rule::kList, by_secret_file},
    {"services.*.sysctls", Rule::kKeyValues},
    {"services.*.tmpfs", Rule::kList, by_name},
    {"services.*.ulimits.*", Rule::kReplace},
    {"services.*.volumes", Rule::kList, by_target},
};

bool matches(std::string_view pattern, const KeyPath& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern.empty()) return false;
    const auto dot = std::min(pattern.find('.'), pattern.size());
    const auto part = pattern.substr(0, dot);
    if (part != "*" && part != path[i]) return false;
    pattern.remove_prefix(std::min(dot + 1, pattern.size()));
  }
  return pattern.empty();
}

const Special* find_special(const KeyPath& path) {
  const auto it = std::ranges::find_if(
      kSpecials, [&path](const Special& special) { return matches(special.path, path); });
  return it == std::end(kSpecials) ? nullptr : it;
}

Done merge_members(YamlNode& base, const YamlNode& over, const KeyPath& path) {
  for (const auto& member : over.members) {
    YamlNode* known = base.find(member.key);
    // Taken away, whatever it held; that nothing was there is no mistake.
    if (member.value.tag == YamlNode::Tag::kReset) {
      std::erase_if(base.members, [&](const auto& each) { return each.key == member.key; });
    } else if (known == nullptr) {
      // Nothing below to reset: tags mean nothing any more.
      base.members.push_back(member);
      settle_tags(base.members.back().value);
    } else {
      KeyPath inner = path;
      inner.push_back(member.key);
      if (auto done = merge(*known, member.value, inner); !done) return done;
    }
  }
  return {};
}

void merge_lists(YamlNode& base, const YamlNode& over, Index index) {
  to_list(base);
  YamlNode items = over;
  to_list(items);
  settle_tags(items);
  if (!base.is_sequence()) {
    base = std::move(items);
    return;
  }
  for (auto& item : items.items) {
    const auto same = [&](const YamlNode& known) { return index(known) == index(item); };
    // Without an index every item is another one: lists append.
    const auto known = index == nullptr ? base.items.end() : std::ranges::find_if(base.items, same);
    if (known == base.items.end()) {
      base.items.push_back(std::move(item));
    } else {
      *known = std::move(item);
    }
  }
}

// Options of a logging driver only merge into those of the same one.
Done merge_logging(YamlNode& base, const YamlNode& over, const KeyPath& path) {
  const YamlNode* below = base.find("driver");
  const YamlNode* above = over.find("driver");
  if (below != nullptr && above != nullptr && below->scalar != above->scalar) {
    base = over;
    settle_tags(base);
    return {};
  }
  return merge_members(base, over, path);
}

// Pools merge by subnet.
Done merge_pools(YamlNode& base, const YamlNode& over, const KeyPath& path) {
  for (const auto& pool : over.items) {
    const auto same = [&pool](const YamlNode& known) {
      return text_of(known, "subnet") == text_of(pool, "subnet");
    };
    const auto known = std::ranges::find_if(base.items, same);
    if (known == base.items.end()) {
      base.items.push_back(pool);
    } else if (auto done = merge_members(*known, pool, path); !done) {
      return done;
    }
  }
  return {};
}

// By name, and what stands above wins: a bare name too, which takes its value from around.
Done merge_key_values(YamlNode& base, const YamlNode& over, const KeyPath& path) {
  YamlNode above = over;
  if (auto done = to_key_values(base, path); !done) return done;
  if (auto done = to_key_values(above, path); !done) return done;
  if (!base.is_map() || !above.is_map()) return refuse(over, path, "a map is needed here");
  for (auto& member : above.members) {
    const bool gone = member.value.tag == YamlNode::Tag::kReset;
    std::erase_if(base.members, [&](const auto& each) { return each.key == member.key; });
    if (!gone) base.members.push_back(std::move(member));
  }
  return {};
}

Done merge_named(YamlNode& base, const YamlNode& over, const KeyPath& path, bool dependency) {
  YamlNode above = over;
  if (auto done = to_named(base, path, dependency); !done) return done;
  if (auto done = to_named(above, path, dependency); !done) return done;
  if (!base.is_map() || !above.is_map()) return refuse(over, path, "a map is needed here");
  return merge_members(base, above, path);
}

Done merge_special(const Special& special, YamlNode& base, const YamlNode& over,
                   const KeyPath& path) {
  switch (special.rule) {
    case Rule::kReplace:
      break;
    case Rule::kList:
      merge_lists(base, over, special.index);
      return {};
    case Rule::kKeyValues:
      return merge_key_values(base, over, path);
    case Rule::kNamed:
      return merge_named(base, over, path, false);
    case Rule::kDependencies:
      return merge_named(base, over, path, true);
    case Rule::kLogging:
      if (base.is_map() && over.is_map()) return merge_logging(base, over, path);
      return refuse(over, path, "a map is needed here");
    case Rule::kPools:
      if (base.is_sequence() && over.is_sequence()) return merge_pools(base, over, path);
      return refuse(over, path, "a list is needed here");
  }
  base = over;
  settle_tags(base);
  return {};
}

}  // namespace

std::expected<void, MergeError> merge(YamlNode& base, const YamlNode& over, const KeyPath& path) {
  // Nothing to merge with, or nothing wanted: before any rule is asked.
  if (over.tag == YamlNode::Tag::kOverride || base.is_null()) {
    base = over;
    settle_tags(base);
    return {};
  }
  if (over.is_null()) return {};
  if (const Special* special = find_special(path)) {
    return merge_special(*special, base, over, path);
  }
  // Replaced whatever stands above it, as in Compose; the decoder judges the kind.
  if (base.is_scalar()) {
    base = over;
    settle_tags(base);
    return {};
  }
  if (base.kind != over.kind) {
    return refuse(over, path, "a list and a map can't be merged");
  }
  if (base.is_map()) return merge_members(base, over, path);
  merge_lists(base, over, nullptr);
  return {};
}

void settle_tags(YamlNode& node) {
  node.tag = YamlNode::Tag::kNone;
  const auto gone = [](const YamlNode& each) { return each.tag == YamlNode::Tag::kReset; };
  std::erase_if(node.items, gone);
  std::erase_if(node.members, [&gone](const auto& each) { return gone(each.value); });
  for (auto& item : node.items)
    settle_tags(item);
  for (auto& member : node.members)
    settle_tags(member.value);
}

}  // namespace fairlead::model
