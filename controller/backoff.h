// Retry delays per (App, error class, digest of its manifest): 1 s doubling to 5 min, the later
// half of each step at random. Begins anew with success, with another class or digest, or on
// request (`fairlead reconcile`). Pure: time and randomness are arguments.
//
// Here is how long an App that failed is left alone, and what ends that early. Not here: a
// container that ended (plan/ends.h), and a value that others change (guard/contention.h).
//
// The same class serves the engine's link and its stream of events, there with 30 s at most
// (supervise.cpp). A wait ends early with a changed manifest, with success, with `fairlead
// reconcile`, when the engine comes back, and when something came free that may have been waited
// for.
//
// Why the later half at random? A hundred Apps that failed for one reason, the engine's restart,
// would otherwise all come back in the same second, for ever.
//
// Back-off holds operations back, not looking: an event or resync wakes a pass all the same, and
// one that plans something else than what failed goes on at once (Controller::reconcile).
//
// Seen from outside: the log's `reconcile failed` with `retry_in_s`, and then each doubling of the
// count as `reconcile still failing`; `nextRetry` and `consecutiveFailures` in the API; the metrics
// fairlead_app_next_retry_timestamp_seconds and fairlead_app_consecutive_failures. Without a next
// retry the error is Invalid, and only another manifest or a person ends it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "controller/objects/key.h"

namespace fairlead::controller {

// The count of failures in a row of each key. Lost with the process: then the first retry comes
// after a second again. Apps that are gone are dropped by succeeded().
class Backoff {
 public:
  static constexpr Duration kFirst = std::chrono::seconds(1);
  static constexpr Duration kCap = std::chrono::minutes(5);

  // Counts one failure and returns the delay before the next try: uniform in [step/2, step] of the
  // current step, so that a retry is never immediate. Invalid is not retried on a timer: returns
  // Duration::max().
  Duration failed(const Key& key, ErrorClass error_class, const std::string& digest,
                  Random& random);
  void succeeded(const Key& key);
  // Number of consecutive failures with the last class and digest; 0 after success.
  int failures(const Key& key) const;

 private:
  struct Entry {
    ErrorClass error_class{};
    std::string digest;
    int failures = 0;
  };
  std::map<Key, Entry> entries_;
};

// True if a change on the engine may be what an App that failed for `reason` waits for: it gives up
// a name, port, address or subnet. `type` and `action` are those of the engine's event (GET
// /events: "container", "die"). A table, in backoff.cpp; whether it is the very port nobody looks,
// for the try will tell.
bool may_free(std::string_view type, std::string_view action, Reason reason);

// Tries before their time, because something may have come free: the first at once, then 1 s after
// the one before, 2 s, 4 s … at most once a minute, however many events there are. None is lost:
// the last event has a try after it. Begins anew after five minutes without. Pure.
class EarlyTries {
 public:
  // When `key` may try: now, or when the one that is on its way will be.
  SteadyTime next(const Key& key, SteadyTime now);
  void succeeded(const Key& key) { entries_.erase(key); }

 private:
  struct Entry {
    SteadyTime planned{};
    Duration step{};
  };
  std::map<Key, Entry> entries_;
};

}  // namespace fairlead::controller
