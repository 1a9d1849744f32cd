// Retry delays per (App, error class, spec digest): 1 s doubling to 5 min, full jitter. Reset by
// success, by a new digest, or on request. Pure: time and randomness are arguments.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "controller/key.h"

namespace fairlead::controller {

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
  // Number of consecutive failures; 0 after success or with another digest.
  int failures(const Key& key) const;

 private:
  struct Entry {
    ErrorClass error_class{};
    std::string digest;
    int failures = 0;
  };
  std::map<Key, Entry> entries_;
};

}  // namespace fairlead::controller
