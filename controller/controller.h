// The whole reconcile loop: directory snapshots and engine events in, a converged engine out.
//
// One thread. `run()` starts a handful of coroutines (source, engine supervisor, event stream,
// workers) and ends when `stop()` was called and all of them have drained. What happens where:
//   controller.cpp   the source of snapshots, the workers, commands
//   supervise.cpp    the engine: connecting, resync, uncertainty, read-only
//   reconcile.cpp    one pass over one App: observe → diff → plan → execute → report
//   report.cpp       status, conditions, events and log lines of a pass
//   report_objects.cpp  the rows of its containers and networks, and its health
//
//   Controller controller(ControllerParts{…}, ControllerOptions{…});
//   controller.set_telemetry(metrics);
//   co_await controller.run();            // until somebody calls controller.stop()
//
// The class is the shell: it owns the parts, says in which order they are asked, and decides
// nothing by itself that a part could decide from values. Between two suspensions everything is of
// one moment; after each `co_await` anything may have changed, so entries and references are looked
// up again by key.
//
// When is a key worked on? When its manifest changed (take_snapshot), an event named it (wake), an
// object that it has or names changed (enqueue_changed), a list is due and it was not in sync
// (enqueue_unsettled), a time that it asked for has come (add_after), something that it may wait
// for came free (came_free), or somebody asked (reconcile_now).
//
// When is nothing changed, whatever a plan says? While the engine is away or uncertain, before the
// first scan, in read-only mode, while stopping, for a suspended App, and within its back-off
// unless the plan has changed. In read-only mode, for a suspended App and within the back-off the
// plan is made and reported all the same.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/pool.h"
#include "base/random.h"
#include "base/task.h"
#include "controller/backoff.h"
#include "controller/desired/file_status.h"
#include "controller/desired/store.h"
#include "controller/execute/execute.h"
#include "controller/execute/images.h"
#include "controller/execute/unit.h"
#include "controller/guard/contention.h"
#include "controller/guard/prune.h"
#include "controller/objects/drift.h"
#include "controller/observed/cache.h"
#include "controller/observed/observed.h"
#include "controller/pass/gather.h"
#include "controller/pass/input.h"
#include "controller/pass/visible.h"
#include "controller/plan/plan.h"
#include "controller/record/inventory.h"
#include "controller/report/event_log.h"
#include "controller/report/status_board.h"
#include "controller/report/view.h"
#include "controller/work_queue.h"
#include "docker/engine.h"
#include "watch/directory.h"

namespace fairlead::controller {

// What may be set from outside; the defaults are those of production.
struct ControllerOptions {
  int workers = 16;  // a pull may keep one of them for long
  // At once, on the whole engine. It waits for its own locks and for the kernel most of the time: a
  // cold start takes a third longer by 4 than by 16, a tenth by 8, and 32 gain nothing more
  // (tests/bench/compare.py).
  int parallel_mutations = 16;
  // Between full lists: so long an event that was lost stays unknown, at most, where a list shows
  // what it told of. What only an inspect shows (limits, aliases) waits for the next event stream.
  Duration resync_interval = std::chrono::seconds(10);
  // A silent stream looks like a dead one (F063). With each new one all containers are inspected.
  Duration stream_renewal = std::chrono::minutes(5);
  // Between the looks that are owed after an Unknown outcome.
  Duration engine_check_pause = std::chrono::seconds(1);
  // For calls that run when stop() comes; then they are cut, and mutations among them are Unknown.
  Duration stop_grace = std::chrono::seconds(3);
  PruneRules prune;
  // Not empty: observe and report only, and say this.
  std::string read_only_reason;
  std::string adopt_instance;                       // take over objects of this instance ID
  std::shared_ptr<const model::HostAccess> access;  // the policy file; null: nothing is allowed
  model::DecodeOptions decoding;                    // without `read`
};

// Everything the controller borrows; all of it must outlive the controller.
struct ControllerParts {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  Logger& log;
  watch::Directory& directory;
  docker::Engine& engine;
  Inventory& inventory;
  Pool* pool = nullptr;     // for what blocks; null: the loop waits for it
  Pool* helpers = nullptr;  // for what waits for helper programs; with `pool`
};

class Controller final : public View, public Commands {
 public:
  Controller(ControllerParts parts, ControllerOptions options);

  // Borrowed; may be set once before run().
  void set_telemetry(Telemetry& telemetry) { telemetry_ = &telemetry; }

