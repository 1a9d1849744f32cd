// From a series of scans to snapshots worth acting on: pure, time is an argument.
//
// A version of a file (its absence is one) counts once two scans at least `settle_time` apart saw
// it and no scan between saw another. So a torn write (W1, W2) and a brief absence (W19) pass by.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "watch/directory.h"
#include "watch/scan.h"

namespace fairlead::watch {

// One file that never rests must not hold back the others: after so many settle times it is
// delivered with its last good version.
inline constexpr int kPatienceInSettleTimes = 10;

class Settler {
 public:
  // Zero: every scan is believed as it is.
  explicit Settler(Duration settle_time) : settle_time_(settle_time) {}

  // A snapshot if what `scan` saw is settled (it may equal the one before), else nothing. A file
  // was read somewhere between `began` and `ended`, so rest is counted from one scan's end to
  // another's beginning. A scan that is not whole says nothing of what it does not hold: it must be
  // of the same place as the scan before it, without a problem, and hold all of open().
  std::optional<Snapshot> offer(const Scan& scan, SteadyTime began, SteadyTime ended);

  // When to scan again to decide; max() if nothing is open.
  SteadyTime recheck_at() const { return recheck_at_; }

  // The names that have not settled.
  std::set<std::string> open() const;

 private:
  struct Observation {
    std::optional<File> version;  // nothing: the name is absent
    SteadyTime since{};
  };
  struct Place {
    std::string problem;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const Place&) const = default;
  };
  // What was seen of some files, and those of them that the last accepted snapshot need not have.
  struct Seen {
    std::map<std::string, Observation> files;
    std::set<std::string> changed;
  };
  using Found = std::map<std::string, File>;

  Place judge(const Scan& scan) const;
  static void observe(const Found& found, Seen& seen, SteadyTime now);
  static void miss(const Found& found, Seen& seen, SteadyTime now);
  void follow(const std::shared_ptr<const Followed>& followed);
  SteadyTime youngest_change() const;
  Snapshot accept(const Scan& scan, SteadyTime now);
  void update(Files& files, Seen& seen, SteadyTime now) const;
  std::optional<File> deliver(const Observation& seen, const File* good, SteadyTime now) const;
  bool settled(SteadyTime since, SteadyTime now) const {
    return settle_time_ == Duration::zero() || now - since >= settle_time_;
  }

  Duration settle_time_;
  std::optional<Place> place_;
  SteadyTime place_since_{};
  Seen manifests_;
  Seen references_;
  std::shared_ptr<const Followed> followed_;
  std::optional<SteadyTime> unsettled_since_;
  SteadyTime recheck_at_ = SteadyTime::max();
  std::uint64_t number_ = 0;
  // The last complete snapshot and where it was read.
  Snapshot good_;
  std::optional<std::uint64_t> good_device_;
};

// Whether a consumer would see no difference, numbers and times aside.
bool same_content(const Snapshot& a, const Snapshot& b);

}  // namespace fairlead::watch
