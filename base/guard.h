// What must happen on every way out of a scope, exceptions included: of a function by OnExit, of a
// coroutine by caught(). A permit, a flight or a key in work that is given back by a statement is
// lost with the first exception, and with it the App that held it.
//
//   const OnExit done([this] { --running_; });
//   auto result = co_await caught(act(engine, operation), "act", ErrorClass::kUnknown);
//
// Exceptions are not for errors here (base/result.h). Those that come all the same are of a
// library, of memory that ran out, or of a fault of our own: caught() is where they become an
// Error, so that one App fails and the loop goes on. What it does not catch ends the daemon
// (Controller::failed()).
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/task.h"

namespace fairlead {

// Runs `action` when the scope is left. It must not throw. What it refers to must outlive the
// scope: in a coroutine, only what is in the frame or held by it.
template <typename Action>
class [[nodiscard]] OnExit {
 public:
  explicit OnExit(Action action) : action_(std::move(action)) {}
  OnExit(const OnExit&) = delete;
  OnExit& operator=(const OnExit&) = delete;
  ~OnExit() { action_(); }

 private:
  Action action_;
};

// Transient or Unknown, InternalError: a fault in Fairlead itself, met while doing `what`. The hint
// asks for a report; the App is tried again with back-off, for the fault may have been a passing
// one.
Error internal_error(ErrorClass error_class, const std::string& what,
                     const std::exception_ptr& failed);

// The task, with an exception that leaves it as an InternalError. `error_class` is Unknown where
// the task may have changed the engine by then: the engine is looked at before anything else is
// done. `what` names the work, for the message.
template <typename T>
Task<Result<T>> caught(Task<Result<T>> task, std::string what,
                       ErrorClass error_class = ErrorClass::kTransient) {
  std::exception_ptr failed;
  try {
    auto result = co_await std::move(task);
    co_return result;
  } catch (...) {
    failed = std::current_exception();
  }
  co_return std::unexpected(internal_error(error_class, what, failed));
}
Task<Status> caught(Task<void> task, std::string what,
                    ErrorClass error_class = ErrorClass::kTransient);

}  // namespace fairlead
