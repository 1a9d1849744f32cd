#include "watch/directory.h"

#include <algorithm>
#include <functional>
#include <set>
#include <thread>
#include <utility>

#include "base/pool.h"
#include "watch/apart.h"
#include "watch/inotify.h"
#include "watch/scan.h"
#include "watch/settle.h"
#include "watch/uv_bridge.h"

namespace fairlead::watch {
namespace {

// So many names are as much work as everything.
constexpr std::size_t kMostNames = 256;

// All that is done with the directory itself; its file system may be slow, or hang. Owned by the
// thread that looks, which may never come back.
struct Look {
  std::shared_ptr<const Options> options;
  std::shared_ptr<const Followed> followed;
  std::shared_ptr<const Scan> known;
  std::shared_ptr<const Inotify> inotify;  // null: no events
  std::set<std::string> names;             // not empty: only these, if that will do
};

struct Looked {
  Scan scan;
  Inotify::Watches watches;
};

// Watched first, so that what happens during the scan is not missed.
Looked look_now(const Look& look) {
  Looked looked;
  if (!look.names.empty()) {
    if (auto scan = scan_names(*look.options, look.names, *look.known))
      return {std::move(*scan), {}};
  }
  if (look.inotify) looked.watches = arm(*look.inotify, look.options->path, {});
  looked.scan = scan_directory(*look.options, look.followed, *look.known);
  return looked;
}

// The loop of one directory: wait for a reason to look, look on a thread, read apart what may hang,
// settle, tell. Its state is the loop's; a look gets copies.
class InotifyDirectory final : public Directory {
 public:
  InotifyDirectory(boost::asio::any_io_executor executor, Clock& clock, Options options)
      : executor_(std::move(executor)),
        clock_(clock),
        options_(std::make_shared<const Options>(std::move(options))),
        settler_(options_->settle_time),
        wake_(clock),
        pool_(executor_, 1),
        apart_(executor_, options_),
        followed_(std::make_shared<const Followed>(options_->followed)) {
    statistics_.polling_only = options_->use_events && !start_events();
  }

  Task<Result<Snapshot>> next() override;
  void follow(std::shared_ptr<const Followed> paths) override;
  void again() override;
  void stop() override;
  Statistics statistics() const override { return statistics_; }

 private:
  bool start_events();
  void on_events();
  SteadyTime next_scan_at() const;
  bool whole_scan_due() const;
  bool nothing_to_read();
  void begin_look();
  Apart::Errand errand(const Looked& looked) const;
  std::optional<Snapshot> take(Looked looked, Apart::Found found);
  std::optional<Snapshot> take_names(const Scan& scan);
  void count(const Scan& scan, Duration took);
  std::optional<Snapshot> still_looking();
  bool worth_telling(const Snapshot& snapshot) const;

