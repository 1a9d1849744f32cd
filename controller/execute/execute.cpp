#include "controller/execute/execute.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/guard.h"
#include "controller/execute/act.h"

namespace fairlead::controller {
namespace {

// Shared by the operations' tasks and by whoever hears of an exception in one.
struct Run {
  Run(Plan p, ExecuteContext c)
      : plan(std::move(p)),
        context(std::move(c)),
        outcomes(plan.operations.size(), Outcome::kPending),
        started(plan.operations.size(), false),
        progressed(context.clock) {}

  Plan plan;
  ExecuteContext context;
  std::vector<Outcome> outcomes;
  std::vector<bool> started;
  CreatedObjects created;
  Signal progressed;
  std::optional<Error> error;

  void fail(const Error& e) {
    // The first error is the App's, but Unknown wins: it decides that the engine is looked at.
    if (!error ||
        (e.error_class == ErrorClass::kUnknown && error->error_class != ErrorClass::kUnknown)) {
      error = e;
    }
  }
};

double seconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

// Pulls and hooks: no other App should have to wait for them.
bool may_take_minutes(const Action& action) {
  const auto* stop = std::get_if<StopContainer>(&action);
  if (const auto* restart = std::get_if<RestartContainer>(&action)) stop = &restart->stop;
  return std::holds_alternative<EnsureImage>(action) || std::holds_alternative<RunHooks>(action) ||
         (stop != nullptr && !stop->pre_stop.empty());
}

// The object that an action changes: by its ID, or by the name under which it is made.
struct ChangedObject {
  const CreatedObjects& created;

  static std::string id_of(const std::map<std::string, std::string>& made, const Ref& ref) {
    if (!ref.id.empty()) return ref.id;
    const auto found = made.find(ref.name);
    return found == made.end() ? ref.name : found->second;
  }

