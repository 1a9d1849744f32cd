#include "metrics/state.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include "base/assert.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "metrics/catalogue.h"
#include "metrics/closed_lists.h"
#include "metrics/process.h"

namespace fairlead::metrics {
namespace {

using controller::AppStatus;
using controller::Drift;
using controller::Kind;
using controller::Truth;

// All of them for each App, so that an alert for one of them finds a series that is not there only
// if the App is not.
constexpr std::array kConditions = {"Ready", "Reconciling", "Stalled", "Drifted"};
// As Docker's inspect has them; each with 0 where there is none.
constexpr std::array kContainerStates = {"created",  "running", "paused", "restarting",
                                         "removing", "exited",  "dead"};
constexpr std::array kHealths = {"healthy", "unhealthy", "starting", "none"};
constexpr std::array kDriftTypes = {Drift::Type::kMissing, Drift::Type::kChanged,
                                    Drift::Type::kExtra};

double epoch_seconds(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}
// 0 for "not yet", as the help of each says.
double epoch_seconds(const std::optional<WallTime>& time) {
  return time ? epoch_seconds(*time) : 0;
}

// The families of one scrape, by catalogue row.
class Page {
 public:
  explicit Page(bool per_app) : per_app_(per_app) {}

  // `values` are those of the row's labels, in its order. Per-App rows are left out here, so that
  // whoever adds need not ask.
  void add(Id id, const std::vector<std::string_view>& values, double value) {
    const Row& meta = row(id);
    if (meta.per_app() && !per_app_) return;
    FL_ASSERT(values.size() == meta.label_count());
    prometheus::ClientMetric sample;
    sample.label.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      sample.label.push_back({meta.labels[i], valid_utf8(values[i])});
    }
    if (meta.type == Type::kCounter) sample.counter.value = value;
    if (meta.type == Type::kGauge) sample.gauge.value = value;
    samples_[static_cast<std::size_t>(id)].push_back(std::move(sample));
  }

  std::vector<prometheus::MetricFamily> families() {
    std::vector<prometheus::MetricFamily> out;
    for (const auto& meta : catalogue()) {
      auto& samples = samples_[static_cast<std::size_t>(meta.id)];
      if (samples.empty()) continue;
      const auto type = meta.type == Type::kCounter ? prometheus::MetricType::Counter
                                                    : prometheus::MetricType::Gauge;
      out.push_back({meta.name, meta.help, type, std::move(samples)});
    }
    return out;
  }

