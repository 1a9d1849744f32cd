// Keys waiting to be reconciled. Semantics of client-go's work queue: one key is never processed
// twice at once, and any number of adds during a run collapse into one further run. Keys that are
// due are taken in the order in which they came. Pure: time is an argument.
//
//   queue.add(key_from("shop"), now);                // from an event, a snapshot, a resync
//   if (const auto key = queue.take(now)) {          // a worker
//     …                                              // adds meanwhile are kept for after it
//     queue.done(*key, clock.steady_now());          // however it ended
//   } else {
//     co_await wake.wait_until(queue.next_due());    // and whoever adds notifies
//   }
//
// A key in the queue says only that something about it may have changed, never what: the pass looks
// for itself. So nothing is lost when many adds become one, and none has to be taken back when it
// turns out to be needless.
//
// It holds a key twice at most, however many adds there are: due or delayed, and in work. It does
// not wake anybody by itself, and knows nothing of back-off: add_after() is told when.
//
// Seen from outside, under client-go's names: workqueue_depth counts what is due and not taken, so
// neither what is delayed nor what is in work. If it grows all workers are busy:
// workqueue_longest_running_processor_seconds then tells whether one pass hangs (a pull, a
// container that does not stop) or whether there are many.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.h"
#include "controller/objects/key.h"

namespace fairlead::controller {

// As metrics and log lines want it.
double seconds(Duration duration);

class WorkQueue {
 public:
  // Makes `key` due now. During its processing: once more afterwards. Overrides a delayed add,
  // since the pass that comes will set its own.
  void add(const Key& key, SteadyTime now);
  // Due at `when`; of two times the earlier stays. No effect on a key that is due already.
  void add_after(const Key& key, SteadyTime when, SteadyTime now);
  // The next due key, marked as processing. nullopt: nothing is due.
  std::optional<Key> take(SteadyTime now);
  // Ends processing; the key is due again if it was added meanwhile. What was not taken is ignored.
  // To be called on every way out of a pass (OnExit): a key that is not done is never taken again.
  void done(const Key& key, SteadyTime now);
  // Drops a key that is waiting or delayed. One in work stays in work.
  void forget(const Key& key);

  // When take() has something: the epoch, which is long past, if a key is due already; else when
  // the next delayed one will be; SteadyTime::max() if none waits.
  SteadyTime next_due() const;
  bool idle() const { return ready_.empty() && processing_.empty(); }

  // Numbers behind client-go's metrics; durations in seconds since the last call to take_… .
  std::size_t depth() const { return ready_.size(); }
  std::uint64_t adds() const { return adds_; }
  std::uint64_t retries() const { return retries_; }
  Duration unfinished(SteadyTime now) const;  // sum over keys in processing
  Duration longest_running(SteadyTime now) const;
  // Called for each key: how long it waited when taken, how long it worked when done.
  std::vector<double> take_queue_durations();
  std::vector<double> take_work_durations();

 private:
  std::deque<Key> ready_;
  std::map<Key, SteadyTime> dirty_;       // key → when it was added
  std::map<Key, SteadyTime> processing_;  // key → since when
  std::map<Key, SteadyTime> delayed_;     // key → due
  std::uint64_t adds_ = 0;
  std::uint64_t retries_ = 0;
  std::vector<double> queue_durations_;
  std::vector<double> work_durations_;
};

}  // namespace fairlead::controller
