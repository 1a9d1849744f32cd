// One action of a plan as engine calls, with the bookkeeping around it: intent into the inventory
// before a create, absence after a remove.
//
//   prepare()   in memory: the intent of what is created, hooks and runs of what is started; waits
//               until they are on disk. If they can't be, nothing is sent
//   act()       a last look (last_look.h: names, volumes, addresses; the policy's paths), the call,
//               and what it made or removed into the inventory
//
// A removal passes guard/removal.h here once more, whatever the plan says. What an action touches
// is marked in the cache when the engine has answered, so that the next pass reads it again. Values
// that may be secrets are masked in errors.
//
//   prepared    for what is made: its intent; for a start: hooks, runs, a lost volume
//   done        created, gone, `post_start` no longer due: in memory, on disk within a second
//
// What of that must be on disk first, and why, inventory.h tells. A disk that refuses fails what
// creates, and what has hooks; a start without hooks and a rename go on without it, for a full disk
// must keep no container down.
//
// Both take the action as a value and carry it to its end; nothing here retries. The next pass
// does, from a fresh look.
#pragma once

#include <map>
#include <string>

#include "controller/execute/execute.h"
#include "controller/plan/action.h"

namespace fairlead::controller {

// IDs of what this run has created, by Docker name: the plan only knows their names. One for a run,
// filled by act() and read by the steps after it. Failing to find one there is Transient,
// StateConflict: the step before did not do what it was planned for.
struct CreatedObjects {
  std::map<std::string, std::string> containers;
  std::map<std::string, std::string> networks;
};

// What must be on disk before `action` may be sent: ends when it is. Needs no permit: a disk is no
// load of the engine's, and a slow one no reason for others to wait who write nothing.
Task<Status> prepare(ExecuteContext& context, CreatedObjects& created, std::string component,
                     const Action& action);

// After prepare() alone. Errors are the engine's, classified; Unknown if the request may have run.
// Others of its own: NotOwner (removal.h), PolicyDenied (a path leads elsewhere by now), HookFailed
// with the last that it wrote, VolumeMismatch, StateConflict where a last look shows another state.
// A create that was definitely refused takes its intent back; after Unknown it stays, and what has
// its name is adopted. Takes as long as the engine does.
Task<Status> act(ExecuteContext& context, CreatedObjects& created, std::string component,
                 Action action);

}  // namespace fairlead::controller
