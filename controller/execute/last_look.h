// Looks taken right before a call: the plan was made a while ago, and the engine takes what it is
// given. Each costs one read, and on the first thing that is not as the plan thinks it returns the
// error to report; nothing has been changed by then. Between the look and the call something may
// still change: that is met by the engine's refusal, or found by the next pass.
//
//   look               before        met otherwise as
//   check_names()      a create      a container on another network of the same name (F001)
//   check_volumes()    a create      a new, empty volume in place of one with data (F078)
//   check_address()    a connect     a container without its network: the old endpoint is gone
//
// Why not refuse to act at all when something is not as planned? That is what these do: the error
// is Transient or Blocked, the pass ends, and the next one plans from what is true by then.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "controller/observed/observed.h"
#include "docker/engine.h"

namespace fairlead::controller {

// Looks at networks by their names. Of fifty containers that are made side by side each looks at
// the same two networks, and the engine answers with all their members: whoever asks while a look
// is on its way shares the next one with all who wait. So a look always begins after it was asked
// for.
class NetworkLooks {
 public:
  // Both must outlive it, and it all who ask.
  NetworkLooks(docker::Engine& engine, Clock& clock) : engine_(engine), clock_(clock) {}

  Task<Result<docker::Network>> inspect(std::string name);

 private:
  struct Look;

  docker::Engine& engine_;
  Clock& clock_;
  std::map<std::string, std::shared_ptr<Look>> running_;
  std::map<std::string, std::shared_ptr<Look>> next_;
};

// A create finds networks by name: each must be that of the network that was meant, and of no other
// (F001, F002). The endpoints have both name and ID. Transient, StateConflict, if one is another's;
// the engine's NotFound, or its refusal of an ambiguous name, as it comes.
Task<Status> check_names(NetworkLooks& looks, std::vector<docker::EndpointSpec> endpoints);

// A create makes a missing volume itself, empty and without labels: nobody's for ever. What to do
// about one that was removed meanwhile is for the next plan. Those that carry `instance` in their
// labels are named in the result: asked again after the create, one that is not among them any more
// was made by the create, for no list can tell that (made_in_place()).
Task<Result<std::set<std::string>>> check_volumes(docker::Engine& engine,
                                                  std::vector<docker::MountSpec> mounts,
                                                  std::string instance);

// A fixed IPv4 address that can't be had: outside the network's subnets (InvalidEndpoint), the
// gateway's, or held by somebody else (AddressInUse); Blocked. Asked before anything is taken away:
// a connect that fails leaves `container` without its network. What other containers of `app` hold
// is for the plan to order. IPv6 is not looked at: the list of members has none of it.
Task<Status> check_address(docker::Engine& engine, const Observed& observed, std::string app,
                           std::string container, docker::EndpointSpec endpoint);

}  // namespace fairlead::controller
