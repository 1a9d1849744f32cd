#include "metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/utf8.h"
#include "metrics/catalogue.h"
#include "metrics/closed_lists.h"
#include "metrics/state.h"

namespace fairlead::metrics {
namespace {

using controller::Kind;
using prometheus::Counter;
using prometheus::Histogram;
// In the order of the row's labels.
using Values = std::vector<std::string_view>;

constexpr std::array kResults = {"success", "error"};
// Those that a file or the directory can have; a file's own reason is in its diagnostics.
constexpr std::array kManifestReasons = {Reason::kInvalidManifest, Reason::kDuplicateApp,
                                         Reason::kSourceUnavailable};

std::string_view result(bool ok) {
  return ok ? "success" : "error";
}

// A stream's length says nothing about how fast the engine answers.
bool is_stream(docker::Operation operation) {
  return operation == docker::Operation::kEvents || operation == docker::Operation::kImagePull ||
         operation == docker::Operation::kImageLoad;
}

// The registered families of the catalogue's fed rows, by Id. Add() of prometheus-cpp gives the
// same series for the same labels, or makes it: so feeding is one look-up.
class Families {
 public:
  Families() {
    for (const auto& meta : catalogue()) {
      if (meta.source != Source::kFed) continue;
      const auto at = static_cast<std::size_t>(meta.id);
      if (meta.type == Type::kCounter) {
        counters_[at] =
            &prometheus::BuildCounter().Name(meta.name).Help(meta.help).Register(registry_);
      } else {
        histograms_[at] =
            &prometheus::BuildHistogram().Name(meta.name).Help(meta.help).Register(registry_);
      }
    }
  }

  Counter& counter(Id id, const Values& values = {}) {
    return counters_[static_cast<std::size_t>(id)]->Add(labels(row(id), values));
  }

  // Bounds are those of its row, always: a second set of them in one family would be refused.
  Histogram& histogram(Id id, const Values& values = {}) {
    const Row& meta = row(id);
    return histograms_[static_cast<std::size_t>(id)]->Add(
        labels(meta, values),
        Histogram::BucketBoundaries(meta.buckets.begin(), meta.buckets.end()));
  }

  void remove(Id id, Counter* counter) { counters_[static_cast<std::size_t>(id)]->Remove(counter); }

  std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

 private:
  // A wrong number of values is a fault of ours: the page would be refused as a whole.
  static prometheus::Labels labels(const Row& meta, const Values& values) {
    FL_ASSERT(values.size() == meta.label_count());
    prometheus::Labels out;
    for (std::size_t i = 0; i < values.size(); ++i)
      out[meta.labels[i]] = valid_utf8(values[i]);
    return out;
  }

  prometheus::Registry registry_;
  std::array<prometheus::Family<Counter>*, kMetricCount> counters_{};
  std::array<prometheus::Family<Histogram>*, kMetricCount> histograms_{};
};

// Each override is one line: which row, and what is added. Decisions are in the rows.
class PrometheusMetrics final : public Metrics {
 public:
  PrometheusMetrics(const controller::View& view, const Logger& log, BuildInfo build, bool per_app)
      : view_(view), per_app_(per_app), state_(view, log, fed_, std::move(build), per_app) {
    create_loop_series();
    create_engine_series();
    create_manifest_series();
  }

