// The engine's side of the loop: connecting, listing, listening, and what to do when it is gone or
// when nobody can tell whether a request ran.
#include <algorithm>
#include <utility>

#include "base/guard.h"
#include "controller/controller.h"
#include "controller/labels.h"

namespace fairlead::controller {
bool Controller::may_mutate() const {
  return !stopping_ && engine_status_.up && uncertain_checks_ == 0 && !engine_status_.read_only;
}

// The cache is brought up to date by one coroutine at a time; those who waited find it clean.
Task<Result<std::set<std::string>>> Controller::guarded_refresh(bool full) {
  const auto permit = co_await refreshing_.acquire();
  auto look = full ? cache_.resync() : cache_.refresh();
  auto changed = co_await caught(std::move(look), "refresh");
  if (!changed) cache_.mark_all();
  co_return changed;
}

Task<Status> Controller::full_resync() {
  auto changed = co_await guarded_refresh(true);
  if (!changed) co_return std::unexpected(changed.error());
  engine_status_.last_resync = parts_.clock.wall_now();
  check_foreign_instances();
  enqueue_all();
  co_return Status{};
}

// An engine that another installation keeps is not ours to change (F094). Once this installation
// owns objects it stays writable: then both have claims, and each keeps to its own.
void Controller::check_foreign_instances() {
  if (!options_.read_only_reason.empty()) return;
  std::string foreign;
  const auto look = [this, &foreign](const docker::StringMap& labels) {
    const auto it = labels.find(std::string(kLabelInstance));
    if (it != labels.end() && it->second != parts_.inventory.instance()) foreign = it->second;
  };
  for (const auto& [id, container] : cache_.observed().containers)
    look(container.details.labels);
  for (const auto& [id, network] : cache_.observed().networks)
    look(network.labels);
  const bool read_only = !foreign.empty() && parts_.inventory.entries().empty();
  if (read_only == engine_status_.read_only) return;
  engine_status_.read_only = read_only;
  if (!read_only) {
    engine_status_.read_only_reason.clear();
    parts_.log.info("read-only ended: the other installation's objects are gone");
    return;
  }
  engine_status_.read_only_reason =
      "this engine is kept by another Fairlead (instance " + foreign + ")";
  parts_.log.error("read-only: another installation keeps this engine",
                   {{"reason", to_string(Reason::kNotOwner)},
                    {"instance", parts_.inventory.instance()},
                    {"owner", foreign},
                    {"hint", "stop the other one, then start with --adopt-instance " + foreign}});
  record("Warning", "NotOwner", "", "engine", engine_status_.read_only_reason);
}

void Controller::engine_lost(const Error& error) {
  engine_status_.last_error = error.message;
  if (error.error_class == ErrorClass::kUnknown && engine_status_.up) {
    // It may have run, and may still run: two clean looks before the next mutation (F030).
    if (uncertain_checks_ == 0) {
      parts_.log.warn("engine uncertain: a request's outcome is unknown",
                      {{"reason", to_string(Reason::kEngineUncertain)}, {"err", error.message}});
    }
    uncertain_checks_ = 2;
    cache_.mark_all();
    engine_wake_.notify();
    return;
  }
  if (!std::exchange(engine_status_.up, false)) return;
  parts_.log.error(
      "engine unavailable",
      {{"reason", to_string(error.reason)}, {"err", error.message}, {"hint", error.hint}});
  record("Warning", std::string(to_string(error.reason)), "", "engine", error.message);
  cache_.mark_all();
  parts_.engine.stop_events();
  engine_wake_.notify();
}

// Connects, negotiates, and takes the first full list. False: not yet.
Task<bool> Controller::bring_up() {
  auto info = co_await parts_.engine.connect();
  if (!info) {
    if (engine_failures_ == 0) {
      parts_.log.error("engine unavailable", {{"reason", to_string(info.error().reason)},
                                              {"err", info.error().message},
                                              {"hint", info.error().hint}});
      record("Warning", std::string(to_string(info.error().reason)), "", "engine",
             info.error().message);
    }
    engine_status_.last_error = info.error().message;
    co_return false;
  }
  cache_.set_engine(*info);
  engine_status_.version = info->version;
  engine_status_.api_version = info->api_version;
  engine_status_.os = info->os;
  auto remembered = parts_.inventory.remember_engine(info->id);
  if (!remembered) parts_.log.warn("state not written", {{"err", remembered.error().message}});
  stream_lost_ = false;
  tasks_.spawn("events", event_loop());
  auto listed = co_await full_resync();
  if (!listed) {
    engine_status_.last_error = listed.error().message;
    parts_.engine.stop_events();
    co_return false;
  }
  parts_.log.info("engine connected", {{"version", info->version},
                                       {"api", info->api_version},
                                       {"containers", cache_.observed().containers.size()},
                                       {"attempts", engine_failures_ + 1}});
  engine_status_.last_error.clear();
  engine_status_.up = true;
  // After a restart late requests may still be running inside the engine.
  uncertain_checks_ = engine_failures_ > 0 ? 1 : 0;
  engine_failures_ = 0;
  // What the old engine refused, this one may accept.
  for (const auto& [key, entry] : desired_.entries())
    reset_backoff(key);
  enqueue_all();
  co_return true;
}

Task<void> Controller::event_loop() {
  auto connected = [this] {
    engine_status_.event_stream = true;
    cache_.mark_all();
    engine_wake_.notify();
  };
  auto on_event = [this](const docker::Event& event) {
    telemetry_->docker_event(event.type, event.action);
    for (const auto& key : cache_.note_event(event))
      enqueue(key);
    // A network that came or went is what an App may be waiting for, whatever its labels.
    const bool counts = event.action == "create" || event.action == "destroy";
    if (event.type == "network" && counts) enqueue_unsettled();
  };
  auto stream = parts_.engine.stream_events(connected, on_event);
  auto ended = co_await caught(std::move(stream), "events");
  engine_status_.event_stream = false;
  if (!ended && !stopping_) {
    parts_.log.debug("event stream ended", {{"err", ended.error().message}});
  }
  stream_lost_ = true;
  engine_wake_.notify();
}

Task<void> Controller::engine_loop() {
  while (!stopping_) {
    auto ended = co_await caught(supervise(), "engine");
    if (ended) continue;
    engine_lost(ended.error());
    ++engine_failures_;
    co_await sleep_for(parts_.clock, options_.engine_check_pause);
  }
}

// One shared back-off for an engine that is away: one log line, not one per App.
Task<void> Controller::supervise() {
  SteadyTime stream_since = parts_.clock.steady_now();
  while (!stopping_) {
    last_turn_ = parts_.clock.steady_now();
    if (!engine_status_.up) {
      const bool up = co_await bring_up();
      stream_since = parts_.clock.steady_now();
      if (up) continue;
      ++engine_failures_;
      const Error away{ErrorClass::kTransient, Reason::kEngineUnavailable, "", ""};
      const auto delay = backoff_.failed(engine_key(), away.error_class, "", parts_.random);
      const auto capped = std::min<Duration>(delay, std::chrono::seconds(30));
      co_await engine_wake_.wait_until(parts_.clock.steady_now() + capped);
      continue;
    }
    backoff_.succeeded(engine_key());
    const bool uncertain = uncertain_checks_ > 0;
    const auto pause = uncertain ? options_.engine_check_pause : options_.resync_interval;
    const auto deadline = parts_.clock.steady_now() + pause;
    while (!stopping_ && engine_status_.up && parts_.clock.steady_now() < deadline) {
      const bool woken = co_await engine_wake_.wait_until(deadline);
      if (woken && stream_lost_) break;
      if (woken && !uncertain && uncertain_checks_ > 0) break;
    }
    if (stopping_ || !engine_status_.up) continue;
    if (std::exchange(stream_lost_, false)) {
      co_await sleep_for(parts_.clock, options_.engine_check_pause);
      telemetry_->event_stream_reconnected();
      tasks_.spawn("events", event_loop());
      stream_since = parts_.clock.steady_now();
    } else if (parts_.clock.steady_now() - stream_since > options_.stream_renewal) {
      stream_since = parts_.clock.steady_now();
      parts_.engine.stop_events();
    }
    auto alive = co_await parts_.engine.ping();
    if (!alive) {
      engine_lost(Error{ErrorClass::kTransient, Reason::kEngineUnavailable, alive.error().message,
                        alive.error().hint});
      continue;
    }
    auto listed = co_await full_resync();
    if (!listed) {
      engine_lost(Error{ErrorClass::kTransient, Reason::kEngineUnavailable, listed.error().message,
                        listed.error().hint});
      continue;
    }
    if (uncertain_checks_ == 0) continue;
    --uncertain_checks_;
    if (uncertain_checks_ == 0) {
      parts_.log.info("engine certain again");
      enqueue_all();
    }
  }
}

}  // namespace fairlead::controller
