// A tar archive in memory, for the files that a container gets before it starts (PUT
// /containers/{id}/archive). By libarchive: long names and large numbers need extensions (pax) that
// are easy to get wrong by hand.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "docker/types.h"

namespace fairlead::docker {

// Regular files with path, mode, owner and bytes; the times are 1970. Folders on the way are not in
// it: the engine makes them. Paths are absolute, as FileContent has them. Invalid,
// InvalidContainerConfig, for what tar can't hold. Owners are numbers: names mean something only
// within the container.
Result<std::string> tar_of(const std::vector<FileContent>& files);

}  // namespace fairlead::docker