  void reconcile_ended(std::string_view how, double seconds) override {
    families_.counter(Id::kReconciles, {how}).Increment();
    families_.histogram(Id::kReconcileDuration, {how}).Observe(seconds);
  }
  void reconcile_error(Reason reason) override {
    families_.counter(Id::kReconcileErrors, {to_string(reason)}).Increment();
  }
  void action_ended(Kind kind, std::string_view verb, bool ok) override {
    families_.counter(Id::kReconcileActions, {to_string(kind), verb, result(ok)}).Increment();
  }
  void drift_detected(const std::string& app, Kind kind) override {
    if (per_app_) app_counter(Id::kDriftDetected, app, {app, to_string(kind)}).Increment();
  }
  void drift_corrected(const std::string& app, Kind kind, bool ok) override {
    if (!per_app_) return;
    app_counter(Id::kDriftCorrected, app, {app, to_string(kind), result(ok)}).Increment();
  }
  void converged(double seconds) override {
    families_.histogram(Id::kConvergence).Observe(seconds);
  }
  void restarts_seen(const std::string& app, const std::string& container, int more) override {
    if (per_app_) app_counter(Id::kContainerRestarts, app, {app, container}).Increment(more);
  }
  void docker_event(const std::string& type, const std::string& action) override {
    const auto [known_type, known_action] = engine_event(type, action);
    families_.counter(Id::kDockerEvents, {known_type, known_action}).Increment();
  }
  void event_stream_reconnected() override { families_.counter(Id::kStreamReconnects).Increment(); }
  void image_pulled(bool ok, double seconds) override {
    families_.counter(Id::kImagePulls, {result(ok)}).Increment();
    families_.histogram(Id::kImagePullDuration).Observe(seconds);
  }
  void event_recorded(const std::string& type, const std::string& reason) override {
    families_.counter(Id::kEventsRecorded, {type, reason}).Increment();
  }
  void manifest_load_error(Reason reason) override {
    families_.counter(Id::kManifestErrors, {to_string(reason)}).Increment();
  }
  void manifest_scanned(double seconds) override {
    families_.histogram(Id::kScanDuration).Observe(seconds);
    // The watcher's time is steady and means nothing to people; an incomplete scan leaves it alone.
    const auto complete = view_.watcher().last_complete_scan;
    if (std::exchange(last_complete_scan_, complete) != complete) fed_.last_scan = view_.now();
  }
  void queue_durations(const std::vector<double>& waited,
                       const std::vector<double>& worked) override {
    for (const double each : waited) {
      families_.histogram(Id::kQueueDuration, {kQueueName}).Observe(each);
    }
    for (const double each : worked) {
      families_.histogram(Id::kQueueWork, {kQueueName}).Observe(each);
    }
  }
  // All of its series at once, or a removed App would stand in every sum.
  void app_forgotten(const std::string& app) override {
    for (const auto& [id, counter] : app_counters_[app])
      families_.remove(id, counter);
    app_counters_.erase(app);
  }
  void loop_lag(double seconds) override { families_.histogram(Id::kLoopLag).Observe(seconds); }

  void docker_call(const docker::CallRecord& call) override;
  void docker_calls_in_flight(int count) override { fed_.docker_in_flight = count; }
  void http_request(std::string_view handler, std::string_view method, int code,
                    double seconds) override {
    families_.counter(Id::kHttpRequests, {handler, method, std::to_string(code)}).Increment();
    families_.histogram(Id::kHttpDuration, {handler}).Observe(seconds);
  }

  std::string render() override;

 private:
  // rate() and alerts must see the first failure: it is a step from 0, not a new series.
  void create_loop_series();
  void create_engine_series();
  void create_manifest_series();
  void create_app_series(const std::string& app, const controller::AppStatus& status);
  Counter& app_counter(Id id, const std::string& app, const Values& values);

