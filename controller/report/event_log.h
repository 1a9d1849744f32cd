// The last events, deduplicated as Kubernetes does: a repeat raises the count of the first one,
// gets a new sequence number and moves to the end. A repeat has the same reason, App, object and
// message. In memory only: the log has them for good.
//
//   type     reason            object                 message
//   Normal   ContainerCreated  container/shop-web-1   container shop-web-1 is missing
//   Warning  PortConflict      app/shop               what the engine said of it
//
// Reasons are one CamelCase word: a Reason (base/result.h), or what happened (Converged), or a kind
// and what was done to it. Messages are fit to be shown before they come here; nothing is masked or
// cut. What is repeated without end (a retry) is one record with a count, so that a broken App does
// not push out the events of all others.
#pragma once

#include <deque>
#include <string>

#include "controller/report/status.h"

namespace fairlead::controller {

// Costs a look at all records for each event: a thousand, and events are rare.
class EventLog {
 public:
  static constexpr std::size_t kCapacity = 1000;  // then the oldest goes

  // Returns true for a new event, false for a repeat. Sequence numbers grow with both, so that a
  // reader that knows the last number sees every change.
  bool record(const std::string& type, const std::string& reason, const std::string& app,
              const std::string& object, const std::string& message, WallTime now);
  const std::deque<EventRecord>& records() const { return records_; }  // oldest first
  // The sequence number of the newest record that had to go; 0 while none had.
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  std::deque<EventRecord> records_;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t forgotten_ = 0;
};

}  // namespace fairlead::controller
