// Time as an interface. Production uses SystemClock; simulation and tests use VirtualClock, so the
// very same controller runs at thousands of simulated hours per hour.
//
// Steady time drives every timer and back-off. Wall time is shown to people, and compared with the
// times of engines and images, which are wall times too; it may jump (F095). All in nanoseconds:
// the two are different types, so that a comparison of one with the other does not compile.
//
// What must not depend on the moment takes the time as an argument (back-off, pruning, settling)
// and has no Clock at all. A Clock is for those who wait: base/task.h turns it into `co_await`.
//
//   const auto timer = clock.call_at(clock.steady_now() + 5s, [this] { look(); });
//   clock.cancel(timer);  // in the destructor, if `this` may go first
//
// Not by a Clock: what waits for a thread or a socket (base/pool.h, docker/http/). Their deadlines
// go by the machine's time, and a simulation has neither.
//
// A clock belongs to one thread, and calls back on it. Timers that are left when it is destroyed
// never fire.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace fairlead {

// Durations in settings are seconds or milliseconds; they convert by themselves.
using Duration = std::chrono::nanoseconds;
// Since some moment that means nothing. SteadyTime{} is "never yet", SteadyTime::max() "never".
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
// Since 1970, UTC. WallTime{} is "not known", shown as a dash or null.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

class Clock {
 public:
  using TimerId = std::uint64_t;

  virtual ~Clock() = default;
  virtual SteadyTime steady_now() const = 0;
  virtual WallTime wall_now() const = 0;

  // Calls `callback` once, on the executor's thread, at or soon after `when`. A time in the past
  // fires on the next turn of the loop, never inside this call: whoever sets a timer while it
  // changes its own state need not fear to be called in the middle. What `callback` borrows must
  // live until it has run or was cancelled. It must not throw: an exception would leave the loop.
  virtual TimerId call_at(SteadyTime when, std::function<void()> callback) = 0;

  // Forgets a timer. Ids that fired or were never given are ignored. After cancel returns the
  // callback will not run, even if it was due already.
  virtual void cancel(TimerId id) = 0;
};

// The machine's clocks; timers are asio timers on `executor`, which must outlive the clock. Steady
// time stands still while the machine sleeps (CLOCK_MONOTONIC): a back-off of five minutes goes on
// where it was.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::any_io_executor executor);
  ~SystemClock() override;

  SteadyTime steady_now() const override;
  WallTime wall_now() const override;
  TimerId call_at(SteadyTime when, std::function<void()> callback) override;
  void cancel(TimerId id) override;

 private:
  struct Timers;
  std::shared_ptr<Timers> timers_;
};

// A clock that moves only when told to. `advance_to_next` is the simulation's heartbeat: run the
// io_context until it has nothing to do, then jump to the next timer.
//
//   do {
//     io.restart();
//     io.poll();
//   } while (clock.advance_to_next());
//
// Timers of one moment fire in the order in which they were set, so a run repeats from its seed.
// Time is taken by nothing but timers: code runs in no time at all.
class VirtualClock final : public Clock {
 public:
  // Wall time starts at `epoch` (January 2027 if nothing is said), steady time at 0.
  explicit VirtualClock(WallTime epoch = WallTime(std::chrono::seconds(1'800'000'000)));

  SteadyTime steady_now() const override { return now_; }
  WallTime wall_now() const override;
  TimerId call_at(SteadyTime when, std::function<void()> callback) override;
  void cancel(TimerId id) override;

  bool has_timers() const { return !timers_.empty(); }
  // Time of the earliest timer; only valid if has_timers().
  SteadyTime next_timer() const { return timers_.begin()->first.first; }
  // Jumps to the earliest timer and runs its callback. False if there is none.
  bool advance_to_next();
  // Moves time without running anything: timers that are due by then fire one by one afterwards,
  // each at the time that it is then. Never backwards.
  void advance_time_to(SteadyTime when);

 private:
  SteadyTime now_{};
  WallTime epoch_;
  TimerId next_id_ = 1;
  std::map<std::pair<SteadyTime, TimerId>, std::function<void()>> timers_;
};

}  // namespace fairlead
