// The controller's read-only face: what metrics, API and CLI may see and ask for. Everything is on
// the controller's one thread, so plain references are safe between two suspensions.
//
// Three faces of one controller, and none of them its class: readers get View, those who may ask
// for something Commands, and what counts things implements Telemetry. So api/ and metrics/ know
// nothing of passes and queues, and tests give them a View of their own.
//
// The loop never waits for a reader. What a reader needs for longer than till its next suspension
// it copies; what it waits for it learns from Changes.
#pragma once

#include <boost/json/value.hpp>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/desired/file_status.h"
#include "controller/objects/drift.h"
#include "controller/plan/plan.h"
#include "controller/report/changes.h"
#include "controller/report/status.h"

namespace fairlead::controller {

// Of the work queue (work_queue.h), by client-go's names.
struct QueueNumbers {
  std::size_t depth = 0;               // due now, and not taken
  std::uint64_t adds = 0;              // since the start
  std::uint64_t retries = 0;           // delayed adds, since the start
  double unfinished_seconds = 0;       // sum over the keys in work
  double longest_running_seconds = 0;  // the one of them that takes longest
  int active_workers = 0;
};

// Nothing in here talks to the engine or blocks; plan() and desired_json() cost as much as a pass
// over that App. Texts are masked already: whoever may open the socket may see them.
class View {
 public:
  virtual ~View() = default;
  virtual const std::map<std::string, AppStatus>& apps() const = 0;  // by key: App or network/NAME
  virtual const std::map<std::string, FileStatus>& files() const = 0;
  virtual const EngineStatus& engine() const = 0;
  virtual const std::deque<EventRecord>& events() const = 0;  // oldest first
  // Who knows no event after this number has missed some; 0: all are still there.
  virtual std::uint64_t forgotten_events() const = 0;
  // Of apps() and events(), for readers that wait.
  virtual const Changes& changes() const = 0;
  virtual watch::Statistics watcher() const = 0;
  virtual QueueNumbers queue() const = 0;
  virtual std::map<Kind, int> orphans() const = 0;  // own label, no App
  virtual bool first_scan_done() const = 0;         // of the manifests; false: nothing is known yet
  virtual bool source_available() const = 0;        // and the last one could read the directory
  virtual WallTime started_at() const = 0;
  virtual WallTime now() const = 0;
  // The loop turned recently; false makes /healthz fail.
  virtual bool alive() const = 0;

  // The plan that would be executed now, without touching the engine. kNotFound for unknown Apps.
  virtual Result<Plan> plan(const std::string& app) const = 0;
  // The resolved model; values of variables, of environments and of secrets by their names.
  // kNotFound for unknown Apps.
  virtual Result<boost::json::value> desired_json(const std::string& app) const = 0;
};

// What a caller may make the controller do. `by` says who, for the event that tells of it: "uid 0".
// Whether he may is for the caller to have checked: the socket's permissions do (docs/api.md).
class Commands {
 public:
  virtual ~Commands() = default;
  // Queues a pass now: resets back-off, contention and counted ends. `app`: a key, whose lost
  // volumes are acknowledged too; "" is all. kNotFound for unknown Apps. Returns before the pass
  // has run.
  virtual Status reconcile_now(const std::string& app, const std::string& by) = 0;
  // Consent to remove these, which left the manifests, beyond the budget (guard/prune.h).
  virtual Status confirm_prune(const std::vector<std::string>& apps, const std::string& by) = 0;
};

// Counters and durations as they happen. Metrics implements it; the default does nothing. Called on
// the loop, from the middle of things: it must not block, throw, or call back.
class Telemetry {
 public:
  virtual ~Telemetry() = default;
  virtual void reconcile_ended(std::string_view /*result*/, double /*seconds*/) {}
  virtual void reconcile_error(Reason /*reason*/) {}
  virtual void action_ended(Kind /*kind*/, std::string_view /*verb*/, bool /*ok*/) {}
  virtual void drift_detected(const std::string& /*app*/, Kind /*kind*/) {}
  virtual void drift_corrected(const std::string& /*app*/, Kind /*kind*/, bool /*ok*/) {}
  virtual void converged(double /*seconds_since_manifest_change*/) {}
  virtual void restarts_seen(const std::string& /*app*/, const std::string& /*container*/,
                             int /*more*/) {}
  virtual void docker_event(const std::string& /*type*/, const std::string& /*action*/) {}
  virtual void event_stream_reconnected() {}
  virtual void image_pulled(bool /*ok*/, double /*seconds*/) {}
  virtual void event_recorded(const std::string& /*type*/, const std::string& /*reason*/) {}
  virtual void manifest_load_error(Reason /*reason*/) {}
  virtual void manifest_scanned(double /*seconds*/) {}
  virtual void queue_durations(const std::vector<double>& /*waited*/,
                               const std::vector<double>& /*worked*/) {}
  virtual void app_forgotten(const std::string& /*app*/) {}
  virtual void loop_lag(double /*seconds*/) {}
};

}  // namespace fairlead::controller
