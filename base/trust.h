// Whose files are believed: who may write what Fairlead reads decides what runs as root. The rules
// as a user reads them: docs/policy.md, "Whose files are read".
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

struct stat;

namespace fairlead {

struct Trusted {
  std::vector<uid_t> users;
  bool anyone = false;  // a file that the user named himself
};

// Root, and the user that this process runs as.
Trusted trusted_users();

// kPermissionDenied if it belongs to somebody else, or everybody may write it; the message says
// who, without a path. `hint`: what else would make it trusted, or "".
Status check_trust(const struct stat& found, const Trusted& trusted, const std::string& hint = {});

// Opens a file of a folder that only trusted users may write, never by a link. The folder may be
// named by one. Returns a descriptor, or kNotFound, or kPermissionDenied with the path in the
// message. `flags` as for open(2); a new file has `mode` and takes the folder's owner and group.
Result<int> open_trusted(const std::string& folder, const std::string& name, int flags,
                         mode_t mode = 0600);
// The folder alone.
Status check_folder(const std::string& folder);

// Reads a file that somebody named in an option, or that stands in his home, where links are usual:
// they are followed, and what they lead to must belong to a trusted user and be writable by nobody
// else, its group included. Otherwise as read_file(), with "PATH: why" as message.
Result<std::string> read_trusted(const std::string& path, std::size_t limit);

// What Fairlead just made at `path` takes owner and group of its folder, as far as this user may
// give them: root both, others the group if they belong to it. Never by a link.
void take_folders_owner(const std::string& path);

}  // namespace fairlead
