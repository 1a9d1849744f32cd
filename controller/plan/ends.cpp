#include "controller/plan/ends.h"

#include <algorithm>
#include <chrono>

#include "base/time_text.h"
#include "controller/plan/followers.h"

namespace fairlead::controller {
namespace {

constexpr Duration kFirstDelay = std::chrono::seconds(1);
constexpr int kDelayFactor = 3;  // 1, 3, 9, 27, 81, 243 s: quick at first, and patient for minutes
constexpr Duration kLongestDelay = std::chrono::minutes(5);
// A run of this length was no failed start: the next end is the first one again.
constexpr Duration kStableRun = std::chrono::minutes(1);
// As the engine's own restart policy, which takes a start for good after ten seconds (F034).
constexpr Duration kYoung = std::chrono::seconds(10);

constexpr int kCrashLoop = 3;  // restarts by the engine

bool known(WallTime time) {
  return time != WallTime{};
}

Runs runs_of(const Planner& p, const docker::Container& container) {
  const auto found = p.memory.runs.find(container.id);
  return found == p.memory.runs.end() ? Runs{} : found->second;
}

const LastEnd* end_of(const Planner& p, const docker::Container& container) {
  const auto found = p.memory.ends.find(container.id);
  // What is remembered of an earlier end says nothing of this one.
  const bool same =
      found != p.memory.ends.end() && found->second.finished_at == container.finished_at;
  return same ? &found->second : nullptr;
}

// When it ended. An engine whose clock runs ahead of ours would be waited for too long.
WallTime ended_at(const Planner& p, const docker::Container& container) {
  const auto finished = from_rfc3339(container.finished_at);
  const auto* end = end_of(p, container);
  return finished > p.observed.now && end != nullptr ? end->seen : finished;
}

std::optional<Duration> run_time(const docker::Container& container) {
  const auto started = from_rfc3339(container.started_at);
  const auto finished = from_rfc3339(container.finished_at);
  // The engine's zero time, or a clock that was set back.
  if (!known(started) || !known(finished) || finished < started) return std::nullopt;
  return std::chrono::duration_cast<Duration>(finished - started);
}

std::string seconds_text(Duration duration) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string last_words(const Planner& p, const docker::Container& container) {
  const auto* end = end_of(p, container);
  return end == nullptr || end->output.empty() ? "" : "; it wrote: " + end->output;
}

// "exited with code 3 after 1.2 s"
std::string how(const docker::Container& container) {
  const auto ran = run_time(container);
  return "exited with code " + std::to_string(container.exit_code) +
         (ran ? " after " + seconds_text(*ran) : "") +
         (container.oom_killed ? " (out of memory)" : "");
}

std::string in_a_row(int failures) {
  return failures < 2 ? "" : ", " + std::to_string(failures) + " times in a row";
}

void note_crash(Planner& p, const model::Service& service, const docker::Container& container,
                int failures, std::string message) {
  p.plan.crashes.push_back({service.name, container.name, failures, std::move(message)});
}

void wake_at(Planner& p, WallTime when) {
  p.plan.wake_at = std::min(p.plan.wake_at.value_or(when), when);
}

bool runs_once(const std::string& policy) {
  return policy.empty() || policy == "no";
}

// Others start only when this one runs: giving up would stop them too.
bool awaited(const model::App& app, const model::Service& service) {
  return std::ranges::any_of(app.services, [&service](const model::Service& other) {
    return std::ranges::any_of(other.depends_on, [&service](const model::Dependency& each) {
      return each.service == service.name &&
             each.condition != model::Dependency::Condition::kCompletedSuccessfully;
    });
  });
}

// True if nothing but a change, or a request by hand, is to start it again.
bool has_failed(const Planner& p, const model::Service& service, const docker::Container& container,
                int failures) {
  const auto& policy = container.restart;
  if (policy.name == "on-failure")
    // The engine has tried as often as it may, and is done; without a limit it tries on.
    return policy.max_attempts > 0 && container.restart_count >= policy.max_attempts;
  // The first end is no retry: `retries` are those after it.
  return runs_once(policy.name) && !awaited(p.app, service) && failures > p.app.retries;
}

void give_up(Planner& p, const model::Service& service, const docker::Container& container,
             int failures) {
  const int tries = container.restart.name == "on-failure" ? container.restart_count : failures - 1;
  refuse(p, Kind::kContainer, service.name, container.name,
         {ErrorClass::kBlocked, Reason::kJobFailed,
          "container " + container.name + " " + how(container) + ", and was tried again " +
              std::to_string(tries) + " times" + last_words(p, container),
          "a changed manifest, or `fairlead reconcile " + p.app.name + "`, tries again"},
         service.position);
}

}  // namespace

Duration restart_delay(int failures) {
  Duration delay = kFirstDelay;
  for (int i = 1; i < failures && delay < kLongestDelay; ++i)
    delay *= kDelayFactor;
  return std::min(delay, kLongestDelay);
}

std::optional<Runs> next_run(Planner& p, const model::Service& service,
                             const ObservedContainer& container) {
  const auto& details = container.details;
  const Runs runs = runs_of(p, details);
  // What ended with the one that it shares a namespace with is not at fault.
  if (was_stopped(container) || ended_stale(p, service, details))
    return Runs{runs.starts + 1, runs.failures};
  const auto ran = run_time(details);
  // A run that was long enough has shown that it can.
  const int failures = (ran && *ran >= kStableRun ? 0 : runs.failures) + 1;
  p.services[instance_key(service)].ended = how(details);
  const Runs next{runs.starts + 1, failures};
  // Asked for by hand: at once, and with all of its attempts again.
  if (runs.again) return Runs{runs.starts + 1, 0};
  if (has_failed(p, service, details, failures)) {
    give_up(p, service, details, failures);
    return std::nullopt;
  }
  const auto delay = restart_delay(failures);
  const std::string message = "container " + details.name + " is CrashLooping: " + how(details) +
                              in_a_row(failures) + "; started again " + seconds_text(delay) +
                              " later" + last_words(p, details);
  note_crash(p, service, details, failures, message);
  const auto ended = ended_at(p, details);
  const auto due = ended + std::chrono::duration_cast<WallTime::duration>(delay);
  // Without a time it can't be waited for: started at once, and counted.
  if (!known(ended) || due <= p.observed.now) return next;
  wait_for(p, message);
  wake_at(p, due);
  return std::nullopt;
}

void watch_young(Planner& p, const model::Service& service, const docker::Container& container) {
  // Ours, or the engine's: whoever started it again.
  const int failures = std::max(runs_of(p, container).failures, container.restart_count);
  const auto started = from_rfc3339(container.started_at);
  const auto settled = started + std::chrono::duration_cast<WallTime::duration>(kYoung);
  // A start in the future is a clock that differs: nothing to wait for.
  if (failures == 0 || started > p.observed.now || settled <= p.observed.now) return;
  const std::string message =
      "container " + container.name + " was started again and has not been up for " +
      seconds_text(kYoung) + " yet" +
      (failures < 2 ? "" : "; it ended " + std::to_string(failures) + " times");
  note_crash(p, service, container, failures, message);
  wait_for(p, message);
  wake_at(p, settled);
}

void note_restarting(Planner& p, const model::Service& service,
                     const docker::Container& container) {
  const std::string message =
      "container " + container.name +
      (container.restart_count >= kCrashLoop ? " is CrashLooping: " : " restarts: ") +
      how(container) + ", " + std::to_string(container.restart_count) + " restarts by the engine" +
      last_words(p, container);
  note_crash(p, service, container, std::max(1, container.restart_count), message);
  wait_for(p, message);
}

}  // namespace fairlead::controller
