#include "metrics/catalogue.h"

namespace fairlead::metrics {
namespace {

constexpr double kReconcileBuckets[] = {.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60};
constexpr double kCallBuckets[] = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10};
constexpr double kLongBuckets[] = {.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800};
constexpr double kHttpBuckets[] = {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5};
constexpr double kLagBuckets[] = {.001, .005, .01, .05, .1, .5, 1};
// client-go's: a dashboard for any controller reads them.
constexpr double kQueueBuckets[] = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3,
                                    1e-2, 1e-1, 1,    10,   100,  1000};

constexpr auto G = Type::kGauge;
constexpr auto C = Type::kCounter;
constexpr auto H = Type::kHistogram;
constexpr auto S = Source::kState;
constexpr auto F = Source::kFed;

constexpr Row kRows[] = {
    // Apps (a shared network is the App "network/NAME")
    {Id::kAppInfo, "fairlead_app_info", G, S,
     {"app", "manifest", "engine", "chart", "chart_version"},
     "An App in the manifests or still on the engine; always 1."},
    {Id::kAppGeneration, "fairlead_app_metadata_generation", G, S, {"app"},
     "Generation of the manifest; grows with each effective change."},
    {Id::kAppObservedGeneration, "fairlead_app_status_observed_generation", G, S, {"app"},
     "Last generation that was fully acted on."},
    {Id::kAppCondition, "fairlead_app_status_condition", G, S, {"app", "condition", "status"},
     "1 for the status that the condition has, 0 for the other two."},
    {Id::kAppSuspended, "fairlead_app_suspended", G, S, {"app"},
     "1 if the App is only observed, by spec.suspend."},
    {Id::kAppLastSuccess, "fairlead_app_last_success_timestamp_seconds", G, S, {"app"},
     "When a reconcile last ended in sync; 0 before the first."},
    {Id::kAppFailures, "fairlead_app_consecutive_failures", G, S, {"app"},
     "Failed reconciles in a row; 0 after a success."},
    {Id::kAppNextRetry, "fairlead_app_next_retry_timestamp_seconds", G, S, {"app"},
     "When the next retry is due; 0 when not backing off."},
    // Containers
    {Id::kContainersDesired, "fairlead_app_containers_desired", G, S, {"app"},
     "Containers that the manifest asks for."},
    {Id::kContainers, "fairlead_app_containers", G, S, {"app", "state"},
     "Containers by Docker's state."},
    {Id::kContainersHealth, "fairlead_app_containers_health", G, S, {"app", "health"},
     "Containers by health; none has no health check."},
    {Id::kContainerRestarts, "fairlead_container_restarts_total", C, F, {"app", "container"},
     "Restarts seen of a service's containers, across their replacement."},
    {Id::kContainerStart, "fairlead_container_start_timestamp_seconds", G, S,
     {"app", "container"}, "When a service's newest container was started."},
    // Networks
    {Id::kNetworksDesired, "fairlead_app_networks_desired", G, S, {"app"},
     "Networks that the manifest asks for."},
    {Id::kNetworks, "fairlead_app_networks", G, S, {"app"},
     "Networks that exist and match the manifest."},
    {Id::kNetworkInfo, "fairlead_network_info", G, S, {"app", "network", "driver", "internal"},
     "A network that exists; always 1."},
    {Id::kNetworkEndpoints, "fairlead_network_endpoints", G, S, {"app", "network"},
     "Containers attached to the network."},
    {Id::kNetworkCapacity, "fairlead_network_addresses_capacity", G, S, {"app", "network"},
     "Usable IPv4 addresses of the network."},
    // Drift
    {Id::kDriftObjects, "fairlead_drift_objects", G, S, {"app", "kind", "type"},
     "Objects that are out of line now."},
    {Id::kDriftDetected, "fairlead_drift_detected_total", C, F, {"app", "kind"},
     "Drift that no manifest change caused."},
    {Id::kDriftCorrected, "fairlead_drift_corrected_total", C, F, {"app", "kind", "result"},
     "Corrections of drift."},
    {Id::kOrphans, "fairlead_orphaned_objects", G, S, {"kind"},
     "Objects that carry this installation's label and belong to no App."},
    // The loop
    {Id::kReconciles, "fairlead_reconcile_total", C, F, {"result"}, "Reconciles by result."},
    {Id::kReconcileErrors, "fairlead_reconcile_errors_total", C, F, {"reason"},
     "Errors by reason, the word used in events, conditions and logs."},
    {Id::kReconcileDuration, "fairlead_reconcile_duration_seconds", H, F, {"result"},
     "How long one reconcile took.", kReconcileBuckets},
    {Id::kReconcileActions, "fairlead_reconcile_actions_total", C, F,
     {"kind", "action", "result"}, "Changes made to the engine."},
    {Id::kActiveWorkers, "fairlead_reconcile_active_workers", G, S, {},
     "Workers that are reconciling now."},
    {Id::kConvergence, "fairlead_convergence_duration_seconds", H, F, {},
     "From a manifest change to an App that is as the manifest says.", kLongBuckets},
    // The queue, with client-go's names
    {Id::kQueueDepth, "workqueue_depth", G, S, {"name"}, "Current depth of the workqueue."},
    {Id::kQueueUnfinished, "workqueue_unfinished_work_seconds", G, S, {"name"},
     "Seconds of work in progress that has not been observed by work_duration."},
    {Id::kQueueLongest, "workqueue_longest_running_processor_seconds", G, S, {"name"},
     "Seconds that the longest running processor has been running."},
    {Id::kQueueAdds, "workqueue_adds_total", C, S, {"name"}, "Adds handled by the workqueue."},
    {Id::kQueueRetries, "workqueue_retries_total", C, S, {"name"},
     "Retries handled by the workqueue."},
    {Id::kQueueDuration, "workqueue_queue_duration_seconds", H, F, {"name"},
     "How long an item stays in the workqueue before it is taken.", kQueueBuckets},
    {Id::kQueueWork, "workqueue_work_duration_seconds", H, F, {"name"},
     "How long processing an item from the workqueue takes.", kQueueBuckets},
    // Docker client
    {Id::kDockerUp, "fairlead_docker_up", G, S, {}, "1 if the engine answered last."},
    {Id::kDockerInfo, "fairlead_docker_engine_info", G, S, {"version", "api_version", "os"},
     "The engine; always 1."},
    {Id::kDockerRequests, "fairlead_docker_requests_total", C, F, {"operation", "code"},
     "Requests to the engine; code none had no reply."},
    {Id::kDockerDuration, "fairlead_docker_request_duration_seconds", H, F, {"operation"},
     "How long the engine took, streams left out.", kCallBuckets},
    {Id::kDockerInFlight, "fairlead_docker_requests_in_flight", G, S, {},
     "Requests that wait for the engine."},
    {Id::kDockerEvents, "fairlead_docker_events_total", C, F, {"type", "action"},
     "Events received from the engine."},
    {Id::kStreamConnected, "fairlead_docker_event_stream_connected", G, S, {},
     "1 while the engine's event stream is open."},
    {Id::kStreamReconnects, "fairlead_docker_event_stream_reconnects_total", C, F, {},
     "Times that the event stream was opened anew."},
    {Id::kLastResync, "fairlead_docker_last_resync_timestamp_seconds", G, S, {},
     "When the engine's objects were last listed in full; 0 before the first."},
    {Id::kImagePulls, "fairlead_image_pulls_total", C, F, {"result"}, "Image pulls."},
    {Id::kImagePullDuration, "fairlead_image_pull_duration_seconds", H, F, {},
     "How long an image pull took.", kLongBuckets},
    // Watcher
    {Id::kManifestFiles, "fairlead_manifest_files", G, S, {}, "Manifest files."},
    {Id::kManifestValid, "fairlead_manifest_valid", G, S, {"file"},
     "1 if the file was read without errors."},
    {Id::kManifestErrors, "fairlead_manifest_load_errors_total", C, F, {"reason"},
     "Manifests that could not be used."},
    {Id::kManifestEvents, "fairlead_manifest_events_total", C, S, {"event"},
     "What happened to the watched directory."},
    {Id::kLastScan, "fairlead_manifest_last_scan_timestamp_seconds", G, S, {},
     "When a complete scan of the directory was last taken in; 0 before the first."},
    {Id::kScanDuration, "fairlead_manifest_scan_duration_seconds", H, F, {},
     "How long a scan of the directory took.", kHttpBuckets},
    // API and process
    {Id::kHttpRequests, "fairlead_http_requests_total", C, F, {"handler", "method", "code"},
     "Requests served, by route."},
    {Id::kHttpDuration, "fairlead_http_request_duration_seconds", H, F, {"handler"},
     "How long a request took.", kHttpBuckets},
    {Id::kEventsRecorded, "fairlead_events_recorded_total", C, F, {"type", "reason"},
     "Events recorded about Apps and their objects."},
    {Id::kLogMessages, "fairlead_log_messages_total", C, S, {"level"}, "Log lines written."},
    {Id::kLoopLag, "fairlead_event_loop_lag_seconds", H, F, {},
     "How late the event loop ran a timer.", kLagBuckets},
    {Id::kBuildInfo, "fairlead_build_info", G, S, {"version", "revision", "compiler"},
     "This build; always 1."},
    {Id::kProcessCpu, "process_cpu_seconds_total", C, S, {}, "CPU time used, user and system."},
    {Id::kProcessResident, "process_resident_memory_bytes", G, S, {}, "Resident memory."},
    {Id::kProcessVirtual, "process_virtual_memory_bytes", G, S, {}, "Virtual memory."},
    {Id::kProcessOpenFds, "process_open_fds", G, S, {}, "Open file descriptors."},
    {Id::kProcessMaxFds, "process_max_fds", G, S, {}, "Limit on open file descriptors."},
    {Id::kProcessThreads, "process_threads", G, S, {}, "Threads."},
    {Id::kProcessStart, "process_start_time_seconds", G, S, {},
     "Start time of the process since the epoch."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].id) != i) return false;
  }
  return std::size(kRows) == kMetricCount;
}
static_assert(in_order(), "one row per Id, in the order of the enum");

}  // namespace

std::size_t Row::label_count() const {
  std::size_t count = 0;
  while (count < labels.size() && labels[count] != nullptr) ++count;
  return count;
}

std::span<const Row> catalogue() { return kRows; }

const Row& row(Id id) { return kRows[static_cast<std::size_t>(id)]; }

}  // namespace fairlead::metrics
