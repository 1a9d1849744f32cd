// Paths as texts: no file system is asked, so links are not followed. For what the engine will do
// with a path of a container or of its host before it looks at any file: `/app/`, `/app/.` and
// `//app` are one mount to it (Go's path.Clean), and a policy that looked at the spelling would be
// passed by another one (F102).
//
// Not for files of this host that are about to be opened: a name that is fine as a text may lead
// anywhere by a link (F103). There the kernel decides: openat2() in watch/scan.cpp, and
// controller/access/host_files.h for mounts. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairlead {

// Goes on from `steps` by those of `path`: `.` and doubled slashes are none, `..` takes one back.
// False if one led above the first, which it then did not. `steps` hold parts of the texts that
// they came from, which must outlive them; a leading slash means nothing, so the caller decides
// whether `path` is absolute.
bool walk(std::vector<std::string_view>& steps, std::string_view path);

// Absolute, with `.`, `..` and doubled slashes taken out, and no slash at the end; "/" for nothing
// and for whatever would lead above it. A relative path is taken from the root.
std::string clean_path(std::string_view path);
// True for `top` itself too. Both absolute and clean: `/data2` is not beneath `/data`, and all is
// beneath `/`.
bool beneath(std::string_view path, std::string_view top);

}  // namespace fairlead
