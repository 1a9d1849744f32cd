// From a series of scans to snapshots worth acting on: pure, time is an argument.
//
// A version of a file (its absence is one) counts once two scans at least `settle_time` apart saw
// it and no scan between saw another. So a torn write (W1, W2) and a brief absence (W19) pass by. A
// version is its digest and its error: times and inodes are none, so `touch` is no news (W25).
//
//   Settler settler(options.settle_time);
//   auto snapshot = settler.offer(scan, began, ended);  // nothing yet: scan again at recheck_at()
//
// The directory settles as a file does: its device, inode and problem. A problem that lasts is told
// in a snapshot that is not complete and holds what was there before; while one lasts nothing is
// observed of files, for what a problem hides has not gone (F081). Another file system that shows
// an empty directory is a problem too: what was mounted there may only be unmounted (W18).
//
// Why not wait until everything rests: one file that is written without end would hold back all
// others. After kPatienceInSettleTimes they are delivered, and that one with its last good version.
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
// delivered with its last good version, and an error that says so.
inline constexpr int kPatienceInSettleTimes = 10;

// Remembers what was seen of each name, since when, and the last complete snapshot.
class Settler {
 public:
  // Zero: every scan is believed as it is. For commands that read once, where a person looks on.
  explicit Settler(Duration settle_time) : settle_time_(settle_time) {}

  // A snapshot if what `scan` saw is settled (it may equal the one before), else nothing. A file
  // was read somewhere between `began` and `ended`, so rest is counted from one scan's end to
  // another's beginning: a scan of ten seconds is no ten seconds of rest. A scan that is not whole
  // says nothing of what it does not hold: it must be of the same place as the scan before it,
  // without a problem, and hold all of open().
  std::optional<Snapshot> offer(const Scan& scan, SteadyTime began, SteadyTime ended);

  // When to scan again to decide; max() if nothing is open.
  SteadyTime recheck_at() const { return recheck_at_; }

  // The names that have not settled.
  std::set<std::string> open() const;

 private:
  // The version that a name had last, and since which scan.
  struct Observation {
    std::optional<File> version;  // nothing: the name is absent
    SteadyTime since{};
  };
  // Which directory was read, or why none was. It must rest as files must.
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

  // The place of a scan, with what it does not know itself: that the file system is another one.
  Place judge(const Scan& scan) const;
  // Takes in what was seen: another version begins to rest now.
  static void observe(const Found& found, Seen& seen, SteadyTime now);
  // What a whole scan did not see has gone, and rests as an absence from now on.
  static void miss(const Found& found, Seen& seen, SteadyTime now);
  // What is not followed any more is not there, and need not settle.
  void follow(const std::shared_ptr<const Followed>& followed);
  // Since when everything has been as it is.
  SteadyTime youngest_change() const;
  // A snapshot of what rests, with the last good version of what does not.
  Snapshot accept(const Scan& scan, SteadyTime now);
  // Takes over what has changed, as far as it has settled, and leaves the rest in `seen.changed`.
  void update(Files& files, Seen& seen, SteadyTime now) const;
  // What the snapshot says of one name; nothing: it is not there.
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

// Whether a consumer would see no difference, numbers and times aside. By digests, and only where
// the two do not share their files: what is equal costs nothing.
bool same_content(const Snapshot& a, const Snapshot& b);

}  // namespace fairlead::watch