  Task<void> run();
  // No new work is taken; run() ends when the current calls have returned, or were cut after
  // ControllerOptions::stop_grace, and the inventory is on disk, or has not been for a second more.
  void stop();
  // An exception left one of its tasks: run() has ended, or ends, although nobody asked for it.
  bool failed() const { return failed_; }

  // View
  const DesiredStore& desired() const { return desired_; }
  const std::map<std::string, AppStatus>& apps() const override { return status_.rows(); }
  const std::map<std::string, FileStatus>& files() const override { return desired_.files(); }
  const EngineStatus& engine() const override { return engine_status_; }
  const std::deque<EventRecord>& events() const override { return events_.records(); }
  std::uint64_t forgotten_events() const override { return events_.forgotten(); }
  const Changes& changes() const override { return status_.changes(); }
  watch::Statistics watcher() const override { return parts_.directory.statistics(); }
  QueueNumbers queue() const override;
  std::map<Kind, int> orphans() const override;
  bool first_scan_done() const override { return first_scan_done_; }
  bool source_available() const override { return first_scan_done_ && desired_.problem().empty(); }
  WallTime started_at() const override { return started_at_; }
  WallTime now() const override { return parts_.clock.wall_now(); }
  bool alive() const override;
  Result<Plan> plan(const std::string& app) const override;
  Result<boost::json::value> desired_json(const std::string& app) const override;

  // What plan() is decided from. Not for the View: it holds the environments of containers.
  Result<PassInput> pass_input(const std::string& app) const;

  // Commands
  Status reconcile_now(const std::string& app, const std::string& by) override;
  Status confirm_prune(const std::vector<std::string>& apps, const std::string& by) override;

 private:
  // What is remembered of one key between passes, made when it is first asked for. Losing it does
  // no harm.
  struct KeyState {
    Memory memory;
    std::string synced_digest;             // last digest that was reached
    std::optional<SteadyTime> changed_at;  // manifest change not yet converged
    std::optional<SteadyTime> failing_since;
    // Back-off: no operation before this. Events and resyncs wake a pass, but do not shorten it.
    SteadyTime not_before{};
    SteadyTime last_pass{};  // when it began
    // What was planned, and failed at least in part, since the last success: a plan that holds more
    // than that is not held back, for its own doing may be what was waited for.
    std::set<std::string> tried;
    std::set<Reason> failed_with;          // the operations of the last plan that was run
    std::optional<SteadyTime> refresh_at;  // the next time that an image is to be asked for
    std::set<std::string> reported_drift;
    struct RestartCounts {
      int engine = 0, own = 0;
    };
    std::map<std::string, RestartCounts> restart_counts;  // by container ID
    std::map<std::string, int> reported_crashes;          // Docker name → ends in a row
    std::set<std::string> reported_readings;
    std::string logged_waiting;
  };
  // controller.cpp
  void task_failed(const std::string& task, const std::string& what);
  Task<void> source_loop();
  Task<Status> take_next_snapshot();
  void decode(std::function<model::Manifest()> work,
              std::function<void(Result<model::Manifest>)> done, bool helpers);
  Task<void> decode_on_pool(Pool& pool, std::function<model::Manifest()> work,
                            std::function<void(Result<model::Manifest>)> done);
  Task<void> worker_loop();
  Task<void> work_on(std::string key);
  void take_snapshot(const std::shared_ptr<const watch::Snapshot>& snapshot);
  void count_absences(const watch::Snapshot& snapshot, bool rebuilt, SteadyTime now);
  void announce(const std::string& key);
  void enqueue(const std::string& key);
  void enqueue_all();
  void enqueue_changed(const ObservedChanges& changes, const std::string& but = "");
  void enqueue_unsettled();
  void forget(const std::string& key);
  std::set<std::string> owned_keys() const;
  Incumbents incumbents() const;
  void remember_files();
  void report_state(const Status& kept);

  // supervise.cpp
  Task<void> engine_loop();
  Task<void> supervise();
  Task<void> event_loop();
  Task<void> reconnect();
  Task<void> bring_up();
  Task<void> look_at_engine();
  Duration look_pause() const;
  void open_stream();
  void tend_stream();
  void stream_ended(const Status& ended, SteadyTime begin);
  void stream_was_sound();
  void wake(const std::string& key);
  void note_event(const docker::Event& event);
  void came_free(std::string_view type, std::string_view action, const std::string& by);
  Task<Status> full_resync();
  Task<void> forget_absent();
  Task<Result<ObservedChanges>> guarded_refresh(bool full);
  void link_failed(const Error& error);
  void engine_lost(const Error& error);
  void check_foreign_instances();
  void confirm_settled();
  bool may_mutate() const;

