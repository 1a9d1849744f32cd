// Where a path can be bent: the directories whose entries decide what the path leads to. Each of
// them has to be watched, for git-sync and `..data` publish by flipping one of these links (W13,
// W14).
//
//   /srv/manifests → current → rev-42 (git-sync), asked for /srv/manifests:
//     links   { {"/srv", "manifests"}, {"/srv", "current"}, {"/srv", "rev-42"} }
//     target  /srv/rev-42
//
// It tells where to watch, and not what may be read: between this walk and an open any step may be
// another one, so what is read is found by the kernel beneath a descriptor (scan.h).
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
// target itself, or of the first name that does not exist, which may come. `target` is the path
// free of links, as far as there is one. Two chains that are equal lead the same way.
struct LinkChain {
  std::vector<Link> links;
  std::string target;
  bool operator==(const LinkChain&) const = default;
};

// Blocking, as lstat() and readlink() are. A relative path is of the working directory. More than
// 40 links, as the kernel takes them, or one that can't be read, end the chain there; no errors:
// what is wrong with the path, the scan says.
LinkChain follow_links(const std::string& path);

}  // namespace fairlead::watch
