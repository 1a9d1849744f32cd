// One action of a plan as engine calls, with the bookkeeping around it: intent into the inventory
// before a create, absence after a remove.
#pragma once

#include <map>
#include <string>

#include "controller/execute.h"

namespace fairlead::controller {

// IDs of what this run has created, by Docker name: the plan only knows their names.
struct CreatedObjects {
  std::map<std::string, std::string> containers;
  std::map<std::string, std::string> networks;
};

Task<Status> act(ExecuteContext& context, CreatedObjects& created, std::string component,
                 Action action);

}  // namespace fairlead::controller
