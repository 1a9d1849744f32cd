#include "base/clock.h"

#include <boost/asio/steady_timer.hpp>
#include <unordered_map>

namespace fairlead {

// Held by weak pointers in the handlers, which asio may still run after the clock has gone.
struct SystemClock::Timers {
  explicit Timers(boost::asio::any_io_executor e) : executor(std::move(e)) {}
  boost::asio::any_io_executor executor;
  TimerId next_id = 1;
  std::unordered_map<TimerId, std::unique_ptr<boost::asio::steady_timer>> by_id;
};

SystemClock::SystemClock(boost::asio::any_io_executor executor)
    : timers_(std::make_shared<Timers>(std::move(executor))) {}

SystemClock::~SystemClock() {
  timers_->by_id.clear();
}

SteadyTime SystemClock::steady_now() const {
  return std::chrono::steady_clock::now();
}

WallTime SystemClock::wall_now() const {
  return std::chrono::system_clock::now();
}

Clock::TimerId SystemClock::call_at(SteadyTime when, std::function<void()> callback) {
  const TimerId id = timers_->next_id++;
  auto timer = std::make_unique<boost::asio::steady_timer>(timers_->executor);
  timer->expires_at(std::chrono::time_point_cast<std::chrono::steady_clock::duration>(when));
  // The handler is called on expiry and on cancel alike; its error code says too little, for a
  // timer that has expired already can no longer be cancelled.
  timer->async_wait([weak = std::weak_ptr<Timers>(timers_), id,
                     callback = std::move(callback)](const boost::system::error_code&) {
    // Being listed is the one criterion: a cancel that raced with expiry must win.
    const auto timers = weak.lock();
    if (timers && timers->by_id.erase(id) == 1) callback();
  });
  timers_->by_id.emplace(id, std::move(timer));
  return id;
}

void SystemClock::cancel(TimerId id) {
  timers_->by_id.erase(id);
}

VirtualClock::VirtualClock(WallTime epoch) : epoch_(epoch) {}

WallTime VirtualClock::wall_now() const {
  return epoch_ + now_.time_since_epoch();
}

Clock::TimerId VirtualClock::call_at(SteadyTime when, std::function<void()> callback) {
  const TimerId id = next_id_++;
  // A time in the past is now: order among timers of one moment is the order of their ids.
  timers_.emplace(std::pair(when < now_ ? now_ : when, id), std::move(callback));
  return id;
}

void VirtualClock::cancel(TimerId id) {
  // A search: a simulation has tens of timers, and the order by time is what matters.
  std::erase_if(timers_, [id](const auto& entry) { return entry.first.second == id; });
}

bool VirtualClock::advance_to_next() {
  if (timers_.empty()) return false;
  // Taken out first: the callback may set and cancel timers.
  auto node = timers_.extract(timers_.begin());
  advance_time_to(node.key().first);
  node.mapped()();
  return true;
}

void VirtualClock::advance_time_to(SteadyTime when) {
  if (when > now_) now_ = when;
}

}  // namespace fairlead
