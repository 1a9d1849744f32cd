// The host's own file system, for the policy: where paths lead, and by which of them the engine's
// socket can be reached. The seam is model::HostFiles, so that tests and replays have a host of
// their own.
//
// Reads /proc/self/mountinfo and stats what is local; nothing on a network file system is looked
// at, since that could mean to wait for a server. A socket is known by device and inode, through
// hard links and through second mounts of a folder above it. Where that can't be told in reasonable
// time (a folder of more than 100,000 entries), the folder is taken to reach it.
#pragma once

#include <memory>

#include "model/host_access.h"

namespace fairlead::controller {

// Has no state; what it says holds for the moment in which it is asked.
std::shared_ptr<const model::HostFiles> host_files();

}  // namespace fairlead::controller
