#include "controller/report/event_log.h"

#include <algorithm>
#include <utility>

namespace fairlead::controller {

bool EventLog::record(const std::string& type, const std::string& reason, const std::string& app,
                      const std::string& object, const std::string& message, WallTime now) {
  // By what it says, type and time apart.
  const auto same = std::ranges::find_if(records_, [&](const EventRecord& each) {
    return each.reason == reason && each.app == app && each.object == object &&
           each.message == message;
  });
  EventRecord event;
  const bool fresh = same == records_.end();
  if (fresh) {
    event.type = type;
    event.reason = reason;
    event.app = app;
    event.object = object;
    event.message = message;
    event.first = now;
  } else {
    event = std::move(*same);
    ++event.count;
    // It moves to the end, so that readers who know a number find it behind that.
    records_.erase(same);
  }
  event.last = now;
  // A repeat has a new one as well.
  event.sequence = next_sequence_++;
  records_.push_back(std::move(event));
  if (records_.size() > kCapacity) {
    forgotten_ = records_.front().sequence;
    records_.pop_front();
  }
  return fresh;
}

}  // namespace fairlead::controller
