// What the engine says now, as values: the input of diff and plan. Of one moment as far as is
// known: cache.h tells when it is not.
//
// Values only. Whoever wants to know something of the engine asks for it here and not of the engine
// itself: a pass that looks twice may see two moments, and plan from both.
//
// The engine is believed about objects and not about stories: why a container ended is guessed from
// its policy and from events (stopped_by_hand), and a guess must never do more than decide how soon
// it is started again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "docker/types.h"

namespace fairlead::controller {

// A container with Fairlead's label and everything that inspect says of it. Of one that was listed
// and could never be inspected only ID, name, state and labels are true; then it is `uncertain`.
struct ObservedContainer {
  docker::Container details;
  // The engine reported a stop or kill through its API for the current run: an exit, even with code
  // 0, was not the end of a one-shot's work. Known from events, so it is only a hint.
  bool stopped_by_hand = false;
  // Inspect failed or timed out (F068): nothing may be done to this container in this pass.
  bool uncertain = false;
};

// What a pass sees of networks and volumes is what its App has to do with (pass/visible.h); the
// cache has all. Containers without our label are in neither: that somebody is on a network shows
// in the network's own members, after an inspect.
struct Observed {
  docker::EngineInfo engine;
  WallTime now{};                                       // when this was looked at
  std::map<std::string, ObservedContainer> containers;  // by ID; label managed, any instance
  std::map<std::string, docker::Network> networks;      // by ID
  std::map<std::string, docker::Volume> volumes;        // by name
};

// A one-shot that ended well, and by itself: nothing to start again. Code 0 with a policy that
// never restarts, or restarts failures only.
bool completed(const ObservedContainer& container);

// True if it ended because somebody stopped it, as far as one can tell. What its restart policy
// starts again without end counts as stopped, by whomever.
bool was_stopped(const ObservedContainer& container);

// Containers seen on a network from either side: container ID → name. Neither side is enough: a
// list of networks has no members, and an inspected network no containers that do not run (F008).
std::map<std::string, std::string> members_of(const docker::Network& network,
                                              const Observed& observed);

}  // namespace fairlead::controller
