// Whose files are believed: who may write what Fairlead reads decides what runs as root. The rules
// as a user reads them: docs/policy.md, "Whose files are read".
//
//   the file                        judged by                          links
//   manifests, what they refer to   check_trust(), watch/scan.cpp      within the directory only
//   state directory                 open_trusted(), check_folder()     of the folder, not in it
//   policy, age key, config.json    read_trusted()                     followed, the target judged
//
// Trusted are root and the user of this process, and whom the caller adds. "Not writable by all" is
// about the others bit, sticky or not: a sticky folder keeps strangers from removing a file, and
// not from putting one there first. Groups are left to whoever set them, but for read_trusted():
// what it reads names programs that run as root.
//
// What was judged is what is read: by descriptor, or again after the open. Blocking; no state; any
// thread.
//
// Errors: PermissionDenied, Blocked, with the owner in the message and the next step in the hint;
// NotFound, Invalid, where there is no such file.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

struct stat;

namespace fairlead {

// Whose files are believed. Made by trusted_users(), and widened by what the user has switched on.
struct Trusted {
  std::vector<uid_t> users;
  bool anyone = false;  // a file that the user named himself
};

// Root, and the user that this process runs as: who could be either may do all that Fairlead may
// do.
Trusted trusted_users();

// kPermissionDenied if it belongs to somebody else, or everybody may write it; the message says
// who, without a path. `hint`: what else would make it trusted, or "". The mode of a link means
// nothing, and is not looked at.
Status check_trust(const struct stat& found, const Trusted& trusted, const std::string& hint = {});

// Opens a file of a folder that only trusted users may write, never by a link. The folder may be
// named by one. Returns a descriptor, which is the caller's to close, or kNotFound, or
// kPermissionDenied with the path in the message. `flags` as for open(2); a new file has `mode` and
// takes the folder's owner and group, so that a daemon run by root for once leaves nothing in a
// user's state directory that the user can't write later.
Result<int> open_trusted(const std::string& folder, const std::string& name, int flags,
                         mode_t mode = 0600);
// The folder alone: it can be opened, is a folder, and is trusted.
Status check_folder(const std::string& folder);

// Reads a file that somebody named in an option, or that stands in his home, where links are usual:
// they are followed, and what they lead to must belong to a trusted user and be writable by nobody
// else, its group included. Otherwise as read_file(), with "PATH: why" as message. `limit` in
// bytes.
Result<std::string> read_trusted(const std::string& path, std::size_t limit);

// What Fairlead just made at `path` takes owner and group of its folder, as far as this user may
// give them: root both, others the group if they belong to it. Never by a link. Failing is no
// error: the file is there, and whoever can't read it says so.
void take_folders_owner(const std::string& path);

}  // namespace fairlead
