// Lifecycle hooks as part of a level-triggered plan: which step of `pre_start` has run is told by
// its container, whether `post_start` is due by the inventory. With them, every start and stop of a
// service's container: none may go without its hooks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "controller/plan/action.h"
#include "controller/plan/planner.h"
#include "controller/record/runs.h"

namespace fairlead::controller {

// Starts it, then runs its `post_start`; the last step.
std::size_t start_container(Planner& p, const model::Service& service, const Ref& container,
                            Steps after, const std::string& reason,
                            const std::vector<Action>& rollback = {},
                            const std::optional<Runs>& runs = {});

// Stops it, starts it, and runs its `post_start`; the last step.
std::size_t restart_container(Planner& p, const model::Service& service,
                              const docker::Container& container, Steps after,
                              const std::string& reason, const std::string& because_of);

// Starts again what a roll-back puts back.
std::vector<Action> restart_actions(const Planner& p, const docker::Container& container);

StopContainer stop_action(const Planner& p, const docker::Container& container, int grace_seconds);

// The `post_start` of a running container that has not succeeded yet.
Steps run_due_hooks(Planner& p, const model::Service& service, const docker::Container& container,
                    const Steps& after);

// True if all steps of `pre_start` have succeeded for `container`, which was never started. Else
// plans the next one, or says what is being waited for.
bool pre_started(Planner& p, const model::Service& service, const docker::Container& container,
                 const Steps& after);

// Removes containers of steps that nothing waits for any more. `current` may be null.
void remove_hook_containers(Planner& p, const model::Service& service,
                            const docker::Container* current);

}  // namespace fairlead::controller
