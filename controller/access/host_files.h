// The host's own file system, for the policy: where paths lead, and by which of them the engine's
// socket can be reached. The seam is model::HostFiles, so that tests and replays have a host of
// their own.
//
// Reads /proc/self/mountinfo and stats what is local; mounts of network file systems beneath a
// folder are not looked at, since that could mean to wait for a server. (The path that is asked
// about is followed wherever it leads, and so waits for one that it is on.) A socket is known by
// device and inode, through hard links and through second mounts of a folder above it. Where that
// can't be told in reasonable time (a folder of more than 100,000 entries), the folder is taken to
// reach it.
//
// What a rule for bind mounts is for is a folder, and what a container gets is what the path leads
// to: both are followed before they are compared (checker.h). And a folder that holds the engine's
// socket is the engine, by whatever name: /run, a second mount of it, a hard link somewhere else.
// Who speaks to the socket is root on the host (F102).
//
// Called on the loop, by planner and executor. What it costs is reading the table of mounts and a
// few stat() calls, and a walk through a folder only where a socket has more than one name.
//
//   engine's socket      path asked about           reaches()
//   /run/docker.sock     /run/docker.sock           true: by name
//   /run/docker.sock     /run, /                    true: a folder that holds it
//   /run/docker.sock     /srv/run (bind of /run)    true: by device and inode
//   /run/docker.sock     /srv/d (a hard link in it) true: the link was found
//   /run/docker.sock     /srv/media                 false
#pragma once

#include <memory>

#include "model/host_access.h"

namespace fairlead::controller {

// Has no state; what it says holds for the moment in which it is asked.
std::shared_ptr<const model::HostFiles> host_files();

}  // namespace fairlead::controller
