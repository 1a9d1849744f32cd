// Lifecycle hooks as part of a level-triggered plan: which step of `pre_start` has run is told by
// its container, whether `post_start` is due by the inventory. With them, every start and stop of a
// service's container: none may go without its hooks.
//
//   pre_start   a container of its own for each step, with the service's volumes and networks, made
//               after the service's container and before its first start
//   post_start  commands in the container after each start of ours; due until all have succeeded
//   pre_stop    commands in it before each stop of ours; one that fails keeps it running
//
// What the engine starts or stops by itself runs none, as with Compose. The commands come from the
// inventory, for the manifest may be gone when the container is stopped.
//
//   state of the step's container      what follows (pre_start)
//   none                               it is made and started
//   created                            started
//   up                                 waited for
//   exited with 0                      the next step, or the service itself
//   exited otherwise                   FailHook: set aside as NAME.pre-N.failed, an error, back-off
//   set aside                          removed, and made anew
//
// Seen from outside: a hook that failed is HookFailed (Transient), with its code and what it wrote
// last, as far as that may be shown. A step of `pre_start` that failed is kept until the next try
// as NAME.pre-N.failed, for `docker logs`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "controller/plan/action.h"
#include "controller/plan/planner.h"
#include "controller/record/runs.h"

namespace fairlead::controller {

// Starts it, then runs its `post_start`; the last step. `rollback`: of the start and of the hooks.
// `runs`: to be remembered with this start (ends.h).
std::size_t start_container(Planner& p, const model::Service& service, const Ref& container,
                            Steps after, const std::string& reason,
                            const std::vector<Action>& rollback = {},
                            const std::optional<Runs>& runs = {});

// Stops it, starts it, and runs its `post_start`; the last step. `because_of`: what it follows, so
// that it is not followed twice (followers.h).
std::size_t restart_container(Planner& p, const model::Service& service,
                              const docker::Container& container, Steps after,
                              const std::string& reason, const std::string& because_of);

// Starts again what a roll-back puts back.
std::vector<Action> restart_actions(const Planner& p, const docker::Container& container);

// With the `pre_stop` that is known of it, if it runs. `grace_seconds`: before SIGKILL.
StopContainer stop_action(const Planner& p, const docker::Container& container, int grace_seconds);

// The `post_start` of a running container that has not succeeded yet; `after` itself if nothing is
// due.
Steps run_due_hooks(Planner& p, const model::Service& service, const docker::Container& container,
                    const Steps& after);

// True if all steps of `pre_start` have succeeded for `container`, which was never started. Else
// plans the next one, or says what is being waited for.
bool pre_started(Planner& p, const model::Service& service, const docker::Container& container,
                 const Steps& after);

// Removes containers of steps that nothing waits for any more: of a container that was started, or
// is not the current one. `current` may be null.
void remove_hook_containers(Planner& p, const model::Service& service,
                            const docker::Container* current);

}  // namespace fairlead::controller
