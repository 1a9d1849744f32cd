#include "base/task.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace fairlead {
namespace asio = boost::asio;

// A suspended coroutine. `complete` posts its handler once, from notify or from the timer.
struct Signal::Waiter {
  std::function<void(bool)> resume;
  Clock::TimerId timer = 0;
  bool timed = false;
};

Signal::~Signal() {
  for (const auto& waiter : waiters_) {
    if (waiter->timed) clock_.cancel(waiter->timer);
  }
}

void Signal::notify() {
  if (waiters_.empty()) {
    pending_ = true;
    return;
  }
  // Taken out first: whoever resumes may wait again, and that is a new wait.
  auto woken = std::exchange(waiters_, {});
  for (const auto& waiter : woken) {
    if (waiter->timed) clock_.cancel(waiter->timer);
    waiter->resume(true);
  }
}

Task<bool> Signal::wait_until(SteadyTime deadline) {
  if (std::exchange(pending_, false)) co_return true;
  // Not a coroutine: it may capture. `this` lives, since a Signal outlives its waiters.
  auto start = [this, deadline](auto handler) {
    auto waiter = std::make_shared<Waiter>();
    // std::function must be copyable, and a handler is not.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    waiter->resume = [shared](bool notified) {
      auto executor = asio::get_associated_executor(*shared);
      // Never inside notify(): the caller is in the middle of something.
      asio::post(executor, [shared, notified] { std::move (*shared)(notified); });
    };
    waiters_.push_back(waiter);
    // No timer: a thousand coroutines that wait for good would each keep one.
    if (deadline == SteadyTime::max()) return;
    waiter->timed = true;
    waiter->timer = clock_.call_at(deadline, [this, waiter] {
      waiters_.remove(waiter);
      waiter->resume(false);
    });
  };
  const bool notified = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      start, asio::use_awaitable);
  co_return notified;
}

Task<void> Signal::wait() {
  co_await wait_until(SteadyTime::max());
}

Task<void> sleep_until(Clock& clock, SteadyTime when) {
  // Its coroutine keeps it as long as it waits.
  Signal never(clock);
  co_await never.wait_until(when);
}

Task<void> sleep_for(Clock& clock, Duration duration) {
  co_await sleep_until(clock, clock.steady_now() + duration);
}

TaskGroup::TaskGroup(asio::any_io_executor executor, Clock& clock, OnError on_error)
    : executor_(std::move(executor)),
      on_error_(std::move(on_error)),
      ended_(std::make_shared<Signal>(clock)) {}

void TaskGroup::spawn(std::string name, Task<void> task) {
  ++*running_;
  asio::co_spawn(executor_, std::move(task),
                 [name = std::move(name), on_error = on_error_, running = running_,
                  ended = ended_](const std::exception_ptr& failure) {
                   // Before on_error, which may throw itself: join() must not wait for this one.
                   --*running;
                   ended->notify();
                   if (failure) on_error(name, what_of(failure));
                 });
}

Task<void> TaskGroup::join() {
  while (*running_ > 0) {
    co_await ended_->wait();
  }
}

std::string what_of(const std::exception_ptr& failed) {
  try {
    std::rethrow_exception(failed);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception of an unknown kind";
  }
}

struct Semaphore::State {
  State(Clock& clock, std::size_t count) : permits(count), freed(clock) {}
  std::size_t permits;
  Signal freed;
};

Semaphore::Semaphore(Clock& clock, std::size_t permits)
    : state_(std::make_shared<State>(clock, permits)) {}

Task<Semaphore::Permit> Semaphore::acquire() {
  // Looked at again: another waiter may have been quicker.
  while (state_->permits == 0) {
    co_await state_->freed.wait();
  }
  --state_->permits;
  co_return Permit(state_);
}

Semaphore::Permit::~Permit() {
  // The semaphore may have gone, or the permit been moved from.
  const auto state = state_.lock();
  if (!state) return;
  ++state->permits;
  state->freed.notify();
}

}  // namespace fairlead
