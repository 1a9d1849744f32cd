// Paths as texts: no file system is asked, so links are not followed. For what the engine will do
// with a path of a container or of its host before it looks at any file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairlead {

// Goes on from `steps` by those of `path`: `.` and doubled slashes are none, `..` takes one back.
// False if one led above the first, which it then did not.
bool walk(std::vector<std::string_view>& steps, std::string_view path);

// Absolute, with `.`, `..` and doubled slashes taken out; "/" for nothing.
std::string clean_path(std::string_view path);
// True for `top` itself too. Both absolute and clean.
bool beneath(std::string_view path, std::string_view top);

}  // namespace fairlead
