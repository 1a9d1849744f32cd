// A container ended, and nobody stopped it: is it done, is it tried again, and when?
//
//   restart policy         code   what follows
//   none, `no`             0      done, until the manifest changes it
//   none, `no`             other  tried again `retries` times; without end if others wait for it
//   on-failure             0      done
//   on-failure:N           other  the engine tries N times; then it has failed
//   always, unless-stopped        the engine tries without end
//
// What is tried again waits longer each time, until it has been up for a minute. A container that
// was stopped through the engine is none of this: it is started at once (containers.h).
//
// "Tried again by the engine" is left to the engine, and only reported. Counts are kept in the
// inventory (record/runs.h), so a restart of Fairlead begins none anew. Times are the engine's;
// where its clock runs ahead of ours, when we saw the end counts. `fairlead reconcile` makes the
// next start wait for nothing, once.
//
// Why not leave it all to the engine's policies? Compose's default is `no`, and a service that ends
// with an error because its database was not there yet is then down for ever.
//
// Example: a service without `restart`, and `retries: 2`. It ends with code 1: started again after
// 1 s (CrashLooping); ends: after 3 s; ends: JobFailed (Blocked), and the App is Stalled until its
// manifest changes or somebody asks. If another service waits for it with service_healthy it is
// tried on, with pauses of up to 5 min.
//
// Seen from outside: the log's `container ended` and an event CrashLooping, at the 1st, 2nd, 4th,
// 8th … end in a row, with the code, how long it was up, and its last words as far as they may be
// shown; the same is the App's waiting line and the reason of its Ready condition.
// fairlead_container_restarts_total counts the engine's starts and ours together.
#pragma once

#include <optional>

#include "controller/observed/observed.h"
#include "controller/plan/planner.h"
#include "controller/record/runs.h"

namespace fairlead::controller {

// How long after its n-th end in a row a container is started again: 1 s, three times as long each
// time, at most 5 min: 1, 3, 9, 27, 81, 243, 300 s. From the end, not from when it was seen.
Duration restart_delay(int failures);

// What follows the end of a container that nobody stopped: the runs to note with its next start, or
// nullopt if it is not started now. Says why, and when (Plan::wake_at), or that it has failed for
// good (JobFailed).
std::optional<Runs> next_run(Planner& p, const model::Service& service,
                             const ObservedContainer& container);

// A container that was started again, by us or by the engine, and has not been up for long (ten
// seconds): it may end at once. Waits for it, so that the App is not Ready in between.
void watch_young(Planner& p, const model::Service& service, const docker::Container& container);

// One that the engine itself is about to start again: reported, from the third restart on as
// CrashLooping, and waited for.
void note_restarting(Planner& p, const model::Service& service, const docker::Container& container);

}  // namespace fairlead::controller
