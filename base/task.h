// The few coroutine helpers that the thin shell needs: start, wait, sleep, join.
//
// Everything runs on one thread, so nothing here locks. Only the forms of co_await that
// tests/tidy/check_await.py allows are used: GCC 12 miscompiles the others
// (docs/decisions/0009-three-forms-of-co-await.md).
//
//   TaskGroup group(executor, clock, on_error);
//   group.spawn("worker", work());           // runs from the next turn of the loop on
//   stopped_ = true;                         // the end: tell them,
//   wake_.notify();                          // wake them,
//   co_await group.join();                   // and wait
//
// There is no cancellation: who is to end is told so, by a flag and a Signal, and ends by itself,
// at a point where nothing is half done. What a call to the engine waits for is cut by
// Engine::cancel(), and then returns as any failed call does.
//
// Between two co_awaits no other coroutine runs, so what is read there is of one moment; after each
// of them everything may have changed. What must live across one belongs to the coroutine:
// parameters by value, or borrowed from something that outlives it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"

namespace fairlead {

// Starts when it is awaited or spawned; one that never is does nothing.
template <typename T>
using Task = boost::asio::awaitable<T>;

// A level that coroutines wait for. notify() wakes every waiter, or the next one if none waits;
// several notifications before a wait are one. So a waiter looks, when woken, whether what it waits
// for is true. It resumes in a later turn of the loop, never inside notify(). The Signal and the
// Clock must outlive their waiters.
//
//   while (!stopped_ && queue_.empty()) co_await wake_.wait();
class Signal {
 public:
  explicit Signal(Clock& clock) : clock_(clock) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  // Takes the timers of those back who still wait; they are not resumed any more.
  ~Signal();

  void notify();

  // Returns true when notified, false when `deadline` passed first. SteadyTime::max(): no deadline.
  // A notification from before counts, and is used up.
  Task<bool> wait_until(SteadyTime deadline);
  Task<void> wait();

 private:
  struct Waiter;
  Clock& clock_;
  bool pending_ = false;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

// For a pause that nobody cuts short. Whatever must end with a stop waits for a Signal instead.
Task<void> sleep_until(Clock& clock, SteadyTime when);
Task<void> sleep_for(Clock& clock, Duration duration);

// Starts coroutines and lets their owner wait until all have ended. An exception that leaves a
// coroutine is reported to `on_error` (name of the task, what()); never swallowed. The group itself
// may go before they end, but what they borrow may not.
class TaskGroup {
 public:
  using OnError = std::function<void(const std::string& task, const std::string& what)>;

  TaskGroup(boost::asio::any_io_executor executor, Clock& clock, OnError on_error);

  // What the task borrows must outlive it. `name` is for `on_error` only; it need not be unique.
  void spawn(std::string name, Task<void> task);
  // Of those that were spawned and have not ended; counted down before `on_error` is called.
  std::size_t running() const { return *running_; }
  // Ends when no task runs. The owner must have told its tasks to stop. Tasks that are spawned
  // meanwhile are waited for too.
  Task<void> join();

 private:
  boost::asio::any_io_executor executor_;
  OnError on_error_;
  std::shared_ptr<std::size_t> running_ = std::make_shared<std::size_t>(0);
  std::shared_ptr<Signal> ended_;
};

// What an exception says of itself, whatever its type.
std::string what_of(const std::exception_ptr& failed);

// Counts permits: at most `permits` holders at a time. Who waits is served in no promised order,
// and each time that one is given back all who wait look again: fine for tens of waiters, not for
// thousands.
//
//   const auto permit = co_await mutations.acquire();  // given back at the end of the scope
class Semaphore {
  struct State;

 public:
  // One permit, given back when it is destroyed, however its holder ends. May outlive the
  // semaphore.
  class [[nodiscard]] Permit {
   public:
    explicit Permit(std::weak_ptr<State> state) : state_(std::move(state)) {}
    Permit(Permit&& other) noexcept : state_(std::exchange(other.state_, {})) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit();

   private:
    std::weak_ptr<State> state_;
  };

  Semaphore(Clock& clock, std::size_t permits);
  // Waits without a deadline. The semaphore must outlive those who wait.
  Task<Permit> acquire();

 private:
  std::shared_ptr<State> state_;
};

}  // namespace fairlead
