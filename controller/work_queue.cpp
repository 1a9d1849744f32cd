#include "controller/work_queue.h"

#include <algorithm>
#include <utility>

namespace fairlead::controller {
double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

void WorkQueue::add(const Key& key, SteadyTime now) {
  // The pass that comes says anew when it wants to be woken.
  delayed_.erase(key);
  if (!dirty_.emplace(key, now).second) return;
  ++adds_;
  // In work: done() puts it there.
  if (!processing_.contains(key)) ready_.push_back(key);
}

void WorkQueue::add_after(const Key& key, SteadyTime when, SteadyTime now) {
  ++retries_;
  if (when <= now) return add(key, now);
  // It is due sooner than any delay.
  if (dirty_.contains(key)) return;
  const auto [it, fresh] = delayed_.emplace(key, when);
  if (!fresh) it->second = std::min(it->second, when);
}

std::optional<Key> WorkQueue::take(SteadyTime now) {
  // All that are due by now, in the order of their keys; those that were due before them stand
  // before them.
  for (auto it = delayed_.begin(); it != delayed_.end();) {
    if (it->second > now) {
      ++it;
      continue;
    }
    const Key key = it->first;
    it = delayed_.erase(it);
    add(key, now);
  }
  if (ready_.empty()) return std::nullopt;
  Key key = std::move(ready_.front());
  ready_.pop_front();
  queue_durations_.push_back(seconds(now - dirty_.at(key)));
  dirty_.erase(key);
  processing_.emplace(key, now);
  return key;
}

void WorkQueue::done(const Key& key, SteadyTime now) {
  const auto it = processing_.find(key);
  if (it == processing_.end()) return;
  work_durations_.push_back(seconds(now - it->second));
  processing_.erase(it);
  // At the end of the line: a key that is added without end does not keep others off.
  if (dirty_.contains(key)) ready_.push_back(key);
}

void WorkQueue::forget(const Key& key) {
  delayed_.erase(key);
  if (dirty_.erase(key) > 0) std::erase(ready_, key);
}

SteadyTime WorkQueue::next_due() const {
  if (!ready_.empty()) return SteadyTime{};
  auto due = SteadyTime::max();
  for (const auto& [key, when] : delayed_)
    due = std::min(due, when);
  return due;
}

Duration WorkQueue::unfinished(SteadyTime now) const {
  Duration sum{};
  for (const auto& [key, since] : processing_)
    sum += now - since;
  return sum;
}

Duration WorkQueue::longest_running(SteadyTime now) const {
  Duration longest{};
  for (const auto& [key, since] : processing_)
    longest = std::max<Duration>(longest, now - since);
  return longest;
}

std::vector<double> WorkQueue::take_queue_durations() {
  return std::exchange(queue_durations_, {});
}

std::vector<double> WorkQueue::take_work_durations() {
  return std::exchange(work_durations_, {});
}

}  // namespace fairlead::controller