  const controller::View& view_;
  bool per_app_;
  Families families_;
  FedState fed_;
  StateCollector state_;
  SteadyTime last_complete_scan_{};
  // Families can't be asked for their series, so those of an App are noted for app_forgotten.
  std::map<std::string, std::set<std::pair<Id, Counter*>>> app_counters_;
};

// Warnings are recorded with the same reasons that errors have.
void PrometheusMetrics::create_loop_series() {
  for (const char* how : reconcile_results()) {
    families_.counter(Id::kReconciles, {how});
    families_.histogram(Id::kReconcileDuration, {how});
  }
  // The last of the enum; kNone, the first, is no error.
  const int last = static_cast<int>(Reason::kInternalError);
  for (int i = static_cast<int>(Reason::kNone) + 1; i <= last; ++i) {
    const auto reason = to_string(static_cast<Reason>(i));
    families_.counter(Id::kReconcileErrors, {reason});
    families_.counter(Id::kEventsRecorded, {"Warning", reason});
  }
  for (const auto& [kind, action] : plan_actions()) {
    for (const char* how : kResults)
      families_.counter(Id::kReconcileActions, {kind, action, how});
  }
  families_.histogram(Id::kConvergence);
  families_.histogram(Id::kQueueDuration, {kQueueName});
  families_.histogram(Id::kQueueWork, {kQueueName});
  families_.histogram(Id::kLoopLag);
}

void PrometheusMetrics::create_engine_series() {
  for (int i = 0; i < docker::kOperationCount; ++i) {
    const auto operation = static_cast<docker::Operation>(i);
    // The two failures that an alert asks for; other codes come as the engine sends them.
    for (const char* code : {"none", "500"}) {
      families_.counter(Id::kDockerRequests, {to_string(operation), code});
    }
    // No duration, so no empty histogram either.
    if (!is_stream(operation)) families_.histogram(Id::kDockerDuration, {to_string(operation)});
  }
  for (const auto& [type, action] : engine_events()) {
    families_.counter(Id::kDockerEvents, {type, action});
  }
  families_.counter(Id::kStreamReconnects);
  for (const char* how : kResults)
    families_.counter(Id::kImagePulls, {how});
  families_.histogram(Id::kImagePullDuration);
}

void PrometheusMetrics::create_manifest_series() {
  for (const Reason reason : kManifestReasons) {
    families_.counter(Id::kManifestErrors, {to_string(reason)});
  }
  families_.histogram(Id::kScanDuration);
}

// At each scrape: Add() makes what is not there yet, and leaves the rest.
void PrometheusMetrics::create_app_series(const std::string& app,
                                          const controller::AppStatus& status) {
  for (const Kind kind : kKinds) {
    app_counter(Id::kDriftDetected, app, {app, to_string(kind)});
    for (const char* how : kResults) {
      app_counter(Id::kDriftCorrected, app, {app, to_string(kind), how});
    }
  }
  for (const auto& container : status.containers) {
    app_counter(Id::kContainerRestarts, app, {app, container.service});
  }
}

// Noted even if it is known: the set keeps it once.
Counter& PrometheusMetrics::app_counter(Id id, const std::string& app, const Values& values) {
  auto& counter = families_.counter(id, values);
  app_counters_[app].emplace(id, &counter);
  return counter;
}

void PrometheusMetrics::docker_call(const docker::CallRecord& call) {
  const auto operation = to_string(call.operation);
  // No status: it broke below HTTP.
  const auto code = call.code == 0 ? std::string("none") : std::to_string(call.code);
  families_.counter(Id::kDockerRequests, {operation, code}).Increment();
  if (is_stream(call.operation)) return;
  families_.histogram(Id::kDockerDuration, {operation})
      .Observe(std::chrono::duration<double>(call.duration).count());
}

// First the Apps' series, so that the scrape which sees an App for the first time has all of them.
std::string PrometheusMetrics::render() {
  if (per_app_) {
    for (const auto& [key, status] : view_.apps())
      create_app_series(key, status);
  }
  auto all = state_.Collect();
  std::ranges::move(families_.collect(), std::back_inserter(all));
  // A family that has only its head is allowed, and of no use.
  std::erase_if(all, [](const auto& family) { return family.metric.empty(); });
  // By name, so that two scrapes can be compared by eye.
  std::ranges::sort(all, {}, &prometheus::MetricFamily::name);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, all);
  return std::move(out).str();
}

}  // namespace

std::unique_ptr<Metrics> make_metrics(const controller::View& view, const Logger& log,
                                      BuildInfo build, bool per_app) {
  return std::make_unique<PrometheusMetrics>(view, log, std::move(build), per_app);
}

}  // namespace fairlead::metrics
