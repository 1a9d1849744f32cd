// One action of a plan as engine calls, with the bookkeeping around it: intent into the inventory
// before a create, absence after a remove.
#pragma once

#include <map>
#include <string>

#include "controller/execute/execute.h"
#include "controller/plan/action.h"

namespace fairlead::controller {

// IDs of what this run has created, by Docker name: the plan only knows their names.
struct CreatedObjects {
  std::map<std::string, std::string> containers;
  std::map<std::string, std::string> networks;
};

// What must be on disk before `action` may be sent: ends when it is. Needs no permit: a disk is no
// load of the engine's, and a slow one no reason for others to wait who write nothing.
Task<Status> prepare(ExecuteContext& context, CreatedObjects& created, std::string component,
                     const Action& action);

// After prepare() alone.
Task<Status> act(ExecuteContext& context, CreatedObjects& created, std::string component,
                 Action action);

}  // namespace fairlead::controller
