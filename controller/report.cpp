// What a pass tells people: status and conditions, drift, events, and log lines.
#include <algorithm>
#include <utility>

#include "base/enum_text.h"
#include "base/time_text.h"
#include "controller/controller.h"
#include "controller/desired/store.h"
#include "controller/guard/contention.h"
#include "controller/objects/drift.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "controller/record/runs.h"
#include "controller/request/specs.h"

namespace fairlead::controller {
namespace {

constexpr EnumText<Kind> kKindTitles[] = {
    {Kind::kContainer, "Container"}, {Kind::kNetwork, "Network"}, {Kind::kVolume, "Volume"}};
static_assert(covers(kKindTitles));

std::string object_path(Kind kind, const std::string& name) {
  return std::string(to_string(kind)) + "/" + name;
}

// create → Created, remove → Removed, stop → Stopped: event reasons are one CamelCase word.
std::string past(std::string_view verb) {
  static const std::map<std::string_view, std::string> kPast = {
      {"create", "Created"},    {"remove", "Removed"},          {"start", "Started"},
      {"stop", "Stopped"},      {"rename", "Renamed"},          {"update", "Updated"},
      {"connect", "Connected"}, {"disconnect", "Disconnected"}, {"unpause", "Unpaused"},
      {"pull", "ImageReady"},   {"restart", "Restarted"}};
  const auto it = kPast.find(verb);
  return it == kPast.end() ? std::string(verb) : it->second;
}

std::string capital(std::string_view verb) {
  std::string out(verb);
  if (!out.empty()) out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// What an operation gives up, as the engine's event says it; empty if nothing.
// What comes free of an operation without a line here wakes nobody before its event does, and own
// events wake nobody: so it needs one.
struct Gives {
  using Event = std::pair<std::string_view, std::string_view>;
  template <typename T>
  Event operator()(const T&) const {
    return {};
  }
  Event operator()(const StopContainer&) const { return {"container", "die"}; }
  Event operator()(const RemoveContainer&) const { return {"container", "destroy"}; }
  Event operator()(const RenameContainer&) const { return {"container", "rename"}; }
  Event operator()(const DisconnectEndpoint&) const { return {"network", "disconnect"}; }
  Event operator()(const RemoveNetwork&) const { return {"network", "destroy"}; }
};

Condition condition(std::string type, Truth status, std::string reason, std::string message,
                    const std::string& digest) {
  Condition made;
  made.type = std::move(type);
  made.status = status;
  made.reason = std::move(reason);
  made.message = std::move(message);
  made.observed_digest = digest;
  return made;
}

Truth truth(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
}

// Both sides said: what is missing, or too much, may have no values of its own.
Drift in_words(Drift drift) {
  const bool missing = drift.type == Drift::Type::kMissing;
  const bool extra = drift.type == Drift::Type::kExtra;
  if (drift.actual.empty()) drift.actual = missing ? "missing" : extra ? "present" : "(not set)";
  if (drift.desired.empty()) drift.desired = missing ? "present" : extra ? "absent" : "(not set)";
  return drift;
}

// One line for log, event and condition; also what tells one drift from another between passes.
std::string drift_line(const Drift& drift) {
  return std::string(to_string(drift.kind)) + " " + drift.object + " " +
         (drift.field.empty()
              ? std::string(to_string(drift.type))
              : drift.field + ": " + drift.actual + " (want " + drift.desired + ")");
}

}  // namespace

void Controller::record(const std::string& type, const std::string& reason, const std::string& app,
                        const std::string& object, const std::string& message) {
  events_.record(type, reason, app, object, message, parts_.clock.wall_now());
  telemetry_->event_recorded(type, reason);
  // Readers who wait for events are woken, though no status changed.
  status_.news();
}

// An event for the beginning alone: progress would push others out of the log of events.
void Controller::note_pull(const std::string& reference, const std::string& text) {
  parts_.log.info("pulling image",
                  {{"image", reference}, {"progress", text.empty() ? "begun" : text}});
  if (text.empty())
    record("Normal", "ImagePulling", "", "image/" + reference, "pulling " + reference);
}

// An image that was there already is no change; a pull has said so itself (note_pull). What is
// noted in the memory is for the next pass: which start was followed (plan/followers.h), and what
// is to be looked at for readings (plan/readings.h). What the operation gave up is known here
// without an event, which may be lost, and must not wake this App itself.
void Controller::note_operation(const std::string& key, const OperationReport& done) {
  const auto& operation = *done.operation;
  const auto name = verb(operation.action);
  const bool ok = done.result.has_value();
  telemetry_->action_ended(operation.kind, name, ok);
  const std::string title(name == "pull" ? "" : text_of(kKindTitles, operation.kind));
  if (name == "pull") telemetry_->image_pulled(ok, done.seconds);
  if (ok) {
    const auto* image = std::get_if<EnsureImage>(&operation.action);
    const auto level = image == nullptr ? LogLevel::kInfo : LogLevel::kDebug;
    parts_.log.log(level, "change applied",
                   {{"app", key},
                    {"kind", to_string(operation.kind)},
                    {"name", operation.object},
                    {"action", name},
                    {"why", operation.reason},
                    {"dur_s", done.seconds}});
    if (image == nullptr) {
      record("Normal", title + past(name), key, object_path(operation.kind, operation.object),
             operation.reason);
    }
    if (const auto* restart = std::get_if<RestartContainer>(&operation.action))
      keys_[key].memory.restarted[restart->start.container.id] = restart->because_of;
    auto& fresh = keys_[key].memory.fresh;
    if (const auto* update = std::get_if<UpdateContainer>(&operation.action))
      fresh.insert(part_of(update->container.id, kLimitsPart));
    if (const auto* connect = std::get_if<ConnectEndpoint>(&operation.action))
      fresh.insert(part_of(connect->container.id, "networks." + connect->endpoint.network_name));
    const auto* volume = std::get_if<CreateVolume>(&operation.action);
    if (volume != nullptr && volume->lost) {
      parts_.log.warn("volume recreated",
                      {{"app", key},
                       {"name", operation.object},
                       {"reason", to_string(Reason::kVolumeRecreated)},
                       {"hint", "it is empty: restore its data, then `fairlead reconcile " + key +
                                    "` acknowledges it"}});
      record("Warning", std::string(to_string(Reason::kVolumeRecreated)), key,
             object_path(operation.kind, operation.object), "it was gone, and is empty now");
    }
    const auto [type, action] = std::visit(Gives{}, operation.action);
    if (!type.empty()) came_free(type, action, key);
    if (!operation.reason.empty() && !keys_[key].reported_drift.empty()) {
      telemetry_->drift_corrected(key, operation.kind, true);
    }
    return;
  }
  const auto& error = done.result.error();
  keys_[key].failed_with.insert(error.reason);
  record("Warning", title + capital(name) + "Failed", key,
         object_path(operation.kind, operation.object), error.message);
  if (done.rolled_back) {
    parts_.log.warn("rolled back", {{"app", key}, {"name", operation.object}});
    record("Warning", title + "RolledBack", key, object_path(operation.kind, operation.object),
           "the previous container runs again: " + error.message);
  }
}

// First failure at error, repeats at attempts 2, 4, 8 … at warn (F099).
void Controller::report_error(const std::string& key, const Error& error, Duration delay) {
  const auto edit = status_.edit(key);
  auto& status = edit.status();
  status.name = status.name.empty() ? key : status.name;
  // By reason: messages have IDs and times in them, and differ each time.
  const bool news = !status.last_error || status.last_error->reason != error.reason;
  status.last_error = error;
  const int attempt = ++status.consecutive_failures;
  const bool retried = delay != Duration::max();
  status.next_retry.reset();
  if (retried) status.next_retry = parts_.clock.wall_now() + delay;
  const bool power_of_two = (attempt & (attempt - 1)) == 0;
  if (!news && !power_of_two) return;
  std::vector<LogField> fields = {{"app", key},
                                  {"reason", to_string(error.reason)},
                                  {"class", to_string(error.error_class)},
                                  {"err", error.message},
                                  {"attempt", attempt}};
  if (retried) {
    fields.emplace_back("retry_in_s", std::chrono::duration<double>(delay).count());
  }
  if (!error.hint.empty()) fields.emplace_back("hint", error.hint);
  parts_.log.log(news ? LogLevel::kError : LogLevel::kWarn,
                 news ? "reconcile failed" : "reconcile still failing", std::move(fields));
  record("Warning", std::string(to_string(error.reason)), key, "app/" + key, error.message);
  set_condition(status.conditions,
                condition("Ready", Truth::kFalse, std::string(to_string(error.reason)),
                          error.message, status.digest));
  // Nothing that Fairlead does by itself will help.
  const bool stalled =
      error.error_class == ErrorClass::kInvalid || error.error_class == ErrorClass::kBlocked;
  set_condition(
      status.conditions,
      condition("Stalled", truth(stalled), std::string(to_string(error.reason)),
                error.message + (error.hint.empty() ? "" : "; " + error.hint), status.digest));
  for (auto& each : status.conditions) {
    // set_condition() has kept the old time where the status is as before.
    if (each.last_transition == WallTime{}) each.last_transition = parts_.clock.wall_now();
  }
}

void Controller::report_files(const DesiredStore::Changes& changes) {
  for (const auto& name : changes.files) {
    const auto& file = desired_.files().at(name);
    // All of them again when one changed: a person reads the last block and not the whole log.
    for (const auto& diagnostic : file.diagnostics) {
      const bool error = diagnostic.severity == model::Diagnostic::Severity::kError;
      parts_.log.log(error ? LogLevel::kError : LogLevel::kWarn, "manifest diagnostic",
                     {{"file", name},
                      {"reason", to_string(Reason::kInvalidManifest)},
                      {"err", model::to_string(diagnostic)}});
      if (error) {
        telemetry_->manifest_load_error(Reason::kInvalidManifest);
        record("Warning", "InvalidManifest", "", "file/" + name, model::to_string(diagnostic));
      }
    }
    if (file.valid) parts_.log.debug("manifest loaded", {{"file", name}});
  }
}

void Controller::report_drift(const std::string& key, const Plan& plan, const std::string& digest) {
  auto& state = keys_[key];
  // What is out of line while a manifest change is being rolled out is not drift.
  const bool settled = state.synced_digest == digest && !digest.empty();
  std::set<std::string> now_reported;
  for (const auto& drift : plan.drift) {
    if (drift.from_manifest || !settled) continue;
    const auto line = drift_line(drift);
    now_reported.insert(line);
    if (state.reported_drift.contains(line)) continue;
    telemetry_->drift_detected(key, drift.kind);
    const auto words = in_words(drift);
    parts_.log.warn("drift detected", {{"app", key},
                                       {"kind", to_string(drift.kind)},
                                       {"name", drift.object},
                                       {"type", to_string(drift.type)},
                                       {"field", drift.field},
                                       {"have", words.actual},
                                       {"want", words.desired}});
    record("Warning", "DriftDetected", key, object_path(drift.kind, drift.object), line);
    // Once for each time that it appears: a drift that stays is one correction that has not
    // succeeded.
    contention_.note_correction(key, contention_key(drift), parts_.clock.steady_now());
  }
  state.reported_drift = std::move(now_reported);
}

// The first end, then the 2nd, 4th, 8th … in a row.
void Controller::report_crashes(const std::string& key, const Plan& plan) {
  auto& reported = keys_[key].reported_crashes;
  std::map<std::string, int> now;
  for (const auto& crash : plan.crashes) {
    int& count = now[crash.object];
    const auto before = reported.find(crash.object);
    count = crash.failures;
    const bool power_of_two = (count & (count - 1)) == 0;
    if (!power_of_two || (before != reported.end() && before->second == count)) continue;
    const std::string reason(to_string(Reason::kCrashLooping));
    parts_.log.warn(
        "container ended",
        {{"app", key}, {"name", crash.object}, {"reason", reason}, {"err", crash.message}});
    record("Warning", reason, key, object_path(Kind::kContainer, crash.object), crash.message);
  }
  // Without those that are over: should they come again, they are said again.
  reported = std::move(now);
}

// Said once, with both values.
void Controller::report_not_applied(const std::string& key, const Plan& plan) {
  auto& reported = keys_[key].reported_readings;
  std::set<std::string> now;
  for (const auto& drift : plan.not_applied) {
    const auto line = drift_line(drift);
    now.insert(line);
    if (reported.contains(line)) continue;
    const auto words = in_words(drift);
    parts_.log.warn("value not applied",
                    {{"app", key},
                     {"name", drift.object},
                     {"reason", to_string(Reason::kNotApplied)},
                     {"field", drift.field},
                     {"have", words.actual},
                     {"want", words.desired},
                     {"hint", "write the value as the engine does; nothing is replaced for it"}});
    record("Warning", std::string(to_string(Reason::kNotApplied)), key,
           object_path(drift.kind, drift.object), line);
  }
  reported = std::move(now);
}

// A suspended App is Ready where it is in sync: that is how its owner wants it.
//
// Of several things that hold, the reason is the one that most needs a person: a refusal before an
// end, an end before changes that are still to be made, and health last. A waiting line is said
// only where nothing is wrong.
void Controller::report_conditions(AppStatus& status, const Plan& plan, const std::string& digest) {
  const bool held = status.suspended;
  const bool synced = plan.in_sync();
  const bool healthy = status.health == "Healthy";
  const std::string waiting = plan.waiting.empty() ? "" : plan.waiting.front();
  const auto set = [&](std::string type, bool value, std::string reason, std::string message) {
    Condition made =
        condition(std::move(type), truth(value), std::move(reason), std::move(message), digest);
    made.last_transition = parts_.clock.wall_now();
    set_condition(status.conditions, std::move(made));
  };
  const auto* refusal = plan.refusals.empty() ? nullptr : &plan.refusals.front();
  const bool crashing = !plan.crashes.empty();
  const std::string why = refusal != nullptr ? std::string(to_string(refusal->error.reason))
                          : crashing         ? std::string(to_string(Reason::kCrashLooping))
                          : !synced          ? "Progressing"
                          : healthy          ? "Synced"
                                             : status.health;
  const std::string message = refusal != nullptr ? refusal->error.message
                              : crashing         ? plan.crashes.front().message
                              : !waiting.empty() ? waiting
                              : synced
                                  ? "everything is as the manifest says"
                                  : std::to_string(plan.operations.size()) + " changes to make";
  set("Ready", synced && (healthy || status.health == "Suspended"), why, message);
  set("Reconciling", !synced && refusal == nullptr && !held, synced ? "Synced" : "Progressing",
      message);
  const bool failing = status.last_error && !synced &&
                       (status.last_error->error_class == ErrorClass::kInvalid ||
                        status.last_error->error_class == ErrorClass::kBlocked);
  set("Stalled", refusal != nullptr || failing,
      refusal != nullptr ? why
      : failing          ? std::string(to_string(status.last_error->reason))
                         : "",
      refusal != nullptr ? refusal->error.message + "; " + refusal->error.hint
      : failing          ? status.last_error->message
                         : "");
  set("Drifted", !status.drift.empty(), status.drift.empty() ? "" : "DriftDetected",
      status.drift.empty() ? "" : drift_line(status.drift.front()));
  // These are there only while they hold.
  std::erase_if(status.conditions, [&](const Condition& each) {
    return (each.type == "Incomplete" && status.unsupported.empty()) ||
           (each.type == "NotApplied" && plan.not_applied.empty()) ||
           (each.type == "VolumeRecreated" && status.recreated_volumes.empty());
  });
  const auto first_of = [](const auto& names) {
    return *names.begin() + (names.size() == 1 ? "" : " and others");
  };
  if (!status.unsupported.empty())
    set("Incomplete", true, "UnsupportedKeys",
        first_of(status.unsupported) + " can't be done here, and passed over as the App asks");
  if (!plan.not_applied.empty())
    set("NotApplied", true, std::string(to_string(Reason::kNotApplied)),
        drift_line(plan.not_applied.front()) + "; the engine does not take it as it is written");
  if (!status.recreated_volumes.empty())
    set("VolumeRecreated", true, "VolumeRecreated",
        first_of(status.recreated_volumes) +
            " was gone and was made again, empty; `fairlead reconcile " + status.name +
            "` acknowledges it");
}

// Which resource this is and what its manifest asks for, apart from the engine.
void Controller::report_identity(AppStatus& status, const std::string& key) {
  const auto* entry = desired_.find(key);
  status.removing = entry == nullptr;
  status.recreated_volumes = parts_.inventory.recreated_volumes(key);
  status.digest = entry == nullptr ? std::string() : entry->digest;
  if (entry != nullptr) {
    status.file = entry->file;
    status.suspended = entry->suspended();
    status.generation = keys_[key].memory.generation;
    if (const auto* app = entry->app()) {
      status.name = app->name;
      status.kind = "App";
      status.unsupported = app->unsupported;
      status.containers_desired = 0;
      for (const auto& service : app->services)
        status.containers_desired += model::replicas_of(service);
      status.networks_desired = static_cast<int>(app->networks.size());
    } else {
      status.name = entry->network()->name;
      status.kind = "Network";
      status.networks_desired = 1;
    }
  } else {
    // Of what left the manifests its key is all there is.
    const bool network = key.starts_with("network/");
    status.kind = network ? "Network" : "App";
    status.name = network ? key.substr(8) : key;
    status.containers_desired = 0;
    status.networks_desired = 0;
  }
}

void Controller::report_pass(const PassInput& input, const Plan& plan) {
  const std::string& key = input.key;
  const auto edit = status_.edit(key);
  auto& status = edit.status();
  report_identity(status, key);
  const std::string digest = status.digest;
  report_drift(key, plan, digest);
  report_crashes(key, plan);
  report_not_applied(key, plan);
  status.drift.clear();
  // An App that left has no digest to have reached; what there still is of it is shown all the
  // same.
  const bool settled = keys_[key].synced_digest == digest && !digest.empty();
  for (const auto& drift : plan.drift) {
    if (!drift.from_manifest && (settled || status.removing)) status.drift.push_back(drift);
  }
  if (!plan.operations.empty()) {
    // Kept while there is nothing to do: "what did it do last?" is asked afterwards.
    status.last_plan.clear();
    for (const auto& operation : plan.operations) {
      status.last_plan.push_back(std::string(verb(operation.action)) + " " +
                                 std::string(to_string(operation.kind)) + " " + operation.object +
                                 ": " + operation.reason);
    }
  }
  status.sync = plan.in_sync() ? "Synced" : "OutOfSync";
  report_objects(status, keys_[key], input, plan);
  report_conditions(status, plan, digest);
  const std::string waiting = plan.waiting.empty() ? "" : plan.waiting.front();
  // Once for each change, not for each pass.
  if (auto& logged = keys_[key].logged_waiting; logged != waiting) {
    if (!waiting.empty()) parts_.log.info("waiting", {{"app", key}, {"for", waiting}});
    logged = waiting;
  }
}

}  // namespace fairlead::controller
