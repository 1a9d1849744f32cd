// Runs a plan against the engine: operations in parallel where the DAG allows it, at most one
// outstanding mutation per object, roll-back where the plan carries one.
//
// When an operation fails, those after it are skipped and all others go on: a volume that is
// refused keeps no other service from being started. Nothing further starts once may_continue() is
// false; what has been sent is waited for. A roll-back runs only after a definite error: after
// Unknown nobody knows what there is to undo, and the next pass looks.
//
//   auto executed = co_await execute(executor, std::move(plan), std::move(context));
//   if (!executed && executed.error().error_class == ErrorClass::kUnknown) …  // look twice first
//
// Success says that every call succeeded, and not that the App is as the manifest says: that is for
// the next pass to find. So nothing is verified here.
//
// A run is bounded by nothing but its calls: each has a deadline of its own in the engine's client
// (HttpOptions). An exception in an action is Unknown: whether the engine was changed by then
// nobody can tell.
//
// Order: `after` and `behind` of Operation (plan/action.h); permits, then the object's lock, then
// may_continue() once more, then the call. A start goes with the create before it, on one permit. A
// pull or hook holds none, so a registry that hangs delays its own App only.
//
// Seen from outside: an operation that succeeded is a line `change applied` with its reason, and an
// event; one that failed is an event (ContainerStartFailed), and the pass's `reconcile failed`.
// Both are counted in fairlead_reconcile_actions_total. A roll-back is the line `rolled back`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "controller/desired/hidden_values.h"
#include "controller/execute/images.h"
#include "controller/execute/last_look.h"
#include "controller/execute/object_locks.h"
#include "controller/observed/cache.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "controller/record/inventory.h"
#include "docker/engine.h"

namespace fairlead::controller {

// Of an operation. kSkipped: what it stands after failed, or nothing further might start; it is no
// error of its own, and not reported.
enum class Outcome { kPending, kDone, kFailed, kSkipped };

// Reported once per operation that ran, when it has ended. `seconds`: of the call, without waiting
// for permits and locks. `operation` points into the plan, for the time of the call. `rolled_back`:
// a roll-back was begun; whether it succeeded the App's error says.
struct OperationReport {
  const Operation* operation = nullptr;
  Status result;
  double seconds = 0;
  bool rolled_back = false;
};

// What a run borrows, all of it to outlive execute(), and what it may do. Pulls, hooks and stops
// with `pre_stop` may take minutes and need no permit.
struct ExecuteContext {
  docker::Engine& engine;
  EngineCache& cache;
  Inventory& inventory;
  Images& images;
  NetworkLooks& looks;
  Clock& clock;
  Semaphore& permits;  // mutations in flight on the whole engine (F093)
  ObjectLocks& locks;  // and on one object: one
  // What manifests may demand of the host; null: nothing.
  std::shared_ptr<const model::HostAccess> access;
  std::string app;
  std::string file;  // the manifest that it is in
  std::function<void(const OperationReport&)> report;
  // False as soon as no further mutation may start: shutdown, an engine gone or uncertain, or a
  // newer manifest.
  std::function<bool()> may_continue;
  HiddenValues hidden{};  // what no error may repeat
};

// Runs until every operation is done, failed or skipped. Returns the first error, Unknown before
// all others. Ends when the last call has: to end sooner the engine is to be cancelled
// (Controller::stop).
Task<Status> execute(boost::asio::any_io_executor executor, Plan plan, ExecuteContext context);

}  // namespace fairlead::controller
