// The host's own file system, for the policy: where paths lead, and by which of them the engine's
// socket can be reached.
#pragma once

#include <memory>

#include "model/host_access.h"

namespace fairlead::controller {

std::shared_ptr<const model::HostFiles> host_files();

}  // namespace fairlead::controller
