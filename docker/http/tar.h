// A tar archive in memory, for the files that a container gets before it starts.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "docker/types.h"

namespace fairlead::docker {

Result<std::string> tar_of(const std::vector<FileContent>& files);

}  // namespace fairlead::docker
