#include "controller/backoff.h"

#include <algorithm>

namespace fairlead::controller {

Duration Backoff::failed(const Key& key, ErrorClass error_class, const std::string& digest,
                         Random& random) {
  auto& entry = entries_[key];
  // Another failure, or another manifest: it may end soon.
  if (entry.error_class != error_class || entry.digest != digest) {
    entry = Entry{error_class, digest, 0};
  }
  ++entry.failures;
  // Counted all the same, for the status shows how often it was tried.
  if (error_class == ErrorClass::kInvalid) return Duration::max();
  Duration step = kFirst;
  // Ends at the cap: failures may be many, and two to their power no number.
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

namespace {

struct Release {
  Reason reason;
  std::string_view type;
  std::string_view action;
};

// A container that is removed while it runs dies first; one that dies leaves its networks.
constexpr Release kReleases[] = {
    {Reason::kNameTaken, "container", "destroy"},
    {Reason::kNameTaken, "container", "rename"},
    {Reason::kNameTaken, "network", "destroy"},
    {Reason::kNameTaken, "volume", "destroy"},
    {Reason::kPortConflict, "container", "die"},
    {Reason::kPortConflict, "network", "disconnect"},
    {Reason::kAddressInUse, "container", "die"},
    {Reason::kAddressInUse, "network", "disconnect"},
    {Reason::kAddressInUse, "network", "destroy"},
    {Reason::kAddressPoolExhausted, "container", "die"},
    {Reason::kAddressPoolExhausted, "network", "disconnect"},
    {Reason::kAddressPoolExhausted, "network", "destroy"},
    {Reason::kSubnetOverlap, "network", "destroy"},
    {Reason::kInUse, "container", "die"},
    {Reason::kInUse, "network", "disconnect"},
};

constexpr Duration kFirstEarlyPause = std::chrono::seconds(1);
constexpr Duration kLongestEarlyPause = std::chrono::minutes(1);
constexpr Duration kQuiet = std::chrono::minutes(5);

}  // namespace

bool may_free(std::string_view type, std::string_view action, Reason reason) {
  return std::ranges::any_of(kReleases, [&](const Release& each) {
    return each.reason == reason && each.type == type && each.action == action;
  });
}

SteadyTime EarlyTries::next(const Key& key, SteadyTime now) {
  auto& entry = entries_[key];
  // One is on its way, and will see what this event is about.
  if (now < entry.planned) return entry.planned;
  // Quiet since the last try, and not since the last event.
  if (now - entry.planned >= kQuiet) entry.step = {};
  const bool first = entry.step == Duration{};
  entry.planned = first ? now : std::max(now, entry.planned + entry.step);
  entry.step = first ? kFirstEarlyPause : std::min<Duration>(2 * entry.step, kLongestEarlyPause);
  return entry.planned;
}

}  // namespace fairlead::controller
