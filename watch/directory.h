// A directory as a sequence of consistent snapshots. watch/ does not know what the bytes mean.
//
// A snapshot is *complete* only if the directory could be read whole and did not change under the
// scan (device and inode re-checked, digests equal twice over the settle time). Only complete
// snapshots may ever lead to a deletion; silence is not consent (F081, W15, W17, W29).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "base/trust.h"
#include "watch/files.h"

namespace fairlead::watch {

// Manifests and the files that they refer to obey one rule: they are read beneath the directory
// only, so a link may not lead out of it (F103), though the directory itself may be one; and they,
// and the folders that they stand in, must belong to somebody trusted and not be writable by all.
// Nothing of a file that is refused is kept.

// A file of the directory itself that is a manifest: *.yaml and *.yml without a leading dot. An
// allow-list: `sed -i` and `ln -f` use temporary names that don't begin with a dot (W6, W9).
bool is_manifest_name(const std::string& name);

// Files that manifests refer to (`env_file`, `include`, …): paths relative to the directory, free
// of `.` and `..`.
using Followed = std::set<std::string>;

struct Snapshot {
  std::uint64_t number = 0;  // grows with every scan that was accepted
  bool complete = false;     // false: `problem` says why; `files` then holds the last good content
  std::string problem;       // SourceUnavailable detail: missing, unreadable, changed device, …
  // The directory was read whole for this. If not, only names that the kernel gave were read, and
  // of all others stands here what the last whole scan saw: nothing that is gone is missed for
  // longer than the rescan interval, and no absence is to be counted by it.
  bool whole = true;
  std::string directory_id;  // device:inode of the resolved directory; a change of device is news
  Files files;               // by name relative to the directory; *.yaml and *.yml only
  Files
      references;  // of `followed`, those that are there. What is in neither was not looked for yet
  std::shared_ptr<const Followed> followed = std::make_shared<const Followed>();  // never null
  SteadyTime settled_at{};  // when the content was found stable
};

struct Options {
  std::string path;
  Duration settle_time = std::chrono::milliseconds(200);
  Duration rescan_interval = std::chrono::seconds(10);
  std::size_t max_file_bytes = 1 << 20;
  std::size_t max_files = 20'000;
  Followed followed;  // from the start; see Directory::follow
  Trusted trusted = trusted_users();
  bool trust_directory_owner = false;  // whoever the directory belongs to is trusted too
  Duration slow_after = std::chrono::seconds(30);  // then a scan that lasts is said to
  // Then a link, or a file that is followed, that lasts is said to, and holds up no other.
  Duration apart_slow_after = std::chrono::seconds(2);
  bool use_events = true;  // false: polling only (W21, and every W-case with events suppressed)
};

struct Statistics {
  std::uint64_t scans = 0;
  std::uint64_t named_scans = 0;  // of them: those that read only names that the kernel gave
  std::uint64_t discarded_scans = 0;
  std::uint64_t events = 0;
  std::uint64_t overflows = 0;
  std::uint64_t rearms = 0;
  bool polling_only = false;  // watch limit reached: degraded to the rescan (W21)
  SteadyTime last_complete_scan{};
  double last_scan_seconds = 0;
};

// The seam: production is InotifyDirectory, simulation feeds snapshots from memory.
class Directory {
 public:
  virtual ~Directory() = default;

  // The next snapshot that differs from the previous one, or a repeat of it after
  // `rescan_interval` (consecutive complete scans count towards a removal). A repeat is whole, and
  // however many others come between, there is one in each interval.
  // The first call returns the first scan, complete or not. Ends with an error only when stopped.
  virtual Task<Result<Snapshot>> next() = 0;

  // From now on snapshots hold these files too. If the set is new, the next one comes soon.
  virtual void follow(std::shared_ptr<const Followed> paths) = 0;

  // The next snapshot comes soon, even if it says what the one before did.
  virtual void again() = 0;

  virtual void stop() = 0;
  virtual Statistics statistics() const = 0;
};

// inotify under libuv inside the Asio loop of `executor`, plus a rescan. Never fails to start: a
// missing directory or an exhausted watch limit is reported in snapshots and statistics.
std::unique_ptr<Directory> watch_directory(boost::asio::any_io_executor executor, Clock& clock,
                                           Options options);

// Whose files are read under these options: the directory's owner among them, where he is trusted.
Trusted trusted_by(const Options& options);

// One followed file as it is now, blocking; nothing if it is not there. `error` is set if it can't
// be read, or is refused.
std::optional<File> read_beneath(const std::string& directory, const std::string& path,
                                 std::size_t max_bytes, const Trusted& trusted = trusted_users());

// One consistent scan, blocking, for commands that run without a daemon.
Snapshot scan_once(const Options& options);

}  // namespace fairlead::watch
