#include "watch/directory.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "watch/inotify.h"
#include "watch/scan.h"
#include "watch/settle.h"
#include "watch/uv_bridge.h"

namespace fairlead::watch {
namespace {

// A link may flip while its chain is followed: armed again until the chain holds still (W30).
constexpr int kArmAttempts = 3;

class InotifyDirectory final : public Directory {
 public:
  InotifyDirectory(boost::asio::any_io_executor executor, Clock& clock, Options options)
      : executor_(std::move(executor)),
        clock_(clock),
        options_(std::move(options)),
        settler_(options_.settle_time),
        wake_(clock),
        followed_(std::make_shared<const Followed>(options_.followed)) {
    if (options_.use_events) arm();
  }

  Task<Result<Snapshot>> next() override;
  void follow(Followed paths) override;
  void stop() override;
  Statistics statistics() const override { return statistics_; }

 private:
  bool start_events();
  void arm();
  void on_events();
  SteadyTime next_scan_at() const;
  std::optional<Snapshot> look();
  bool worth_telling(const Snapshot& snapshot) const;

  boost::asio::any_io_executor executor_;
  Clock& clock_;
  Options options_;
  Settler settler_;
  Signal wake_;
  bool stopped_ = false;
  bool dirty_ = false;
  Statistics statistics_;
  Scan last_scan_;
  std::shared_ptr<const Followed> followed_;
  SteadyTime last_scan_ended_{};
  Duration scan_gap_{};
  bool armed_once_ = false;
  std::optional<Snapshot> told_;
  SteadyTime told_at_{};
  // The bridge watches the descriptor: declared after it, so destroyed before it.
  std::unique_ptr<Inotify> inotify_;
  std::unique_ptr<UvBridge> bridge_;
};

Task<Result<Snapshot>> InotifyDirectory::next() {
  while (!stopped_) {
    const SteadyTime due = next_scan_at();
    if (clock_.steady_now() < due) {
      co_await wake_.wait_until(due);
      continue;
    }
    std::optional<Snapshot> seen = look();
    if (!seen || !worth_telling(*seen)) continue;
    told_ = std::move(*seen);
    told_at_ = clock_.steady_now();
    co_return *told_;
  }
  co_return failure(ErrorClass::kTransient, Reason::kSourceUnavailable,
                    "the watch of " + options_.path + " was stopped");
}

void InotifyDirectory::follow(Followed paths) {
  if (paths == *followed_) return;
  followed_ = std::make_shared<const Followed>(std::move(paths));
  dirty_ = true;
  wake_.notify();
}

void InotifyDirectory::stop() {
  stopped_ = true;
  wake_.notify();
}

SteadyTime InotifyDirectory::next_scan_at() const {
  if (statistics_.scans == 0) return clock_.steady_now();
  const SteadyTime soonest = last_scan_ended_ + scan_gap_;
  if (settler_.recheck_at() != SteadyTime::max()) return std::max(soonest, settler_.recheck_at());
  if (dirty_) return soonest;
  return std::max(soonest, told_at_ + options_.rescan_interval);
}

std::optional<Snapshot> InotifyDirectory::look() {
  if (options_.use_events) arm();
  dirty_ = false;
  const SteadyTime began = clock_.steady_now();
  Scan scan = scan_directory(options_, followed_, last_scan_);
  last_scan_ended_ = clock_.steady_now();
  ++statistics_.scans;
  statistics_.discarded_scans += scan.discarded ? 1 : 0;
  statistics_.last_scan_seconds = std::chrono::duration<double>(last_scan_ended_ - began).count();
  if (scan.problem.empty()) statistics_.last_complete_scan = last_scan_ended_;
  // A stream of events, or a directory that is slow to read, must not fill the loop with scans.
  scan_gap_ = std::max(options_.settle_time / 2, 3 * (last_scan_ended_ - began));
  auto snapshot = settler_.offer(scan, began, last_scan_ended_);
  if (scan.problem.empty()) last_scan_ = std::move(scan);
  return snapshot;
}

bool InotifyDirectory::worth_telling(const Snapshot& snapshot) const {
  if (!told_ || !same_content(*told_, snapshot)) return true;
  return clock_.steady_now() >= told_at_ + options_.rescan_interval;
}

bool InotifyDirectory::start_events() {
  if (bridge_) return true;
  auto inotify = std::make_unique<Inotify>();
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

void InotifyDirectory::arm() {
  statistics_.polling_only = !start_events();
  if (statistics_.polling_only) return;
  std::set<std::string> links(last_scan_.links.begin(), last_scan_.links.end());
  links.insert(followed_->begin(), followed_->end());
  WatchPlan plan = plan_watches(options_.path, links);
  for (int attempt = 0; attempt < kArmAttempts; ++attempt) {
    const Inotify::Armed armed = inotify_->arm(plan);
    statistics_.polling_only = armed.limit_reached;
    statistics_.rearms += armed.changed && armed_once_ ? 1 : 0;
    armed_once_ = true;
    WatchPlan after = plan_watches(options_.path, links);
    if (after == plan) return;
    plan = std::move(after);
  }
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
    scan = scan_directory(options, followed, scan);
    const SteadyTime ended = std::chrono::steady_clock::now();
    if (auto snapshot = settler.offer(scan, began, ended)) return *snapshot;
    std::this_thread::sleep_until(settler.recheck_at());
  }
}

}  // namespace fairlead::watch
