// Work that blocks (helper programs, files, name look-ups), away from the loop; what comes of it
// arrives on the loop as a message (docs/decisions/0010-what-blocks-runs-on-a-pool.md).
//
//   std::function<Resolved()> work = [host] { return look_up(host); };  // owns all that it touches
//   auto found = co_await pool.ask(std::move(work), std::chrono::seconds(5));
//   if (!found) co_return late();  // the thread may go on for hours: nobody hears of it
//
// A few threads, started when needed and gone when nothing is left to do. The pool never waits for
// them: who ends does not hang on a helper that does. So the work owns all that it touches, and
// takes nothing by reference, not even the pool: both may be gone when it goes on.
//
// Threads: all of Pool is for the loop's thread; only the work runs elsewhere. The executor's
// context must outlive the pool.
//
// Deadlines go by the machine's clock, not by a Clock, for threads do not run in virtual time: a
// simulation gives its controller no pool, and what blocks is done on the loop there.
//
// Not for what the kernel can do without blocking (sockets, timers), nor for what is asked
// thousands of times a second: at rest each piece of work starts a thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/task.h"

namespace fairlead {

// Two kinds of pool are kept apart where one kind may hang for long: helper programs have one of
// their own (cmd/fairlead/wire.h), so that files can be read while four of them hang.
class Pool {
 public:
  // `most`: so many pieces of work run at once, the others wait in order. What hangs keeps its
  // place until it ends, so a bound too small lets a few hung calls stop all others.
  explicit Pool(boost::asio::any_io_executor executor, std::size_t most = 8);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  // Forgets what has not begun. What runs goes on, and what comes of it goes nowhere.
  ~Pool();

  // Work that was begun. Whoever drops it hears no more of it: it goes on if it runs, and never
  // begins if it does not. May be kept, and waited for again after a wait that was too short.
  template <typename T>
  class Answer;

  // Queues it. T is what the work returns; a Status or Result for what may fail, since an exception
  // is for faults. Throws (std::system_error) only if the system gives not even one thread.
  template <typename T>
  Answer<T> begin(std::function<T()> work) {
    auto box = std::make_shared<Box<T>>(executor_);
    submit(job(std::move(work), std::weak_ptr<Box<T>>(box)), box);
    return Answer<T>(std::move(box));
  }

  // What the work returned, once; nothing if it has not by then, and it may be waited for again. An
  // exception of it leaves here. One waiter at a time. Zero looks, and waits for a turn of the loop
  // only.
  template <typename T>
  Task<std::optional<T>> wait(Answer<T> answer, Duration deadline) {
    auto& box = *answer.box_;
    if (!box.done) {
      box.ended.expires_after(given_up_ ? Duration::zero() : deadline);
      // Cancelled by the answer: either end is no error.
      co_await box.ended.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    if (box.thrown) std::rethrow_exception(box.thrown);
    co_return std::exchange(box.result, std::nullopt);
  }

  // Both, for what is worth nothing later: after the deadline the answer is dropped.
  template <typename T>
  Task<std::optional<T>> ask(std::function<T()> work, Duration deadline) {
    return wait(begin(std::move(work)), deadline);
  }

  // Whether a thread of any pool still works. Then the process must end by _Exit: what exit() tears
  // down (OpenSSL's tables, statics) is still in use. main() and run() ask it last of all.
  static bool working();

  // Whoever waits, or will ask, gets nothing, at once: for the end of the process, and for the end
  // of the one part that a pool belongs to. There is no way back.
  void give_up();

 private:
  // The timer is how a waiter is woken: it runs out, or what wakes cancels it.
  struct Waiting {
    explicit Waiting(const boost::asio::any_io_executor& executor) : ended(executor) {}
    boost::asio::steady_timer ended;
  };
  // Where the answer lies until it is taken. Only the loop touches it: a thread holds a weak
  // pointer, and hands over a message that opens it there.
  template <typename T>
  struct Box : Waiting {
    using Waiting::Waiting;
    bool done = false;
    std::optional<T> result;
    std::exception_ptr thrown;
  };
  using Message = std::function<void()>;  // run on the loop
  using Job = std::function<Message()>;   // run on a thread

  // What a thread runs: the work, and then a message for the loop. Nobody who would take the answer
  // is left: the work does not begin.
  template <typename T>
  static Job job(std::function<T()> work, std::weak_ptr<Box<T>> box) {
    return [work = std::move(work), box = std::move(box)]() -> Message {
      if (box.expired()) return {};
      auto result = std::make_shared<std::optional<T>>();
      std::exception_ptr thrown;
      try {
        *result = work();
      } catch (...) {
        thrown = std::current_exception();
      }
      // The box is the loop's: only there may it be opened, or go.
      return [box, result, thrown] {
        const auto waiting = box.lock();
        if (!waiting) return;
        waiting->done = true;
        waiting->result = std::move(*result);
        waiting->thrown = thrown;
        waiting->ended.cancel();
      };
    };
  }

  void submit(Job job, const std::shared_ptr<Waiting>& waiting);

  struct State;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
  std::vector<std::weak_ptr<Waiting>> waiting_;
  bool given_up_ = false;
};

template <typename T>
class Pool::Answer {
 public:
  explicit Answer(std::shared_ptr<Box<T>> box) : box_(std::move(box)) {}

 private:
  friend class Pool;
  std::shared_ptr<Box<T>> box_;
};

}  // namespace fairlead