 private:
  bool per_app_;
  std::array<std::vector<prometheus::ClientMetric>, kMetricCount> samples_;
};

// One of three is 1: `status="true"` alone would not tell false from unknown. As kube-state-metrics
// does it.
void add_conditions(Page& page, const std::string& app, const AppStatus& status) {
  for (const char* type : kConditions) {
    const auto* found = find_condition(status.conditions, type);
    const Truth truth = found == nullptr ? Truth::kUnknown : found->status;
    page.add(Id::kAppCondition, {app, type, "true"}, truth == Truth::kTrue);
    page.add(Id::kAppCondition, {app, type, "false"}, truth == Truth::kFalse);
    page.add(Id::kAppCondition, {app, type, "unknown"}, truth == Truth::kUnknown);
  }
}

void add_containers(Page& page, const std::string& app, const AppStatus& status) {
  std::map<std::string_view, int> states;
  std::map<std::string_view, int> healths;
  // While a container is replaced its service has two: the newest counts.
  std::map<std::string_view, double> started;
  for (const auto& container : status.containers) {
    ++states[container.state];
    // What is not there has no health, not even none.
    if (container.state != "missing") ++healths[container.health];
    const double at = epoch_seconds(from_rfc3339(container.started_at));
    if (at > 0) started[container.service] = std::max(started[container.service], at);
  }
  page.add(Id::kAppUnsupported, {app}, static_cast<double>(status.unsupported.size()));
  page.add(Id::kContainersDesired, {app}, status.containers_desired);
  for (const char* state : kContainerStates)
    page.add(Id::kContainers, {app, state}, states[state]);
  for (const char* health : kHealths) {
    page.add(Id::kContainersHealth, {app, health}, healths[health]);
  }
  for (const auto& [service, at] : started)
    page.add(Id::kContainerStart, {app, service}, at);
}

// A network that the manifest asks for and that is not there counts as desired, and has no series
// of its own.
void add_networks(Page& page, const std::string& app, const AppStatus& status) {
  int in_sync = 0;
  for (const auto& network : status.networks) {
    in_sync += network.in_sync ? 1 : 0;
    if (network.id.empty()) continue;
    page.add(Id::kNetworkInfo,
             {app, network.key, network.driver, network.internal ? "true" : "false"}, 1);
    page.add(Id::kNetworkEndpoints, {app, network.key}, network.endpoints);
    if (network.capacity == 0) continue;  // IPv6 only, or no IPAM: nothing to run out of
    page.add(Id::kNetworkCapacity, {app, network.key}, static_cast<double>(network.capacity));
  }
  page.add(Id::kNetworksDesired, {app}, status.networks_desired);
  page.add(Id::kNetworks, {app}, in_sync);
}

// Objects, not fields: three changed fields of one container are one object out of line. Each kind
// and type has a series, with 0 where nothing is out of line.
void add_drift(Page& page, const std::string& app, const AppStatus& status) {
  std::set<std::tuple<Kind, Drift::Type, std::string_view>> objects;
  for (const auto& drift : status.drift)
    objects.emplace(drift.kind, drift.type, drift.object);
  std::map<std::pair<Kind, Drift::Type>, int> counts;
  for (const auto& [kind, type, object] : objects)
    ++counts[std::pair(kind, type)];
  for (const Kind kind : kKinds) {
    for (const auto type : kDriftTypes) {
      page.add(Id::kDriftObjects, {app, to_string(kind), to_string(type)},
               counts[std::pair(kind, type)]);
    }
  }
}

// Chart and engine are labels for later, and empty: to add a label is to make every series anew.
void add_app(Page& page, const std::string& app, const AppStatus& status) {
  page.add(Id::kAppInfo, {app, status.file, "", "", ""}, 1);
  page.add(Id::kAppGeneration, {app}, static_cast<double>(status.generation));
  page.add(Id::kAppObservedGeneration, {app}, static_cast<double>(status.observed_generation));
  page.add(Id::kAppSuspended, {app}, status.suspended);
  page.add(Id::kAppLastSuccess, {app}, epoch_seconds(status.last_success));
  page.add(Id::kAppFailures, {app}, status.consecutive_failures);
  page.add(Id::kAppNextRetry, {app}, epoch_seconds(status.next_retry));
  add_conditions(page, app, status);
  add_containers(page, app, status);
  add_networks(page, app, status);
  add_drift(page, app, status);
}

void add_loop(Page& page, const controller::View& view) {
  const auto queue = view.queue();
  page.add(Id::kActiveWorkers, {}, queue.active_workers);
  page.add(Id::kQueueDepth, {kQueueName}, static_cast<double>(queue.depth));
  page.add(Id::kQueueUnfinished, {kQueueName}, queue.unfinished_seconds);
  page.add(Id::kQueueLongest, {kQueueName}, queue.longest_running_seconds);
  page.add(Id::kQueueAdds, {kQueueName}, static_cast<double>(queue.adds));
  page.add(Id::kQueueRetries, {kQueueName}, static_cast<double>(queue.retries));
  auto orphans = view.orphans();
  for (const Kind kind : kKinds)
    page.add(Id::kOrphans, {to_string(kind)}, orphans[kind]);
}

void add_engine(Page& page, const controller::EngineStatus& engine, const FedState& fed) {
  page.add(Id::kDockerUp, {}, engine.up);
  // Before the first connect nothing is known of it.
  if (!engine.version.empty()) {
    page.add(Id::kDockerInfo, {engine.version, engine.api_version, engine.os}, 1);
  }
  page.add(Id::kDockerInFlight, {}, fed.docker_in_flight);
  page.add(Id::kStreamConnected, {}, engine.event_stream);
  page.add(Id::kLastResync, {}, epoch_seconds(engine.last_resync));
}

// `rescan` counts every scan, whatever it was for.
void add_manifests(Page& page, const controller::View& view, const FedState& fed) {
  page.add(Id::kManifestFiles, {}, static_cast<double>(view.files().size()));
  for (const auto& [name, file] : view.files())
    // A file that is being decoded for the first time is neither valid nor not.
    if (!file.unread()) page.add(Id::kManifestValid, {name}, file.valid);
  page.add(Id::kLastScan, {}, epoch_seconds(fed.last_scan));
  const auto watcher = view.watcher();
  const std::pair<const char*, std::uint64_t> happened[] = {
      {"notified", watcher.events},
      {"overflow", watcher.overflows},
      {"rearm", watcher.rearms},
      {"rescan", watcher.scans},
      {"discarded", watcher.discarded_scans},
  };
  for (const auto& [event, count] : happened) {
    page.add(Id::kManifestEvents, {event}, static_cast<double>(count));
  }
}

void add_process(Page& page) {
  const auto process = read_process();
  page.add(Id::kProcessCpu, {}, process.cpu_seconds);
  page.add(Id::kProcessResident, {}, process.resident_bytes);
  page.add(Id::kProcessVirtual, {}, process.virtual_bytes);
  page.add(Id::kProcessOpenFds, {}, process.open_fds);
  page.add(Id::kProcessMaxFds, {}, process.max_fds);
  page.add(Id::kProcessThreads, {}, process.threads);
  page.add(Id::kProcessStart, {}, process.start_time);
}

}  // namespace

std::vector<prometheus::MetricFamily> StateCollector::Collect() const {
  Page page(per_app_);
  if (per_app_) {
    for (const auto& [key, status] : view_.apps())
      add_app(page, key, status);
  }
  add_loop(page, view_);
  add_engine(page, view_.engine(), fed_);
  add_manifests(page, view_, fed_);
  for (const auto level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    page.add(Id::kLogMessages, {to_string(level)}, static_cast<double>(log_.written(level)));
  }
  page.add(Id::kBuildInfo, {build_.version, build_.revision, build_.compiler}, 1);
  add_process(page);
  return page.families();
}

}  // namespace fairlead::metrics
