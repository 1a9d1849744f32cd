// The metric catalogue: one row per metric, in the order of `Id`. Names, labels and buckets are an
// interface (docs/metrics.md): dashboards and alerts are written against them, so a row is added
// and never renamed. Each is documented there: tests/tidy/check_docs.py wants it.
//
// A new metric is an enumerator here, a row in catalogue.cpp, a line in docs/metrics.md, and, by
// its source, a page.add(…) in state.cpp or an Increment() in metrics.cpp. The table is asserted to
// be complete and in order.
//
// Units are the base units of Prometheus: seconds, bytes, and times as seconds since the epoch.
// Labels hold names from manifests or words from closed lists (closed_lists.h), never IDs or
// messages: each value is a series for ever. Names of the queue are client-go's and those of the
// process Prometheus' own, so that dashboards for any controller work.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace fairlead::metrics {

// Of Prometheus. Summaries are not used: their quantiles can't be put together.
enum class Type { kGauge, kCounter, kHistogram };

// kState: rendered from the controller's view at each scrape, so it can't be stale. kFed: counted
// as it happens, since the last start.
enum class Source { kState, kFed };

// In groups as in docs/metrics.md, which is the order of the table, not of the page.
enum class Id {
  kAppInfo,
  kAppGeneration,
  kAppObservedGeneration,
  kAppCondition,
  kAppSuspended,
  kAppLastSuccess,
  kAppFailures,
  kAppNextRetry,
  kAppUnsupported,
  kContainersDesired,
  kContainers,
  kContainersHealth,
  kContainerRestarts,
  kContainerStart,
  kNetworksDesired,
  kNetworks,
  kNetworkInfo,
  kNetworkEndpoints,
  kNetworkCapacity,
  kDriftObjects,
  kDriftDetected,
  kDriftCorrected,
  kOrphans,
  kReconciles,
  kReconcileErrors,
  kReconcileDuration,
  kReconcileActions,
  kActiveWorkers,
  kConvergence,
  kQueueDepth,
  kQueueUnfinished,
  kQueueLongest,
  kQueueAdds,
  kQueueRetries,
  kQueueDuration,
  kQueueWork,
  kDockerUp,
  kDockerInfo,
  kDockerRequests,
  kDockerDuration,
  kDockerInFlight,
  kDockerEvents,
  kStreamConnected,
  kStreamReconnects,
  kLastResync,
  kImagePulls,
  kImagePullDuration,
  kManifestFiles,
  kManifestValid,
  kManifestErrors,
  kManifestEvents,
  kLastScan,
  kScanDuration,
  kHttpRequests,
  kHttpDuration,
  kEventsRecorded,
  kLogMessages,
  kLoopLag,
  kBuildInfo,
  kProcessCpu,
  kProcessResident,
  kProcessVirtual,
  kProcessOpenFds,
  kProcessMaxFds,
  kProcessThreads,
  kProcessStart,
};
inline constexpr std::size_t kMetricCount = static_cast<std::size_t>(Id::kProcessStart) + 1;

// What is written before a family's samples, and how it is made.
struct Row {
  Id id;
  const char* name;
  Type type;
  Source source;
  std::array<const char*, 5> labels;  // null after the last
  const char* help;
  // Of histograms: upper bounds, in the metric's unit.
  std::span<const double> buckets = {};

  std::size_t label_count() const;
  // A series per App: left out where cardinality matters more (make_metrics(), `per_app`).
  bool per_app() const { return labels[0] != nullptr && std::string_view(labels[0]) == "app"; }
};

// In the order of Id.
std::span<const Row> catalogue();
const Row& row(Id id);

}  // namespace fairlead::metrics
