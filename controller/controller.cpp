// The source of snapshots, the workers, and what others may ask for. How keys come into the queue
// is all here: enqueue() and its kin.

#include "controller/controller.h"

#include <algorithm>
#include <utility>

#include "base/guard.h"
#include "controller/desired/hidden_values.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "model/form/compose_json.h"

namespace fairlead::controller {
namespace {

std::unexpected<Error> no_such_app(const std::string& key) {
  return failure(ErrorClass::kInvalid, Reason::kNotFound, "no App named '" + key + "'",
                 "fairlead get apps lists them");
}

// For the last write of the state, when all that may be cut has been.
constexpr Duration kLastWrite = std::chrono::seconds(1);
// What is decoded by then goes its way; the rest follows when it is.
constexpr auto kDecodePatience = std::chrono::seconds(1);
constexpr auto kDecodeDeadline = std::chrono::minutes(2);

Task<Result<model::Manifest>> decoded_by(Pool& pool, std::function<model::Manifest()> work) {
  auto manifest = co_await pool.ask(std::move(work), kDecodeDeadline);
  if (manifest) co_return std::move(*manifest);
  co_return failure(
      ErrorClass::kTransient, Reason::kSourceUnavailable, "not decoded within two minutes",
      "see whether a helper such as `age` hangs; the last good version stays in force");
}

// Whether an entry refers to one of these by its name, as its own or another's.
bool names_any(const DesiredEntry& entry, const ObservedChanges& changes) {
  const auto named = [&changes](const model::Network& network) {
    return changes.networks.contains(network.docker_name) ||
           (network.config_from && changes.networks.contains(*network.config_from));
  };
  // External ones too: one that appears is what an App may be waiting for.
  if (const auto* shared = entry.network()) return named(shared->network);
  const auto& app = *entry.app();
  return std::ranges::any_of(app.networks, named) ||
         std::ranges::any_of(app.volumes, [&changes](const model::Volume& volume) {
           return changes.volumes.contains(volume.docker_name);
         });
}

}  // namespace

Controller::Controller(ControllerParts parts, ControllerOptions options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      desired_(
          options_.decoding, [this] { return incumbents(); }, options_.prune,
          [this](std::function<model::Manifest()> work,
                 std::function<void(Result<model::Manifest>)> done,
                 bool helpers) { decode(std::move(work), std::move(done), helpers); }),
      cache_(parts_.engine),
      prune_(options_.prune),
      work_(parts_.clock),
      decoded_(parts_.clock),
      engine_wake_(parts_.clock),
      refreshing_(parts_.clock, 1),
      permits_(parts_.clock, static_cast<std::size_t>(options_.parallel_mutations)),
      locks_(parts_.clock),
      images_(parts_.engine, parts_.clock,
              [this](const std::string& reference, const std::string& text) {
                note_pull(reference, text);
              }),
      looks_(parts_.engine, parts_.clock),
      tasks_(parts_.executor, parts_.clock,
             [this](const std::string& task, const std::string& what) { task_failed(task, what); }),
      keeping_(
          parts_.executor, parts_.clock,
          [this](const std::string& task, const std::string& what) { task_failed(task, what); }),
      started_at_(parts_.clock.wall_now()),
      last_turn_(parts_.clock.steady_now()) {
  engine_status_.read_only = !options_.read_only_reason.empty();
  engine_status_.read_only_reason = options_.read_only_reason;
}

void Controller::task_failed(const std::string& task, const std::string& what) {
  parts_.log.error("task failed", {{"task", task},
                                   {"reason", to_string(Reason::kInternalError)},
                                   {"err", what},
                                   {"hint", "this is a fault of Fairlead's own"}});
  // The process ends, for whoever supervises it to start it anew: a loop that lost a task looks
  // alive and does half its work.
  failed_ = true;
  stop();
}

Task<void> Controller::run() {
  tasks_.spawn("source", source_loop());
  tasks_.spawn("engine", engine_loop());
  for (int i = 0; i < options_.workers; ++i)
    tasks_.spawn("worker", worker_loop());
  auto& disk = parts_.inventory.disk();
  // Apart from the others, for it has to outlive them: their last changes are to be written.
  keeping_.spawn("state", disk.keep([this](const Status& kept) { report_state(kept); }));
  co_await tasks_.join();
  // Everything has ended in time: nothing is to be cut any more.
  parts_.clock.cancel(cut_timer_);
  disk.stop();
  co_await keeping_.join();
  // The whole in one document, which earlier versions read as well.
  auto kept = co_await disk.folded(stopped_at_ + options_.stop_grace + kLastWrite);
  report_state(kept);
}

// Says what it has not said, and what is over.
void Controller::report_state(const Status& kept) {
  const auto problem = kept ? std::string() : kept.error().message;
  if (problem == last_state_problem_) return;
  last_state_problem_ = problem;
  if (kept) {
    parts_.log.info("state is written again");
  } else {
    parts_.log.warn("state not written", {{"err", problem}, {"hint", kept.error().hint}});
  }
}

void Controller::stop() {
  // Signals may come twice.
  if (std::exchange(stopping_, true)) return;
  stopped_at_ = parts_.clock.steady_now();
  parts_.directory.stop();
  for (Pool* pool : {parts_.pool, parts_.helpers})
    // Whoever waits for a helper hears nothing more, at once.
    if (pool != nullptr) pool->give_up();
  decoded_.notify();
  parts_.engine.stop_events();
  engine_wake_.notify();
  work_.notify();
  cut_timer_ = parts_.clock.call_at(parts_.clock.steady_now() + options_.stop_grace, [this] {
    // A mutation that is cut here is Unknown; the next process looks before it acts.
    parts_.engine.cancel();
    parts_.inventory.disk().stop();
  });
}

Task<Status> Controller::take_next_snapshot() {
  auto snapshot = co_await parts_.directory.next();
  if (!snapshot) co_return std::unexpected(snapshot.error());
  const auto shared = std::make_shared<const watch::Snapshot>(std::move(*snapshot));
  // Before it is applied: what is quick to decode is in force with this very snapshot.
  const auto ticket = desired_.read(shared, parts_.clock.steady_now());
  const auto patience = parts_.clock.steady_now() + kDecodePatience;
  // What ends meanwhile is seen here, and asks for no further snapshot.
  awaiting_decodes_ = true;
  const OnExit awaited([this] { awaiting_decodes_ = false; });
  while (!stopping_ && desired_.decoding(ticket)) {
    co_await decoded_.wait_until(patience);
    // A helper hangs: its file waits, the others do not.
    if (parts_.clock.steady_now() >= patience) break;
  }
  take_snapshot(shared);
  co_return Status{};
}

void Controller::decode(std::function<model::Manifest()> work,
                        std::function<void(Result<model::Manifest>)> done, bool helpers) {
  // Commands without a daemon, and tests: on the spot.
  if (parts_.pool == nullptr) return done(work());
  // What waits for a helper must not fill the threads of all others.
  Pool& pool = helpers ? *parts_.helpers : *parts_.pool;
  tasks_.spawn("decode", decode_on_pool(pool, std::move(work), std::move(done)));
}

Task<void> Controller::decode_on_pool(Pool& pool, std::function<model::Manifest()> work,
                                      std::function<void(Result<model::Manifest>)> done) {
  auto manifest = co_await caught(decoded_by(pool, std::move(work)), "decode");
  // The store may be on its way out.
  if (stopping_) co_return;
  done(std::move(manifest));
  decoded_.notify();
  // A repeat of the snapshot, with which the result comes into force.
  if (!awaiting_decodes_) parts_.directory.again();
}

Task<void> Controller::source_loop() {
  while (!stopping_) {
    auto taken = co_await caught(take_next_snapshot(), "manifests");
    if (taken) continue;
    if (taken.error().reason != Reason::kInternalError) break;  // stopped
    parts_.log.error("snapshot failed", {{"reason", to_string(taken.error().reason)},
                                         {"err", taken.error().message},
                                         {"hint", taken.error().hint}});
    co_await sleep_for(parts_.clock, options_.engine_check_pause);
  }
}

void Controller::take_snapshot(const std::shared_ptr<const watch::Snapshot>& snapshot) {
  const auto now = parts_.clock.steady_now();
  last_turn_ = now;
  const auto rebuilds = desired_.rebuilds();
  auto changes = desired_.apply(snapshot, now);
  const bool rebuilt = desired_.rebuilds() != rebuilds;
  // Also without news: it was read-only, or incomplete, when there was some.
  if (snapshot->whole || desired_.rebuilds() != remembered_) remember_files();
  // From now on snapshots hold those files as well.
  parts_.directory.follow(desired_.references());
  // Not before every manifest that refers to others could be decoded: until then an App might look
  // gone.
  const bool first = !first_scan_done_ && !desired_.pending();
  first_scan_done_ |= first;
  telemetry_->manifest_scanned(watcher().last_scan_seconds);
  if (desired_.problem() != last_source_problem_) {
    last_source_problem_ = desired_.problem();
    if (last_source_problem_.empty()) {
      parts_.log.info("manifests are available again", {{"files", snapshot->files.size()}});
    } else {
      parts_.log.error("manifests are unavailable",
                       {{"reason", to_string(Reason::kSourceUnavailable)},
                        {"err", last_source_problem_},
                        {"hint", "nothing is removed while the source can't be read whole"}});
      record("Warning", "SourceUnavailable", "", "directory", last_source_problem_);
    }
  }
  report_files(changes);
  count_absences(*snapshot, rebuilt, now);
  for (const auto& key : changes.keys) {
    unsettled_.insert(key);
    auto& state = keys_[key];
    // For the time that it takes until it is reached (`app converged`).
    if (desired_.find(key) != nullptr) state.changed_at = now;
    // At the first look nothing need have changed: what failed before the restart has failed.
    if (state.memory.generation != 0) forgive(key);
    // The other writer may have wanted what the manifest says now.
    contention_.reset(key);
    reset_backoff(key);
    announce(key);
    enqueue(key);
  }
  // Passes before this one did nothing; none of their keys may wait for the next resync.
  if (first) enqueue_all();
  // Absence ripens with scans, not with events.
  if (!snapshot->whole) return;
  for (const auto& key : owned_keys()) {
    if (desired_.find(key) == nullptr) enqueue(key);
  }
}

// Only what was read whole can show that something is gone; a file that can't be used, or an App
// that is back, is news at any time.
void Controller::count_absences(const watch::Snapshot& snapshot, bool rebuilt, SteadyTime now) {
  // A file that is broken may hold anything (F083).
  const bool error_free = desired_.complete() && desired_.broken_file().empty();
  if (snapshot.whole || !error_free) {
    prune_.scanned(error_free, desired_.mentioned(), owned_keys(), now);
  } else if (rebuilt) {
    prune_.seen(desired_.mentioned(), owned_keys());
  }
}

Incumbents Controller::incumbents() const {
  Incumbents known{parts_.inventory.files(), parts_.inventory.digests(), {}};
  for (const auto& entry : parts_.inventory.entries())
    // Intents too: whoever was about to make it has claimed it.
    known.names.emplace(std::string(to_string(entry.kind)) + " " + entry.name, entry.app);
  return known;
}

// Before anything of them is made: a crash in between must not make newcomers of them.
void Controller::remember_files() {
  // Of an incomplete snapshot it can't be told which files are gone.
  if (engine_status_.read_only || !desired_.complete()) return;
  std::map<std::string, std::string> in_force;
  for (const auto& [key, entry] : desired_.entries())
    in_force[key] = entry.file;
  parts_.inventory.remember_files(in_force, desired_.mentioned());
  remembered_ = desired_.rebuilds();
}

// An App is listed from the moment that its manifest is known, whatever its first pass waits for.
void Controller::announce(const std::string& key) {
  if (desired_.find(key) == nullptr || status_.contains(key)) return;
  const auto edit = status_.edit(key);
  auto& status = edit.status();
  report_identity(status, key);
  Condition unknown;
  unknown.type = "Ready";
  unknown.reason = "Progressing";
  unknown.message = "not compared with the engine yet";
  unknown.observed_digest = status.digest;
  unknown.last_transition = parts_.clock.wall_now();
  set_condition(status.conditions, std::move(unknown));
}

std::set<std::string> Controller::owned_keys() const {
  // What is recorded, and what carries our labels without being recorded: either may have something
  // to remove.
  auto keys = parts_.inventory.apps();
  const auto& owners = cache_.index().owners();
  const auto& instance = parts_.inventory.instance();
  for (auto at = owners.lower_bound({instance, ""});
       at != owners.end() && at->first.first == instance; ++at) {
    if (!at->first.second.empty()) keys.insert(at->first.second);
  }
  return keys;
}

void Controller::enqueue(const std::string& key) {
  queue_.add(key_from(key), parts_.clock.steady_now());
  work_.notify();
}

void Controller::enqueue_all() {
  const auto now = parts_.clock.steady_now();
  for (const auto& [key, entry] : desired_.entries())
    queue_.add(key_from(key), now);
  for (const auto& key : owned_keys())
    queue_.add(key_from(key), now);
  work_.notify();
}

// Those whose objects are not as they were, or that name one that is not, whoever's it is.
void Controller::enqueue_changed(const ObservedChanges& changes, const std::string& but) {
  std::set<std::string> keys = changes.apps;
  if (!changes.networks.empty() || !changes.volumes.empty()) {
    for (const auto& [key, entry] : desired_.entries())
      if (names_any(entry, changes)) keys.insert(key);
  }
  // It is being worked on, with this very news.
  keys.erase(but);
  for (const auto& key : keys) {
    unsettled_.insert(key);
    enqueue(key);
  }
}

void Controller::enqueue_unsettled() {
  for (const auto& key : unsettled_)
    enqueue(key);
}

// Nothing is left of it.
void Controller::forget(const std::string& key) {
  status_.erase(key);
  keys_.erase(key);
  unsettled_.erase(key);
  waiting_.erase(key);
  telemetry_->app_forgotten(key);
}

Task<void> Controller::worker_loop() {
  while (!stopping_) {
    const auto now = parts_.clock.steady_now();
    const auto key = queue_.take(now);
    if (!key) {
      // One signal for all workers: who is woken and finds nothing waits again.
      co_await work_.wait_until(queue_.next_due());
      continue;
    }
    co_await work_on(to_string(*key));
    last_turn_ = parts_.clock.steady_now();
    telemetry_->queue_durations(queue_.take_queue_durations(), queue_.take_work_durations());
    work_.notify();
  }
}

// An exception is this App's error, with its back-off; the worker goes on.
Task<void> Controller::work_on(std::string key) {
  ++active_workers_;
  // However the pass ends: a key that stays in work is lost, and with it the App.
  const OnExit done([this, &key] {
    --active_workers_;
    queue_.done(key_from(key), parts_.clock.steady_now());
    // Also where nothing was held: it may have waited for what it does not want any more.
    for (const auto& waiting : units_.ended(key))
      enqueue(waiting);
  });
  auto passed = co_await caught(reconcile(key), "reconcile " + key);
  if (passed) co_return;
  const auto* entry = desired_.find(key);
  retry(key, passed.error(), entry == nullptr ? std::string() : entry->digest);
}

QueueNumbers Controller::queue() const {
  const auto now = parts_.clock.steady_now();
  return {queue_.depth(),
          queue_.adds(),
          queue_.retries(),
          seconds(queue_.unfinished(now)),
          seconds(queue_.longest_running(now)),
          active_workers_};
}

std::map<Kind, int> Controller::orphans() const {
  std::map<Kind, int> counts{{Kind::kContainer, 0}, {Kind::kNetwork, 0}, {Kind::kVolume, 0}};
  for (const auto& [app, objects] : cache_.index().apps()) {
    if (desired_.find(app) != nullptr) continue;
    counts[Kind::kContainer] += static_cast<int>(objects.containers.size());
    counts[Kind::kNetwork] += static_cast<int>(objects.networks.size());
    counts[Kind::kVolume] += static_cast<int>(objects.volumes.size());
  }
  return counts;
}

bool Controller::alive() const {
  // Much longer than any pause of the supervisor, which turns whatever workers do.
  return parts_.clock.steady_now() - last_turn_ < std::chrono::minutes(2);
}

Result<PassInput> Controller::pass_input(const std::string& app) const {
  const bool known = desired_.find(app) != nullptr || status_.contains(app);
  if (!known) {
    return no_such_app(app);
  }
  return gather_pass(app, visible(app));
}

Result<Plan> Controller::plan(const std::string& app) const {
  auto input = pass_input(app);
  if (!input) return std::unexpected(input.error());
  return plan_of(*input);
}

Result<boost::json::value> Controller::desired_json(const std::string& app) const {
  const auto* entry = desired_.find(app);
  if (entry == nullptr) {
    return no_such_app(app);
  }
  auto model = std::visit([](const auto& value) { return model::to_json(*value); }, entry->value);
  return without_values(std::move(model), hidden_values(entry).all);
}

Status Controller::reconcile_now(const std::string& app, const std::string& by) {
  // First what may be wrong with the manifests themselves: a helper that failed is asked again.
  desired_.retry();
  parts_.directory.again();
  if (app.empty()) {
    for (const auto& [key, entry] : desired_.entries()) {
      reset_backoff(key);
      contention_.reset(key);
      forgive(key);
    }
    // By hand means: look for yourself, and believe nothing that is remembered.
    cache_.mark_all();
    enqueue_all();
    record("Normal", "ReconcileRequested", "", "", "reconcile of all Apps requested by " + by);
    return {};
  }
  if (desired_.find(app) == nullptr && !status_.contains(app)) {
    return no_such_app(app);
  }
  reset_backoff(app);
  contention_.reset(app);
  forgive(app);
  // Only for an App that is named: "all" is no word about anybody's data.
  parts_.inventory.acknowledge_volumes(app);
  cache_.mark_all();
  enqueue(app);
  record("Normal", "ReconcileRequested", app, "app/" + app, "reconcile requested by " + by);
  return {};
}

Status Controller::confirm_prune(const std::vector<std::string>& apps, const std::string& by) {
  for (const auto& app : apps) {
    if (desired_.find(app) != nullptr) {
      return failure(ErrorClass::kBlocked, Reason::kPruneBlocked,
                     "'" + app + "' is still in the manifests",
                     "remove its file first; then confirm");
    }
  }
  prune_.confirm(std::set<std::string>(apps.begin(), apps.end()));
  for (const auto& app : apps) {
    parts_.log.info("prune confirmed", {{"app", app}, {"by", by}});
    record("Normal", "PruneConfirmed", app, "app/" + app, "removal confirmed by " + by);
    enqueue(app);
  }
  return {};
}

}  // namespace fairlead::controller
