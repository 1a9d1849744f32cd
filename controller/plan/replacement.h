// Replacement as a level-triggered sequence. Each pass emits the steps that remain, so a crash
// between any two is just another input.
//
//   1. create the new one as NAME.next, with all its networks; not started
//   2. wait until what it depends on is ready, and its `pre_start` steps have run
//   3. stop the old one
//   4. rename it to NAME.prev, and the new one to NAME
//   5. start the new one, and run its `post_start`
//   6. remove the old one
//
// From 4 on a step that fails has a roll-back: the old one gets its name back and runs again, and a
// new one that did not start is removed. With `order: start-first`, where no host port or fixed
// address forbids two at a time, the new one is started between 2 and 3, and the rest waits until
// it runs and is healthy; until then the old one serves. If it ends or is unhealthy nothing is
// switched, and that is said.
//
// Not more replicas at a time than `parallelism` says.
//
//   found after a crash                              the next pass
//   NAME runs, NAME.next is up to date               goes on with 2 or 3
//   NAME is stopped, NAME.next is up to date         goes on with 4
//   NAME.prev and NAME.next                          renames the new one, starts it
//   NAME.prev, and NAME up to date but not running   starts it
//   NAME.prev, and NAME runs                         removes the old one
//   NAME.next is out of date by now                  removes it, and begins anew
//
// What is told from labels is who is up to date; names tell only how far a switch had come
// (find.h).
//
// Why under a temporary name, and not stop, remove, create? A create may fail for many reasons
// (image, mount, name), and then the old one would be gone for nothing. This way the service is
// down from its stop to the new one's start, and a failure brings the old one back.
//
//   refusal, or what is waited for                    when
//   Unhealthy, CrashLooping (Blocked)                 `start-first`: nothing is switched
//   "… is not healthy yet", "… starts beside"         `start-first`, on its way
//   "replica N waits, LIMIT at a time"                `parallelism`
//   what depends_on.h and hooks.h say                 before the switch; the old one serves
#pragma once

#include "controller/plan/find.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// `found.outdated` is not empty. Of those the one that runs is what a roll-back goes back to; any
// others are removed. `after`: steps that must be done first.
void replace_outdated(Planner& p, const model::Service& service, const ServiceContainers& found,
                      Steps after);

}  // namespace fairlead::controller
