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

// All that is done with the directory itself; its file system may be slow, or hang.
struct Look {
  std::shared_ptr<const Options> options;
  std::shared_ptr<const Followed> followed;
  std::shared_ptr<const Scan> known;
  std::shared_ptr<const Inotify> inotify;  // null: no events
};

struct Looked {
  Scan scan;
  Inotify::Watches watches;
};

// Watched first, so that what happens during the scan is not missed.
Looked look_now(const Look& look) {
  Looked looked;
  if (look.inotify) looked.watches = arm(*look.inotify, look.options->path, {});
  looked.scan = scan_directory(*look.options, look.followed, *look.known);
  return looked;
}

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
  void follow(Followed paths) override;
  void again() override;
  void stop() override;
  Statistics statistics() const override { return statistics_; }

 private:
  bool start_events();
  void on_events();
  SteadyTime next_scan_at() const;
  void begin_look();
  Apart::Errand errand(const Looked& looked) const;
  std::optional<Snapshot> take(Looked looked, Apart::Found found);
  std::optional<Snapshot> still_looking();
  bool worth_telling(const Snapshot& snapshot) const;

  boost::asio::any_io_executor executor_;
  Clock& clock_;
  std::shared_ptr<const Options> options_;
  Settler settler_;
  Signal wake_;
  Pool pool_;
  Apart apart_;
  std::optional<Pool::Answer<Looked>> looking_;
  SteadyTime look_began_{};
  SteadyTime look_ended_{};
  bool stopped_ = false;
  bool dirty_ = false;
  bool repeat_ = false;
  Statistics statistics_;
  std::shared_ptr<const Scan> last_scan_ = std::make_shared<const Scan>();
  std::shared_ptr<const Followed> followed_;
  SteadyTime last_scan_ended_{};
  Duration scan_gap_{};
  bool armed_once_ = false;
  std::optional<Snapshot> told_;
  SteadyTime told_at_{};
  // The bridge watches the descriptor: declared after it, so destroyed before it.
  std::shared_ptr<Inotify> inotify_;
  std::unique_ptr<UvBridge> bridge_;
};

Task<Result<Snapshot>> InotifyDirectory::next() {
  while (!stopped_) {
    const SteadyTime due = next_scan_at();
    if (!looking_ && clock_.steady_now() < due) {
      co_await wake_.wait_until(due);
      continue;
    }
    if (!looking_) begin_look();
    auto looking = std::exchange(looking_, std::nullopt);
    auto looked = co_await pool_.wait(*looking, options_->slow_after);
    std::optional<Snapshot> seen;
    if (looked) {
      look_ended_ = clock_.steady_now();
      auto found = co_await apart_.read(errand(*looked));
      seen = take(std::move(*looked), std::move(found));
    } else {
      looking_ = std::move(looking);
      seen = still_looking();
    }
    if (stopped_) break;
    if (!seen || !worth_telling(*seen)) continue;
    repeat_ = false;
    told_ = std::move(*seen);
    told_at_ = clock_.steady_now();
    co_return *told_;
  }
  co_return failure(ErrorClass::kTransient, Reason::kSourceUnavailable,
                    "the watch of " + options_->path + " was stopped");
}

void InotifyDirectory::follow(Followed paths) {
  if (paths == *followed_) return;
  followed_ = std::make_shared<const Followed>(std::move(paths));
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

SteadyTime InotifyDirectory::next_scan_at() const {
  if (statistics_.scans == 0) return clock_.steady_now();
  const SteadyTime soonest = last_scan_ended_ + scan_gap_;
  if (settler_.recheck_at() != SteadyTime::max()) return std::max(soonest, settler_.recheck_at());
  if (dirty_) return soonest;
  return std::max(soonest, told_at_ + options_->rescan_interval);
}

void InotifyDirectory::begin_look() {
  statistics_.polling_only = options_->use_events && !start_events();
  dirty_ = false;
  look_began_ = clock_.steady_now();
  Look look{options_, followed_, last_scan_, inotify_};
  std::function<Looked()> work = [look = std::move(look)] { return look_now(look); };
  looking_ = pool_.begin(std::move(work));
}

Apart::Errand InotifyDirectory::errand(const Looked& looked) const {
  return {looked.scan.apart, last_scan_, inotify_};
}

std::optional<Snapshot> InotifyDirectory::take(Looked looked, Apart::Found found) {
  for (Scan& part : found.parts)
    join(looked.scan, std::move(part));
  if (looked.scan.problem.empty()) {
    looked.scan.files.merge(found.silent_files);
    looked.scan.references.merge(found.silent_references);
  }
  if (bridge_) {
    Inotify::merge(found.watches, looked.watches);
    statistics_.polling_only = looked.watches.limit_reached;
    const bool changed = inotify_->keep(std::move(looked.watches));
    statistics_.rearms += changed && armed_once_ ? 1 : 0;
    armed_once_ = true;
  }
  auto scan = std::make_shared<const Scan>(std::move(looked.scan));
  last_scan_ended_ = clock_.steady_now();
  // Not what was waited for in vain.
  const Duration took = (found.hangs ? look_ended_ : last_scan_ended_) - look_began_;
  ++statistics_.scans;
  statistics_.discarded_scans += scan->discarded ? 1 : 0;
  statistics_.last_scan_seconds = std::chrono::duration<double>(took).count();
  if (scan->problem.empty()) statistics_.last_complete_scan = last_scan_ended_;
  // A stream of events, or a directory that is slow to read, must not fill the loop with scans.
  scan_gap_ = std::max(options_->settle_time / 2, 3 * took);
  auto snapshot = settler_.offer(*scan, look_began_, last_scan_ended_);
  if (scan->problem.empty()) last_scan_ = std::move(scan);
  return snapshot;
}

// What it was is kept, and nothing is gone: a file system that does not answer says nothing.
std::optional<Snapshot> InotifyDirectory::still_looking() {
  if (stopped_) return std::nullopt;
  const SteadyTime now = clock_.steady_now();
  Scan silent;
  silent.problem = too_slow(options_->slow_after);
  settler_.offer(silent, look_began_, look_began_);
  return settler_.offer(silent, now, now);
}

bool InotifyDirectory::worth_telling(const Snapshot& snapshot) const {
  if (repeat_ || !told_ || !same_content(*told_, snapshot)) return true;
  return clock_.steady_now() >= told_at_ + options_->rescan_interval;
}

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

void InotifyDirectory::on_events() {
  const Inotify::Drained drained = inotify_->drain();
  statistics_.events += drained.events;
  statistics_.overflows += drained.overflows;
  if (drained.events + drained.overflows == 0) return;
  dirty_ = true;
  wake_.notify();
}

}  // namespace

std::unique_ptr<Directory> watch_directory(boost::asio::any_io_executor executor, Clock& clock,
                                           Options options) {
  return std::make_unique<InotifyDirectory>(std::move(executor), clock, std::move(options));
}

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
