#include "watch/apart.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <utility>

namespace fairlead::watch {
namespace {

// Each of them may hang for good, with its stack and a place in the kernel's tables.
constexpr std::size_t kMostThreads = 16;
// Two folders beneath one hang: all of it is taken to hang, for it may be one file system, and each
// further folder of it would cost a thread.
constexpr int kMostHangingBeneathOne = 2;

// The machine's time and not a Clock's: threads hang in real time.
SteadyTime now() {
  return std::chrono::steady_clock::now();
}

// Beneath which folder of the directory a name lies; empty: in the directory itself.
std::string top_of(const std::string& path) {
  const auto slash = path.find('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// What hangs as one: a folder, or a name of the directory itself.
std::string unit_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(0, slash);
}

}  // namespace

// Shared by one thread and the loop; nothing in it is touched without the lock.
struct Apart::Progress {
  struct Step {
    Scan part;
    Inotify::Watches watches;
  };
  std::mutex mutex;
  std::string at;  // the name that is being read; empty: the work waits for a thread
  SteadyTime moved = now();
  // Taken by the loop as far as it has come, also of a reading that hangs now.
  std::map<Name, Step> done;
};

Apart::Apart(boost::asio::any_io_executor executor, std::shared_ptr<const Options> options)
    : options_(std::move(options)), pool_(std::move(executor), kMostThreads) {}

void Apart::give_up() {
  given_up_ = true;
  pool_.give_up();
}

// Watched first, so that what happens while it is read is not missed.
void Apart::work(const Options& options, const Errand& errand, Progress& progress) {
  for (const Name& name : errand.names) {
    // The name is told before it is touched: whatever hangs next is known by it.
    {
      const std::lock_guard lock(progress.mutex);
      progress.at = name.path;
      progress.moved = now();
    }
    Progress::Step step;
    if (errand.inotify) step.watches = arm(*errand.inotify, options.path, {name.path});
    step.part = read_apart(options, name, *errand.known);
    const std::lock_guard lock(progress.mutex);
    progress.done.emplace(name, std::move(step));
  }
}

// The readings run side by side, and are waited for one after the other: the time that they take
// together is that of the slowest.
Task<Apart::Found> Apart::read(Errand errand) {
  co_await forget_ended();
  // What is no longer asked for is no longer watched.
  std::erase_if(watches_, [&](const auto& each) { return !errand.names.contains(each.first); });
  std::vector<Reading> begun = begin(errand);
  Found found;
  for (Reading& reading : begun) {
    const bool ended = co_await wait_for(reading);
    const bool at_work = collect(reading, errand, found);
    found.hangs |= !ended;
    // What has no thread yet never begins.
    if (!ended && at_work) hanging_.push_back(std::move(reading));
  }
  // What is left in `errand` has not answered.
  for (const Name& name : errand.names)
    say_silent(name, found);
  for (const auto& [name, watches] : watches_)
    Inotify::merge(watches, found.watches);
  // To be taken off by keep(), since nobody wants them.
  found.watches.added.merge(leftover_);
  leftover_.clear();
  co_return found;
}

// What it read at last is old by now, and is read again. What it had watched must go all the same.
Task<void> Apart::forget_ended() {
  std::vector<Reading> still;
  for (Reading& reading : hanging_) {
    const auto ended = co_await pool_.wait(reading.ended, Duration::zero());
    if (!ended) {
      still.push_back(std::move(reading));
      continue;
    }
    for (const auto& [name, step] : reading.progress->done)
      leftover_.insert(step.watches.added.begin(), step.watches.added.end());
  }
  hanging_ = std::move(still);
}

// Those of `names` that nothing hangs over.
std::set<Name> Apart::approachable(const std::string& top, const std::set<Name>& names) const {
  std::vector<std::string> closed;
  for (const Reading& reading : hanging_) {
    if (reading.top != top) continue;
    const std::lock_guard lock(reading.progress->mutex);
    closed.push_back(unit_of(reading.progress->at));
  }
  // In vain for this scan: what is not read is silent, and keeps its last version.
  if (closed.size() >= kMostHangingBeneathOne || hanging_.size() >= kMostThreads) return {};
  std::set<Name> open = names;
  for (const std::string& unit : closed) {
    std::erase_if(open, [&unit](const Name& name) {
      return unit_of(name.path) == unit || name.path.starts_with(unit + "/");
    });
  }
  return open;
}

std::vector<Apart::Reading> Apart::begin(const Errand& errand) {
  std::map<std::string, std::set<Name>> by_top;
  for (const Name& name : errand.names)
    by_top[top_of(name.path)].insert(name);
  std::vector<Reading> begun;
  for (const auto& [top, names] : by_top) {
    Errand part{approachable(top, names), errand.known, errand.inotify};
    if (part.names.empty()) continue;
    auto progress = std::make_shared<Progress>();
    // `options` and `part` belong to the job: it may outlive this object by hours.
    std::function<bool()> job = [options = options_, part = std::move(part), progress] {
      work(*options, part, *progress);
      return true;
    };
    begun.push_back({top, progress, pool_.begin(std::move(job))});
  }
  return begun;
}

// False: it has made no step for so long. Whoever moves gets new patience; hence the loop.
Task<bool> Apart::wait_for(Reading reading) {
  while (true) {
    Duration left = options_->apart_slow_after;
    {
      const std::lock_guard lock(reading.progress->mutex);
      left += reading.progress->moved - now();
    }
    const auto ended = co_await pool_.wait(reading.ended, std::max(left, Duration::zero()));
    if (ended) co_return true;
    if (given_up_ || left <= Duration::zero()) co_return false;
  }
}

// Takes what it has read so far, and leaves in `errand` what it has not. False: it has not begun. A
// reading that hangs gives its first names nevertheless.
bool Apart::collect(const Reading& reading, Errand& errand, Found& found) {
  const std::lock_guard lock(reading.progress->mutex);
  for (auto& [name, step] : std::exchange(reading.progress->done, {})) {
    errand.names.erase(name);
    found.parts.push_back(std::move(step.part));
    watches_.insert_or_assign(name, std::move(step.watches));
  }
  return !reading.progress->at.empty();
}

void Apart::say_silent(const Name& name, Found& found) const {
  auto& files = name.manifest ? found.silent_files : found.silent_references;
  files.emplace(name.path, unreadable(too_slow(options_->apart_slow_after)));
}

}  // namespace fairlead::watch
