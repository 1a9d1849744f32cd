// Commands that are run inside a container after its start and before its stop.
//
// As in Compose 2.40: in order, each to its end; one that fails fails the start or the stop. What
// Compose leaves open because it runs once is level-triggered here: a container whose `post_start`
// has not succeeded yet is due, across failures and crashes, so hooks may run more than once.
//
// A container that is started by Fairlead has its hooks recorded before, with `due` if there is a
// `post_start`; success of the last one ends that. So after a crash at any point the worst is a
// step that runs twice, and never a service that goes on without its hooks (plan/hooks.h).
//
// Both lists are what the manifest said when the container was started last, not what it says now:
// a changed hook is another spec hash, and so another container.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "docker/types.h"

namespace fairlead::controller {

// Kept in the inventory: what a container was started with is known to no label (its environment
// may hold secrets, and labels are exported widely), and its manifest may be gone when it is
// stopped. Commands as they are sent to the engine (POST /containers/ID/exec).
struct ContainerHooks {
  std::vector<docker::ExecSpec> post_start;
  std::vector<docker::ExecSpec> pre_stop;
  bool due = false;  // `post_start` has not succeeded since the last start
  bool empty() const { return post_start.empty() && pre_stop.empty(); }
  friend bool operator==(const ContainerHooks&, const ContainerHooks&) = default;
};

boost::json::object to_json(const ContainerHooks& hooks);
// Throws what Boost.JSON throws for another form.
ContainerHooks hooks_from(const boost::json::object& object);

}  // namespace fairlead::controller
