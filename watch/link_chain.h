// Where a path can be bent: the directories whose entries decide what the path leads to.
#pragma once

#include <string>
#include <vector>

namespace fairlead::watch {

// `name` in `directory` (a path free of links) is a step that a rename can redirect.
struct Link {
  std::string directory;
  std::string name;
  bool operator==(const Link&) const = default;
};

// Every symbolic link met on the way along `path`, in order, then the last step: the place of the
// target itself, or of the first name that does not exist. `target` is the path free of links.
struct LinkChain {
  std::vector<Link> links;
  std::string target;
  bool operator==(const LinkChain&) const = default;
};

LinkChain follow_links(const std::string& path);

}  // namespace fairlead::watch
