// Laying one Compose tree onto another: override files, several documents, `extends`, `include`.
//
// Maps merge, lists append, all else is replaced; some keys have rules of their own (`command` is
// replaced, `environment` merges by name, `volumes` by target, …), as in compose-go's override
// package. `!reset` takes the value below away, `!override` replaces it whole.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "model/yaml/yaml.h"

namespace fairlead::model {

using KeyPath = std::vector<std::string>;

struct MergeError {
  YamlMark mark;
  std::string path;
  std::string message;
};

// `path` says where in a Compose file the two stand: {} for whole files, {"services", "web"}.
std::expected<void, MergeError> merge(YamlNode& base, const YamlNode& over, const KeyPath& path);

// Removes what is tagged `!reset`, and the tags: for a tree that is laid onto nothing.
void settle_tags(YamlNode& node);

}  // namespace fairlead::model
