#include "controller/backoff.h"

#include <algorithm>

namespace fairlead::controller {

Duration Backoff::failed(const Key& key, ErrorClass error_class, const std::string& digest,
                         Random& random) {
  auto& entry = entries_[key];
  if (entry.error_class != error_class || entry.digest != digest) {
    entry = Entry{error_class, digest, 0};
  }
  ++entry.failures;
  if (error_class == ErrorClass::kInvalid) return Duration::max();
  Duration step = kFirst;
  for (int i = 1; i < entry.failures && step < kCap; ++i)
    step *= 2;
  step = std::min(step, kCap);
  const auto half = static_cast<double>(step.count()) / 2;
  return Duration(static_cast<std::int64_t>(half + half * random.unit()));
}

void Backoff::succeeded(const Key& key) {
  entries_.erase(key);
}

int Backoff::failures(const Key& key) const {
  const auto it = entries_.find(key);
  return it == entries_.end() ? 0 : it->second.failures;
}

}  // namespace fairlead::controller