  template <typename Kind>
  std::string operator()(const Kind& action) const {
    // By the members that actions have, so that a new one of a known shape needs no line here.
    if constexpr (requires { action.container; }) {
      return id_of(created.containers, action.container);
    } else if constexpr (requires { action.network; }) {
      return id_of(created.networks, action.network);
    } else if constexpr (requires { action.spec; }) {
      return action.spec.name;
    } else {
      return {};
    }
  }
  std::string operator()(const RestartContainer& action) const { return (*this)(action.start); }
  // Commands in a container change nothing of the container itself, and may take minutes.
  std::string operator()(const RunHooks&) const { return {}; }
};

Task<Status> prepared(const std::shared_ptr<Run>& run, const Operation& operation,
                      const Action& action) {
  auto task = prepare(run->context, run->created, operation.component, action);
  return caught(std::move(task), "record " + operation.object);
}

// One action; an exception in it leaves open whether the engine was changed.
Task<Status> attempt(const std::shared_ptr<Run>& run, const Operation& operation, Action action) {
  auto task = act(run->context, run->created, operation.component, std::move(action));
  return caught(std::move(task), std::string(verb(operation.action)) + " " + operation.object,
                ErrorClass::kUnknown);
}

Task<Status> undo(std::shared_ptr<Run> run, const Operation& operation, Action action) {
  // A start that a roll-back makes has hooks to remember, like any other.
  auto ready = co_await prepared(run, operation, action);
  // What ran before is not kept down by a disk that refuses to hear of it.
  if (!ready && !std::holds_alternative<StartContainer>(action)) co_return ready;
  co_return co_await attempt(run, operation, std::move(action));
}

// `ready`: whether what must be on disk first is. If not nothing is sent, and it counts as refused.
Task<void> act_and_report(std::shared_ptr<Run> run, std::size_t index, Status ready) {
  const Operation& operation = run->plan.operations[index];
  std::string object = std::visit(ChangedObject(run->created), operation.action);
  // After the permit: who waits for an object keeps a place, and not the other way round.
  const auto held = co_await run->context.locks.hold(std::move(object));
  OperationReport report;
  report.operation = &operation;
  // Asked again: permit and lock may have been waited for, and the manifest changed meanwhile.
  if (!run->context.may_continue()) {
    run->outcomes[index] = Outcome::kSkipped;
  } else {
    const auto begin = run->context.clock.steady_now();
    report.result = std::move(ready);
    if (report.result) {
      auto acted = co_await attempt(run, operation, operation.action);
      report.result = std::move(acted);
    }
    report.seconds = seconds_between(begin, run->context.clock.steady_now());
    run->outcomes[index] = report.result ? Outcome::kDone : Outcome::kFailed;
    const bool definite = !report.result &&
                          report.result.error().error_class != ErrorClass::kUnknown &&
                          report.result.error().reason != Reason::kEngineUnavailable;
    if (definite && !operation.rollback.empty()) {
      report.rolled_back = true;
      for (const auto& action : operation.rollback) {
        auto undone = co_await undo(run, operation, action);
        if (!undone) run->fail(std::move(undone.error()).with_context("roll-back"));
        if (!undone) break;
      }
    }
    if (!report.result) {
      // What is believed led to a call that failed.
      run->context.cache.mark_all();
      run->fail(report.result.error());
    }
    run->context.report(report);
  }
}

// Whether an operation may start now, or never.
enum class Readiness { kWaits, kReady, kHopeless };

Readiness readiness(const Run& run, const Operation& operation) {
  bool ready = true;
  for (const auto before : operation.after) {
    const auto outcome = run.outcomes[before];
    if (outcome == Outcome::kFailed || outcome == Outcome::kSkipped) return Readiness::kHopeless;
    ready = ready && outcome == Outcome::kDone;
  }
  // Waited for, whatever comes of it.
  for (const auto before : operation.behind)
    ready = ready && run.outcomes[before] != Outcome::kPending;
  return ready ? Readiness::kReady : Readiness::kWaits;
}

// What goes on with the object of an operation that has just ended: the start after the create. The
// engine is soonest done if it gets both at a stretch (docs/performance.md), so they share a
// permit.
std::optional<std::size_t> next_of_object(const Run& run, std::size_t ended) {
  const auto& operations = run.plan.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto& next = operations[i];
    if (run.started[i] || next.kind != operations[ended].kind ||
        next.object != operations[ended].object ||
        std::ranges::find(next.after, ended) == next.after.end() || may_take_minutes(next.action) ||
        readiness(run, next) != Readiness::kReady)
      continue;
    return i;
  }
  return std::nullopt;
}

Task<void> run_operation(std::shared_ptr<Run> run, std::size_t index) {
  // However it ends: what stands after it would wait for ever.
  const OnExit progressed([&run] { run->progressed.notify(); });
  // Points into the plan, which is not changed while it runs.
  const auto* operation = &run->plan.operations[index];
  // Before the permit: the disk is no load of the engine's.
  auto ready = co_await prepared(run, *operation, operation->action);
  if (may_take_minutes(operation->action)) {
    co_await act_and_report(run, index, std::move(ready));
    co_return;
  }
  const auto permit = co_await run->context.permits.acquire();
  co_await act_and_report(run, index, std::move(ready));
  while (const auto next = next_of_object(*run, index)) {
    index = *next;
    run->started[index] = true;
    // Other operations may be ready as well, and need not wait for this one's end.
    run->progressed.notify();
    operation = &run->plan.operations[index];
    auto prepared_next = co_await prepared(run, *operation, operation->action);
    co_await act_and_report(run, index, std::move(prepared_next));
  }
}

// Starts what is ready and skips what depends on a failure. True while anything is pending.
bool start_ready(const std::shared_ptr<Run>& run, TaskGroup& group) {
  bool pending = false;
  const bool go_on = run->context.may_continue();
  for (std::size_t i = 0; i < run->outcomes.size(); ++i) {
    if (run->outcomes[i] != Outcome::kPending) continue;
    pending = true;
    if (run->started[i]) continue;
    const auto state = readiness(*run, run->plan.operations[i]);
    if (state == Readiness::kHopeless || !go_on) {
      run->outcomes[i] = Outcome::kSkipped;
      // What stands after it may come before it in the list: it is found hopeless in the next turn.
      run->progressed.notify();
    } else if (state == Readiness::kReady) {
      run->started[i] = true;
      group.spawn("operation", run_operation(run, i));
    }
  }
  return pending;
}

}  // namespace

Task<Status> execute(boost::asio::any_io_executor executor, Plan plan, ExecuteContext context) {
  auto run = std::make_shared<Run>(std::move(plan), std::move(context));
  // An exception that got past caught(): a fault of the executor itself. Nothing further is
  // started.
  TaskGroup::OnError on_error = [run](const std::string& task, const std::string& what) {
    run->fail(Error{ErrorClass::kUnknown, Reason::kInternalError, task + ": " + what, ""});
    for (std::size_t i = 0; i < run->outcomes.size(); ++i) {
      if (run->outcomes[i] == Outcome::kPending) run->outcomes[i] = Outcome::kSkipped;
    }
    run->progressed.notify();
  };
  TaskGroup group(executor, run->context.clock, on_error);
  while (start_ready(run, group)) {
    co_await run->progressed.wait();
  }
  // No call is left behind: the next pass must not meet its own past.
  co_await group.join();
  if (run->error) co_return std::unexpected(*run->error);
  co_return Status{};
}

}  // namespace fairlead::controller
