#include "api/json.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "api/readiness.h"
#include "base/json_strings.h"
#include "base/printable.h"
#include "base/time_text.h"

namespace fairlead::api {
namespace {

namespace json = boost::json;

// "Not known" is null: a time in 1970 would be believed.
json::value time(WallTime when) {
  if (when == WallTime{}) return nullptr;
  return json::value(to_rfc3339(when));
}

json::value time(const std::optional<WallTime>& when) {
  return when ? time(*when) : json::value(nullptr);
}

// Null for what is in no file.
json::value position_json(const model::Position& position) {
  if (position.file.empty()) return nullptr;
  return json::object{
      {"file", position.file}, {"line", position.line}, {"column", position.column}};
}

json::object error_object(const Error& error) {
  return {{"class", to_string(error.error_class)},
          {"reason", to_string(error.reason)},
          {"message", error.message},
          {"hint", error.hint}};
}

template <typename Items, typename Render>
json::array array_of(const Items& items, Render render) {
  json::array out;
  for (const auto& item : items)
    out.push_back(render(item));
  return out;
}

template <typename Items>
json::array array_of(const Items& items) {
  return array_of(items, [](const auto& item) { return json::value(to_json(item)); });
}

json::array strings(const std::vector<std::string>& lines) {
  return array_of(lines, [](const std::string& line) { return json::value(line); });
}

json::value condition_json(const controller::Condition& condition) {
  return json::object{{"type", condition.type},
                      {"status", to_string(condition.status)},
                      {"reason", condition.reason},
                      {"message", condition.message.get()},
                      {"observedDigest", condition.observed_digest.get()},
                      {"lastTransitionTime", time(condition.last_transition)}};
}

// `startedAt` is the engine's own text, with its nanoseconds.
json::value container_json(const controller::ContainerStatus& container) {
  json::value started = nullptr;
  if (!container.started_at.empty()) started = json::value(container.started_at);
  return json::object{{"service", container.service},
                      {"name", container.name},
                      {"id", container.id},
                      {"image", container.image},
                      {"state", container.state},
                      {"health", container.health},
                      {"startedAt", started},
                      {"restarts", container.restarts},
                      {"exitCode", container.exit_code},
                      {"error", container.error},
                      {"networks", strings(container.networks)}};
}

// With its place in the manifest, where it has one.
json::value last_error_json(const controller::AppStatus& status) {
  if (!status.last_error) return nullptr;
  auto out = error_object(*status.last_error);
  out["position"] = position_json(status.last_error_position);
  return out;
}

json::value operation_json(const controller::Operation& operation) {
  return json::object{
      {"verb", controller::verb(operation.action)},
      {"kind", to_string(operation.kind)},
      {"object", operation.object},
      {"component", operation.component},
      {"reason", operation.reason},
      {"after", array_of(operation.after, [](std::size_t index) { return json::value(index); })}};
}

json::value refusal_json(const controller::Refusal& refusal) {
  auto out = error_object(refusal.error);
  out["kind"] = to_string(refusal.kind);
  out["component"] = refusal.component;
  out["object"] = refusal.object;
  out["position"] = position_json(refusal.position);
  return out;
}

json::value diagnostic_json(const model::Diagnostic& diagnostic) {
  const bool error = diagnostic.severity == model::Diagnostic::Severity::kError;
  return json::object{{"severity", error ? "error" : "warning"},
                      {"file", diagnostic.position.file},
                      {"line", diagnostic.position.line},
                      {"column", diagnostic.position.column},
                      {"path", diagnostic.path},
                      {"message", diagnostic.message},
                      {"expected", diagnostic.expected},
                      {"hint", diagnostic.hint}};
}

// What /readyz says in words, with the reasons.
json::object engine_json(const controller::EngineStatus& engine) {
  return {{"up", engine.up},
          {"eventStream", engine.event_stream},
          {"readOnly", engine.read_only},
          {"readOnlyReason", engine.read_only_reason},
          {"version", engine.version},
          {"apiVersion", engine.api_version},
          {"os", engine.os},
          {"lastError", engine.last_error},
          {"lastResync", time(engine.last_resync)}};
}

json::object queue_json(const controller::QueueNumbers& queue) {
  return {{"depth", queue.depth},
          {"adds", queue.adds},
          {"retries", queue.retries},
          {"unfinishedSeconds", queue.unfinished_seconds},
          {"longestRunningSeconds", queue.longest_running_seconds},
          {"activeWorkers", queue.active_workers}};
}

// As counted; steady times mean nothing outside of the process, and are left out.
json::object watcher_json(const watch::Statistics& watcher) {
  return {{"scans", watcher.scans},
          {"discardedScans", watcher.discarded_scans},
          {"events", watcher.events},
          {"overflows", watcher.overflows},
          {"rearms", watcher.rearms},
          {"pollingOnly", watcher.polling_only},
          {"lastScanSeconds", watcher.last_scan_seconds}};
}

}  // namespace

json::object to_json(const std::string& key, const controller::AppStatus& status) {
  return {{"key", key},
          {"name", status.name},
          {"kind", status.kind},
          {"file", status.file},
          {"generation", status.generation},
          {"observedGeneration", status.observed_generation},
          {"digest", status.digest},
          {"suspended", status.suspended},
          {"removing", status.removing},
          {"sync", status.sync},
          {"health", status.health},
          {"conditions", array_of(status.conditions, condition_json)},
          {"drift", array_of(status.drift)},
          {"lastPlan", strings(status.last_plan)},
          {"lastError", last_error_json(status)},
          {"consecutiveFailures", status.consecutive_failures},
          {"nextRetry", time(status.next_retry)},
          {"lastSuccess", time(status.last_success)},
          {"unsupported", strings(status.unsupported)},
          {"containersDesired", status.containers_desired},
          {"networksDesired", status.networks_desired},
          {"containers", array_of(status.containers, container_json)},
          {"networks", array_of(status.networks)}};
}

json::object to_json(const controller::Drift& drift) {
  return {{"kind", to_string(drift.kind)}, {"type", to_string(drift.type)},
          {"component", drift.component},  {"object", drift.object},
          {"field", drift.field},          {"desired", drift.desired},
          {"actual", drift.actual},        {"fromManifest", drift.from_manifest}};
}

json::object to_json(const controller::NetworkStatus& network) {
  return {
      {"key", network.key},           {"name", network.name},      {"id", network.id},
      {"driver", network.driver},     {"subnet", network.subnet},  {"internal", network.internal},
      {"external", network.external}, {"inSync", network.in_sync}, {"endpoints", network.endpoints},
      {"capacity", network.capacity}};
}

json::object to_json(const std::string& app, const controller::Plan& plan) {
  return {{"app", app},
          {"inSync", plan.in_sync()},
          {"operations", array_of(plan.operations, operation_json)},
          {"refusals", array_of(plan.refusals, refusal_json)},
          {"drift", array_of(plan.drift)},
          {"waiting", strings(plan.waiting)}};
}

json::object to_json(const controller::EventRecord& event) {
  return {{"sequence", event.sequence}, {"type", event.type},         {"reason", event.reason},
          {"app", event.app},           {"object", event.object},     {"message", event.message},
          {"count", event.count},       {"first", time(event.first)}, {"last", time(event.last)}};
}

json::object to_json(const controller::FileStatus& file) {
  return {{"file", file.file},
          {"valid", file.valid},
          {"decoding", file.decoding},
          {"diagnostics", array_of(file.diagnostics, diagnostic_json)}};
}

// Of Apps and files the number: the lists have paths of their own.
json::object status_json(const controller::View& view) {
  json::object orphans;
  for (const auto& [kind, count] : view.orphans())
    orphans[to_string(kind)] = count;
  const bool is_ready = ready(readiness(view));
  return {{"startedAt", time(view.started_at())},
          {"now", time(view.now())},
          {"ready", is_ready},
          {"source", json::object{{"available", view.source_available()},
                                  {"firstScanDone", view.first_scan_done()}}},
          {"engine", engine_json(view.engine())},
          {"queue", queue_json(view.queue())},
          {"watcher", watcher_json(view.watcher())},
          {"orphans", std::move(orphans)},
          {"apps", view.apps().size()},
          {"files", view.files().size()}};
}

json::object to_json(const Error& error) {
  return {{"error", error_object(error)}};
}

// Cleaning the text as a whole is enough: all of JSON's own characters are ASCII.
std::string to_text(const json::value& value) {
  return printable(json::serialize(without_passwords(value)), Escape::kJson) + "\n";
}

}  // namespace fairlead::api
