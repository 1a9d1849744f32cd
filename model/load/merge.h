// Laying one Compose tree onto another: override files, several documents, `extends`, `include`.
//
// Maps merge, lists append, all else is replaced; some keys have rules of their own, as in
// compose-go's override package (one table, in merge.cpp):
//
//   command, entrypoint, healthcheck.test, ulimits.X   replaced
//   environment, labels, annotations, sysctls, …       by name, whether list or map
//   networks, depends_on of a service                  by name; a list becomes a map
//   volumes, devices                                   by target; a config or secret likewise
//   ports                                              by address, both ports and protocol
//   dns, expose, tmpfs, cap_add, …                     an equal entry is replaced in its place
//   logging                                            merged if the driver is the same
//   ipam.config                                        by subnet
//
// `!reset` takes the value below away, `!override` replaces it whole. Null above says nothing: the
// value below stays.
//
// Spellings are brought into one form only where two values meet: a tree that nothing is laid onto
// keeps the list or map that it was written with. Ports in their short forms are compared as texts,
// so "80:80" beside "80:80/tcp" are two, and the checks refuse them later.
//
// Pure; works on trees before anything in them has a type, so a mistake of type may pass here and
// is found by the decoders. The cost is bounded by that of the trees (yaml.h).
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "model/yaml/yaml.h"

namespace fairlead::model {

using KeyPath = std::vector<std::string>;

// A list laid onto a map, and the like: the one thing that can't be merged. `mark` is in the tree
// above, `path` as in a Compose file; the loader puts the envelope's `spec` before it.
struct MergeError {
  YamlMark mark;
  std::string path;
  std::string message;
};

// `path` says where in a Compose file the two stand: {} for whole files, {"services", "web"}. After
// an error `base` is half-merged, and only good for finding more mistakes.
std::expected<void, MergeError> merge(YamlNode& base, const YamlNode& over, const KeyPath& path);

// Removes what is tagged `!reset`, and the tags: for a tree that is laid onto nothing.
void settle_tags(YamlNode& node);

}  // namespace fairlead::model