  // reconcile.cpp
  Visible visible(const std::string& key) const;
  PassInput gather_pass(const std::string& key, Visible visible) const;
  void recall_images(const std::string& key);
  void forget_gone(const std::string& key, const Observed& observed);
  void remember(const std::string& key, const Plan& plan);
  Task<Status> look_for_volumes(std::string key);
  Task<void> hear_last_words(std::string key);
  Task<void> reconcile(std::string key);
  Task<Result<bool>> observe(std::string key);
  Task<Status> observe_leftovers(std::string key);
  Task<void> run_plan(std::string key, Plan plan, std::string digest);
  void settle(const std::string& key, const Plan& plan, const std::string& digest);
  void retry(const std::string& key, const Error& error, const std::string& digest);
  void reset_backoff(const std::string& key);
  void forgive(const std::string& key);
  void note_pull(const std::string& reference, const std::string& text);
  void note_operation(const std::string& key, const OperationReport& report);

  // report.cpp
  void report_pass(const PassInput& input, const Plan& plan);
  void report_drift(const std::string& key, const Plan& plan, const std::string& digest);
  void report_crashes(const std::string& key, const Plan& plan);
  void report_not_applied(const std::string& key, const Plan& plan);
  void report_conditions(AppStatus& status, const Plan& plan, const std::string& digest);
  void report_identity(AppStatus& status, const std::string& key);
  void report_objects(AppStatus& status, KeyState& state, const PassInput& input, const Plan& plan);
  void report_error(const std::string& key, const Error& error, Duration delay);
  void report_files(const DesiredStore::Changes& changes);
  void record(const std::string& type, const std::string& reason, const std::string& app,
              const std::string& object, const std::string& message);

  ControllerParts parts_;
  ControllerOptions options_;
  Telemetry no_telemetry_;
  Telemetry* telemetry_ = &no_telemetry_;

  DesiredStore desired_;
  EngineCache cache_;
  WorkQueue queue_;
  Backoff backoff_;
  EarlyTries early_tries_;
  PruneGuard prune_;
  Contention contention_;
  EventLog events_;
  EngineStatus engine_status_;
  StatusBoard status_;
  std::map<std::string, KeyState> keys_;
  // What the next resync looks at again, whatever it finds: all but what the last pass found in
  // sync.
  std::set<std::string> unsettled_;
  // Of these, what waits for something that is not its own doing, or has failed.
  std::set<std::string> waiting_;

  Signal work_;         // a key may be due
  Signal decoded_;      // a manifest is
  Signal engine_wake_;  // the supervisor has something to do
  Semaphore refreshing_;
  Semaphore permits_;
  ObjectLocks locks_;
  Units units_;
  Images images_;
  NetworkLooks looks_;
  TaskGroup tasks_;
  TaskGroup keeping_;  // of the state: until all others have ended
  bool stopping_ = false;
  bool failed_ = false;
  bool first_scan_done_ = false;
  std::uint64_t remembered_ = 0;   // of DesiredStore::rebuilds(): whose files are in the inventory
  bool awaiting_decodes_ = false;  // the source loop does; what comes later is news for it
  int uncertain_checks_ = 0;       // clean checks still owed after an Unknown outcome
  // The link to the engine: see supervise.cpp.
  Backoff link_backoff_;
  Backoff stream_backoff_;
  int link_failures_ = 0;  // until it has held for a while
  bool link_failure_said_ = false;
  bool ever_up_ = false;
  SteadyTime up_since_{};
  SteadyTime next_look_{};
  int stream_failures_ = 0;
  bool stream_failure_said_ = false;
  bool stream_lost_ = false;
  bool stream_gap_ = false;       // since the last stream nobody has told of changes
  bool stream_renewing_ = false;  // its end is our doing
  SteadyTime stream_since_{};
  SteadyTime stream_retry_at_{};
  Clock::TimerId cut_timer_ = 0;
  int active_workers_ = 0;
  SteadyTime stopped_at_{};
  std::string last_source_problem_;
  std::string last_state_problem_;
  WallTime started_at_;
  SteadyTime last_turn_;
};

}  // namespace fairlead::controller
