// A directory as a sequence of consistent snapshots. watch/ does not know what the bytes mean.
//
// A snapshot is *complete* only if the directory could be read whole and did not change under the
// scan (device and inode re-checked, digests equal twice over the settle time). Only complete
// snapshots may ever lead to a deletion; silence is not consent (F081, W15, W17, W29).
//
//   auto directory = watch_directory(executor, clock, options);
//   while (true) {
//     auto snapshot = co_await directory->next();  // one reader
//     if (!snapshot) co_return;                    // stopped
//     take(*snapshot);                             // complete or not: `problem` says why not
//   }
//
// How it comes about: events wake, and say where to look (inotify.h); a scan reads what may have
// changed (scan.h), what may hang apart from the rest (apart.h); what two scans agree on for the
// settle time is a snapshot (settle.h). Events may be lost, late or never come: the whole scan in
// each `rescan_interval` is the truth, so that is the worst that a missing event costs, and no
// absence is counted by less (docs/decisions/0013-named-scans.md).
//
// Threads: a Directory belongs to the loop's thread. All that touches its file system runs on
// threads of pools, which may hang for good; the loop never waits for them without a deadline.
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

// Manifests and the files that they refer to obey one rule: they are read beneath the directory
// only, so a link may not lead out of it (F103), though the directory itself may be one; and they,
// and the folders that they stand in, must belong to somebody trusted and not be writable by all.
// Nothing of a file that is refused is kept.

// A file of the directory itself that is a manifest: *.yaml and *.yml without a leading dot. An
// allow-list: `sed -i` and `ln -f` use temporary names that don't begin with a dot (W6, W9).
// Subfolders are not looked into: what stands there is read if a manifest refers to it.
bool is_manifest_name(const std::string& name);

// Files that manifests refer to (`env_file`, `include`, …): paths relative to the directory, free
// of `.` and `..`. They settle, and lead to snapshots, as manifests do.
using Followed = std::set<std::string>;

// All that is known of the directory at one moment. A value: it may be kept, and compared by
// same_content() (settle.h). What did not change is shared with the one before (files.h).
struct Snapshot {
  std::uint64_t number = 0;  // grows with every scan that was accepted
  // False: `problem` says why; `files` then holds the last good content, so whoever only looks at
  // files sees nothing vanish.
  bool complete = false;
  // SourceUnavailable detail: missing, unreadable, not trusted, hanging, changed device, …
  std::string problem;
  // The directory was read whole for this. If not, only names that the kernel gave were read, and
  // of all others stands here what the last whole scan saw: nothing that is gone is missed for
  // longer than the rescan interval, and no absence is to be counted by it.
  bool whole = true;
  // device:inode of the resolved directory; a change of device is news (W18), one of the inode is
  // what git-sync does at each commit (W14).
  std::string directory_id;
  Files files;  // by name relative to the directory; *.yaml and *.yml only
  // Of `followed`, those that are there. What is in neither was not looked for yet: "unknown",
  // which is not "missing".
  Files references;
  std::shared_ptr<const Followed> followed = std::make_shared<const Followed>();  // never null
  SteadyTime settled_at{};  // when the content was found stable
};

// Times are steady. The defaults are those of `fairlead run` (docs/cli.md).
struct Options {
  std::string path;
  // For how long a change must stay as it is to be believed. The price of a torn write (W1, W2) is
  // paid by every change: this is the least time from an edit to its first call.
  Duration settle_time = std::chrono::milliseconds(200);
  // Between two readings where nothing happens. It bounds what a lost event costs, and counts
  // towards removals: three complete and whole scans must agree that something has gone
  // (controller/guard/prune.h).
  Duration rescan_interval = std::chrono::seconds(10);
  // A larger file is an error of that file.
  std::size_t max_file_bytes = 1 << 20;
  // More manifests are a problem of the directory: it is no snapshot then, for a part of the truth
  // would read as removals.
  std::size_t max_files = 20'000;
  // From the start; see Directory::follow. What every manifest asks for (`.env`), so that the first
  // snapshot has it already.
  Followed followed;
  Trusted trusted = trusted_users();
  // Whoever the directory belongs to is trusted too. Who may turn that on: docs/policy.md.
  bool trust_directory_owner = false;
  // Then a scan that lasts is said to: a snapshot that is not complete. It goes on, and is taken
  // when it ends.
  Duration slow_after = std::chrono::seconds(30);
  // Then a link, or a file that is followed, that lasts is said to, and holds up no other.
  Duration apart_slow_after = std::chrono::seconds(2);
  // False: polling only (W21, and every W-case with events suppressed).
  bool use_events = true;
};

// For metrics and `fairlead get`; counted since the start.
struct Statistics {
  std::uint64_t scans = 0;
  std::uint64_t named_scans = 0;  // of them: those that read only names that the kernel gave
  std::uint64_t discarded_scans = 0;
  std::uint64_t events = 0;
  std::uint64_t overflows = 0;
  std::uint64_t rearms = 0;
  // The limit of watches or instances is reached: degraded to the rescan (W21). Each whole
  // scan tries again.
  bool polling_only = false;
  // When one ended that could read the directory; SteadyTime{} before the first.
  SteadyTime last_complete_scan{};
  double last_scan_seconds = 0;
};

// The seam: production is the one of watch_directory(), simulation feeds snapshots from memory, and
// commands without a daemon have a single scan (cmd/fairlead/wire.h). One reader.
class Directory {
 public:
  virtual ~Directory() = default;

  // The next snapshot that differs from the previous one, or a repeat of it after `rescan_interval`
  // (consecutive complete scans count towards a removal). A repeat is whole, and however many
  // others come between, there is one in each interval. The first call returns the first scan,
  // complete or not. Ends with an error (Transient, SourceUnavailable) only when stopped: whatever
  // happens to the directory is said in snapshots, and a reader needs no retry of its own.
  virtual Task<Result<Snapshot>> next() = 0;

  // From now on snapshots hold these files too, and no longer those that were followed before. If
  // the set is new, the next one comes soon. At any time.
  virtual void follow(std::shared_ptr<const Followed> paths) = 0;

  // The next snapshot comes soon, even if it says what the one before did: for whoever was asked to
  // look again (`fairlead reconcile`).
  virtual void again() = 0;

  // next() ends, now and from now on. What hangs is left behind. There is no way back.
  virtual void stop() = 0;
  virtual Statistics statistics() const = 0;
};

// inotify under libuv inside the Asio loop of `executor`, plus a rescan. Never fails to start: a
// missing directory or an exhausted watch limit is reported in snapshots and statistics. `clock`
// must outlive the result. next() must have ended before the result goes (stop() ends it).
std::unique_ptr<Directory> watch_directory(boost::asio::any_io_executor executor, Clock& clock,
                                           Options options);

// Whose files are read under these options: the directory's owner among them, where he is trusted.
// Asks the file system who that is, now. Blocking.
Trusted trusted_by(const Options& options);

// One followed file as it is now, blocking; nothing if it is not there. `error` is set if it can't
// be read, or is refused. `directory` "" is the working directory. It does not settle: for commands
// that read once, and for credentials.
std::optional<File> read_beneath(const std::string& directory, const std::string& path,
                                 std::size_t max_bytes, const Trusted& trusted = trusted_users());

// One consistent scan, blocking, for commands that run without a daemon: two readings `settle_time`
// apart, or with zero one; ten settle times at most for what never rests. There is no deadline for
// a file system that hangs: who has called can see that, and press Ctrl-C.
Snapshot scan_once(const Options& options);

}  // namespace fairlead::watch
