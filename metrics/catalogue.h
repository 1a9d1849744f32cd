// The metric catalogue: one row per metric, in the order of `Id`. Names, labels and buckets are an
// interface (docs/metrics.md): dashboards and alerts are written against them. Each is documented
// there: tests/tidy/check_docs.py wants it.
//
// Units are the base units of Prometheus: seconds, bytes, and times as seconds since the epoch.
// Labels hold names from manifests or words from closed lists (closed_lists.h), never IDs or
// messages.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace fairlead::metrics {

enum class Type { kGauge, kCounter, kHistogram };

// kState: rendered from the controller's view at each scrape. kFed: counted as it happens.
enum class Source { kState, kFed };

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

struct Row {
  Id id;
  const char* name;
  Type type;
  Source source;
  std::array<const char*, 5> labels;  // null after the last
  const char* help;
  std::span<const double> buckets = {};  // of histograms

  std::size_t label_count() const;
  // A series per App: left out where cardinality matters more (--metrics-per-app=false).
  bool per_app() const { return labels[0] != nullptr && std::string_view(labels[0]) == "app"; }
};

// In the order of Id.
std::span<const Row> catalogue();
const Row& row(Id id);

}  // namespace fairlead::metrics