  boost::asio::any_io_executor executor_;
  Clock& clock_;
  std::shared_ptr<const Options> options_;
  Settler settler_;
  Signal wake_;
  Pool pool_;
  Apart apart_;
  // One at a time. A look that lasts is waited for again by the next next(): a second one would
  // hang as it does, and cost a thread more.
  std::optional<Pool::Answer<Looked>> looking_;
  SteadyTime look_began_{};
  SteadyTime look_ended_{};
  bool stopped_ = false;
  bool dirty_ = false;             // something may have changed that no name tells
  std::set<std::string> touched_;  // names in the directory that something happened to
  // What has to settle, or the whole directory, is known by whole scans only.
  bool open_whole_ = true;
  bool repeat_ = false;
  Statistics statistics_;
  std::shared_ptr<const Scan> last_scan_ = std::make_shared<const Scan>();
  std::shared_ptr<const Followed> followed_;
  SteadyTime last_scan_ended_{};
  // The least pause between two looks.
  Duration scan_gap_{};
  bool armed_once_ = false;
  std::optional<Snapshot> told_;
  SteadyTime told_whole_at_{};
  // The bridge watches the descriptor: declared after it, so destroyed before it. Shared, for a
  // look that hangs may still add watches.
  std::shared_ptr<Inotify> inotify_;
  std::unique_ptr<UvBridge> bridge_;
};

// Ends with a snapshot worth telling. What is not (nothing has settled, nothing is new) leads to
// the next round.
Task<Result<Snapshot>> InotifyDirectory::next() {
  while (!stopped_) {
    const SteadyTime due = next_scan_at();
    if (!looking_ && clock_.steady_now() < due) {
      co_await wake_.wait_until(due);
      continue;
    }
    if (!looking_ && nothing_to_read()) continue;
    if (!looking_) begin_look();
    // Taken out for the wait: it is used up by an answer, and put back without one.
    auto looking = std::exchange(looking_, std::nullopt);
    auto looked = co_await pool_.wait(*looking, options_->slow_after);
    std::optional<Snapshot> seen;
    if (looked && !looked->scan.whole) {
      seen = take_names(looked->scan);
    } else if (looked) {
      look_ended_ = clock_.steady_now();
      auto found = co_await apart_.read(errand(*looked));
      seen = take(std::move(*looked), std::move(found));
    } else {
      looking_ = std::move(looking);
      seen = still_looking();
    }
    // Both waits end at once by stop(), with nothing that could be told.
    if (stopped_) break;
    if (!seen || !worth_telling(*seen)) continue;
    if (seen->whole) {
      repeat_ = false;
      told_whole_at_ = clock_.steady_now();
    }
    told_ = std::move(*seen);
    co_return *told_;
  }
  co_return failure(ErrorClass::kTransient, Reason::kSourceUnavailable,
                    "the watch of " + options_->path + " was stopped");
}

void InotifyDirectory::follow(std::shared_ptr<const Followed> paths) {
  if (paths == followed_ || *paths == *followed_) return;
  followed_ = std::move(paths);
  dirty_ = true;
  wake_.notify();
}

void InotifyDirectory::again() {
  repeat_ = true;
  dirty_ = true;
  wake_.notify();
}

void InotifyDirectory::stop() {
  stopped_ = true;
  wake_.notify();
  pool_.give_up();
  apart_.give_up();
}

// The first look at once; then for what is still settling, then for events, else the rescan, which
// is counted from the last whole snapshot. Whatever the reason, not before the pause is over.
SteadyTime InotifyDirectory::next_scan_at() const {
  if (statistics_.scans == 0) return clock_.steady_now();
  const SteadyTime soonest = last_scan_ended_ + scan_gap_;
  if (settler_.recheck_at() != SteadyTime::max()) return std::max(soonest, settler_.recheck_at());
  if (dirty_ || !touched_.empty()) return soonest;
  return std::max(soonest, told_whole_at_ + options_->rescan_interval);
}

// When in doubt, all is read (docs/decisions/0013-named-scans.md).
bool InotifyDirectory::whole_scan_due() const {
  const auto leads_elsewhere = [this](const auto& name) { return inotify_->is_step(name); };
  return dirty_ || open_whole_ || statistics_.polling_only || touched_.size() > kMostNames ||
         std::ranges::any_of(touched_, leads_elsewhere) ||
         clock_.steady_now() >= told_whole_at_ + options_->rescan_interval;
}

// What happened was about names that are nobody's: what editors write beside, for one.
bool InotifyDirectory::nothing_to_read() {
  if (whole_scan_due()) return false;
  std::erase_if(touched_,
                [this](const std::string& name) { return !is_read_here(name, *last_scan_); });
  return touched_.empty() && settler_.recheck_at() == SteadyTime::max();
}

void InotifyDirectory::begin_look() {
  look_began_ = clock_.steady_now();
  const bool whole = whole_scan_due();
  // Tried at each whole look: instances may have become free (W21).
  if (whole) statistics_.polling_only = options_->use_events && !start_events();
  Look look{options_, followed_, last_scan_, inotify_, {}};
  if (!whole) {
    look.names = settler_.open();
    look.names.merge(touched_);
  }
  // Before the look: an event during it is a reason for the next one.
  dirty_ = false;
  touched_.clear();
  std::function<Looked()> work = [look = std::move(look)] { return look_now(look); };
  looking_ = pool_.begin(std::move(work));
}

Apart::Errand InotifyDirectory::errand(const Looked& looked) const {
  return {looked.scan.apart, last_scan_, inotify_};
}

std::optional<Snapshot> InotifyDirectory::take(Looked looked, Apart::Found found) {
  for (Scan& part : found.parts)
    join(looked.scan, std::move(part));
  // Into a scan with a problem nothing is put: it knows of no file, silent or not.
  if (looked.scan.problem.empty()) {
    looked.scan.files.merge(found.silent_files);
    looked.scan.references.merge(found.silent_references);
  }
  if (bridge_) {
    Inotify::merge(found.watches, looked.watches);
    statistics_.polling_only = looked.watches.limit_reached;
    // On the loop, as drain() is: which watches count must not change in the middle of a record.
    const bool changed = inotify_->keep(std::move(looked.watches));
    statistics_.rearms += changed && armed_once_ ? 1 : 0;
    armed_once_ = true;
  }
  auto scan = std::make_shared<const Scan>(std::move(looked.scan));
  last_scan_ended_ = clock_.steady_now();
  // Not what was waited for in vain: a hung folder would make each pause longer.
  count(*scan, (found.hangs ? look_ended_ : last_scan_ended_) - look_began_);
  if (scan->problem.empty()) statistics_.last_complete_scan = last_scan_ended_;
  auto snapshot = settler_.offer(*scan, look_began_, last_scan_ended_);
  open_whole_ = !scan->problem.empty() || settler_.recheck_at() != SteadyTime::max();
  // A problem leaves what was known as it was: the next good scan shares its bytes with the last
  // one.
  if (scan->problem.empty()) last_scan_ = std::move(scan);
  return snapshot;
}

// `last_scan_` stays the last whole one: what a name is compared with is there.
std::optional<Snapshot> InotifyDirectory::take_names(const Scan& scan) {
  last_scan_ended_ = clock_.steady_now();
  count(scan, last_scan_ended_ - look_began_);
  ++statistics_.named_scans;
  return settler_.offer(scan, look_began_, last_scan_ended_);
}

void InotifyDirectory::count(const Scan& scan, Duration took) {
  ++statistics_.scans;
  statistics_.discarded_scans += scan.discarded ? 1 : 0;
  statistics_.last_scan_seconds = std::chrono::duration<double>(took).count();
  // A stream of events, or a directory that is slow to read, must not fill the loop with scans: at
  // most a quarter of the time is spent in them.
  scan_gap_ = std::max(options_->settle_time / 2, 3 * took);
}

// What it was is kept, and nothing is gone: a file system that does not answer says nothing.
// Offered twice, for a problem must last for the settle time, too, and this one has.
std::optional<Snapshot> InotifyDirectory::still_looking() {
  if (stopped_) return std::nullopt;
  const SteadyTime now = clock_.steady_now();
  Scan silent;
  silent.problem = too_slow(options_->slow_after);
  open_whole_ = true;
  settler_.offer(silent, look_began_, look_began_);
  return settler_.offer(silent, now, now);
}

bool InotifyDirectory::worth_telling(const Snapshot& snapshot) const {
  if ((repeat_ && snapshot.whole) || !told_ || !same_content(*told_, snapshot)) return true;
  return snapshot.whole && clock_.steady_now() >= told_whole_at_ + options_->rescan_interval;
}

// Both or neither: without a bridge nobody would drain the kernel's queue.
bool InotifyDirectory::start_events() {
  if (bridge_) return true;
  auto inotify = std::make_shared<Inotify>();
  if (!inotify->open()) return false;
  auto bridge = std::make_unique<UvBridge>(executor_);
  inotify_ = std::move(inotify);
  if (!bridge->watch(inotify_->fd(), [this] { on_events(); })) {
    bridge.reset();
    inotify_.reset();
    return false;
  }
  bridge_ = std::move(bridge);
  return true;
}

// What happened to a name is not looked at: whoever reads it sees more, and the truth.
void InotifyDirectory::on_events() {
  const Inotify::Drained drained = inotify_->drain();
  statistics_.events += drained.events;
  statistics_.overflows += drained.overflows;
  // Of other names in a folder that holds a link.
  if (drained.events + drained.overflows == 0) return;
  touched_.insert(drained.names.begin(), drained.names.end());
  dirty_ |= drained.elsewhere || drained.overflows > 0;
  wake_.notify();
}

}  // namespace

std::unique_ptr<Directory> watch_directory(boost::asio::any_io_executor executor, Clock& clock,
                                           Options options) {
  return std::make_unique<InotifyDirectory>(std::move(executor), clock, std::move(options));
}

// The same steps without a loop, threads or watches.
Snapshot scan_once(const Options& options) {
  Settler settler(options.settle_time);
  const auto followed = std::make_shared<const Followed>(options.followed);
  Scan scan;
  while (true) {
    const SteadyTime began = std::chrono::steady_clock::now();
    const Scan known = std::exchange(scan, scan_directory(options, followed, scan));
    for (const Name& name : std::exchange(scan.apart, {}))
      join(scan, read_apart(options, name, known));
    const SteadyTime ended = std::chrono::steady_clock::now();
    if (auto snapshot = settler.offer(scan, began, ended)) return *snapshot;
    std::this_thread::sleep_until(settler.recheck_at());
  }
}

}  // namespace fairlead::watch
