// The engine's side of the loop: connecting, listing, listening, and what to do when it is gone or
// when nobody can tell whether a request ran.
#include <algorithm>
#include <bit>
#include <utility>

#include "base/guard.h"
#include "controller/controller.h"
#include "controller/objects/key.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"

namespace fairlead::controller {
namespace {

// A link, or a stream, that has held for so long is taken for sound: failures count from one again.
constexpr Duration kSound = std::chrono::seconds(10);
constexpr Duration kLongestPause = std::chrono::seconds(30);
// One key is woken by events at most so often: a flood of them costs no flood of requests.
constexpr Duration kEventPause = std::chrono::milliseconds(250);

// What fails again and again is said at the first time, then at the 2nd, 4th, 8th…
bool worth_saying(int failures) {
  return std::has_single_bit(static_cast<unsigned>(failures));
}

}  // namespace

bool Controller::may_mutate() const {
  return !stopping_ && engine_status_.up && uncertain_checks_ == 0 && !engine_status_.read_only;
}

// The cache is brought up to date by one coroutine at a time; those who waited find it clean.
Task<Result<ObservedChanges>> Controller::guarded_refresh(bool full) {
  const auto permit = co_await refreshing_.acquire();
  auto look = full ? cache_.resync() : cache_.refresh();
  auto changed = co_await caught(std::move(look), "refresh");
  // A look that fails half-way leaves nobody sure of what was read.
  if (!changed) cache_.mark_all();
  co_return changed;
}

Task<Status> Controller::full_resync() {
  auto changed = co_await guarded_refresh(true);
  if (!changed) co_return std::unexpected(changed.error());
  engine_status_.last_resync = parts_.clock.wall_now();
  // With each list, before anything is planned from it.
  check_foreign_instances();
  enqueue_changed(*changed);
  enqueue_unsettled();
  confirm_settled();
  // Last: it asks the engine once more, and nobody waits for it.
  co_await forget_absent();
  co_return Status{};
}

// What is in sync, and of which nothing has changed, still is.
void Controller::confirm_settled() {
  for (const auto& [key, entry] : desired_.entries()) {
    if (!unsettled_.contains(key)) status_.confirm(key, engine_status_.last_resync);
  }
}

// What a process removed that died before it was on disk. Not if another engine has come to the
// same address meanwhile, as after a reboot without the disk that Docker is on.
Task<void> Controller::forget_absent() {
  if (engine_status_.read_only) co_return;
  const auto& engine = cache_.observed();
  const auto& edits = cache_.index().edits();
  const auto absent = parts_.inventory.absent(
      edits.containers + edits.networks,
      [&engine](const std::string& id) {
        return engine.containers.contains(id) || engine.networks.contains(id);
      },
      [this](const std::string& app) { return desired_.find(app) != nullptr; });
  // So it is nearly always: the engine is asked who it is only if something is missing.
  if (absent.empty()) co_return;
  auto info = co_await caught(parts_.engine.connect(), "engine info");
  if (!info || info->id.empty()) co_return;
  const bool same = info->id == parts_.inventory.engine_id();
  parts_.inventory.remember_engine(info->id);
  if (same) parts_.inventory.forget(absent);
}

// An engine that another installation keeps is not ours to change (F094). Once this installation
// owns objects it stays writable: then both have claims, and each keeps to its own.
void Controller::check_foreign_instances() {
  if (!options_.read_only_reason.empty()) return;
  std::string foreign;
  const auto& owners = cache_.index().owners();
  const auto& own = parts_.inventory.instance();
  // Sorted by instance: if there is another one, it is first or last.
  if (!owners.empty() && owners.begin()->first.first != own) foreign = owners.begin()->first.first;
  if (!owners.empty() && owners.rbegin()->first.first != own)
    foreign = owners.rbegin()->first.first;
  const bool read_only = !foreign.empty() && parts_.inventory.entries().empty();
  if (read_only == engine_status_.read_only) return;
  engine_status_.read_only = read_only;
  if (!read_only) {
    engine_status_.read_only_reason.clear();
    parts_.log.info("read-only ended: the other installation's objects are gone");
    enqueue_all();
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

void Controller::link_failed(const Error& error) {
  engine_status_.last_error = error.message;
  ++link_failures_;
  if (!worth_saying(link_failures_)) return;
  link_failure_said_ = true;
  parts_.log.error("engine unavailable", {{"reason", to_string(error.reason)},
                                          {"err", error.message},
                                          {"attempt", link_failures_},
                                          {"hint", error.hint}});
  // An event once; the log says it again from time to time.
  if (link_failures_ == 1)
    record("Warning", std::string(to_string(error.reason)), "", "engine", error.message);
}

void Controller::engine_lost(const Error& error) {
  if (error.error_class == ErrorClass::kUnknown && engine_status_.up) {
    engine_status_.last_error = error.message;
    // It may have run, and may still run: two clean looks before the next mutation (F030).
    if (uncertain_checks_ == 0) {
      parts_.log.warn("engine uncertain: a request's outcome is unknown",
                      {{"reason", to_string(Reason::kEngineUncertain)}, {"err", error.message}});
    }
    // Anew with each such outcome, also while checks are owed.
    uncertain_checks_ = 2;
    cache_.mark_all();
    next_look_ = std::min(next_look_, parts_.clock.steady_now() + options_.engine_check_pause);
    engine_wake_.notify();
    return;
  }
  // Many Apps meet one loss: the first of them tells.
  if (stopping_ || !std::exchange(engine_status_.up, false)) return;
  link_failed(error);
  cache_.mark_all();
  parts_.engine.stop_events();
  engine_wake_.notify();
}

// Connects, negotiates, and takes the first full list.
// The stream is opened before the list: what happens in between is in one of them (F062). What was
// known of containers is doubted, for their events are lost, and a list tells too little (aliases,
// limits). Passes begin when all that is done, and they have something to look at.
Task<void> Controller::bring_up() {
  auto info = co_await parts_.engine.connect();
  if (stopping_) co_return;
  if (!info) {
    link_failed(info.error());
    co_return;
  }
  cache_.set_engine(*info);
  engine_status_.version = info->version;
  engine_status_.api_version = info->api_version;
  engine_status_.os = info->os;
  parts_.inventory.remember_engine(info->id);
  open_stream();
  stream_gap_ = false;
  cache_.doubt_containers();
  auto listed = co_await full_resync();
  if (stopping_) co_return;
  if (!listed) {
    link_failed(listed.error());
    parts_.engine.stop_events();
    co_return;
  }
  const bool first = !std::exchange(ever_up_, true);
  if (std::exchange(link_failure_said_, false) || first) {
    parts_.log.info("engine connected", {{"version", info->version},
                                         {"api", info->api_version},
                                         {"containers", cache_.observed().containers.size()},
                                         {"attempts", link_failures_ + 1}});
  }
  engine_status_.last_error.clear();
  engine_status_.up = true;
  up_since_ = parts_.clock.steady_now();
  // After a restart late requests may still be running inside the engine.
  uncertain_checks_ = link_failures_ > 0 ? 1 : 0;
  next_look_ = up_since_ + look_pause();
  // What the old engine refused, this one may accept.
  for (const auto& [key, entry] : desired_.entries())
    reset_backoff(key);
  enqueue_all();
}

Duration Controller::look_pause() const {
  return uncertain_checks_ > 0 ? options_.engine_check_pause : options_.resync_interval;
}

void Controller::open_stream() {
  stream_lost_ = false;
  stream_since_ = parts_.clock.steady_now();
  tasks_.spawn("events", event_loop());
}

// Wakes a key for an event. One that nobody knows waits for the next list: the names in events are
// whatever the labels of containers say, and there is no end of them.
void Controller::wake(const std::string& key) {
  if (desired_.find(key) == nullptr && !status_.contains(key)) return;
  const auto known = keys_.find(key);
  const auto now = parts_.clock.steady_now();
  if (known == keys_.end() || now - known->second.last_pass >= kEventPause) {
    enqueue(key);
    return;
  }
  queue_.add_after(key_from(key), known->second.last_pass + kEventPause, now);
  work_.notify();
}

void Controller::note_event(const docker::Event& event) {
  telemetry_->docker_event(event.type, event.action);
  for (const auto& key : cache_.note_event(event))
    wake(key);
  // A network or volume that came or went is what an App may be waiting for, whatever its labels.
  const bool counts = event.action == "create" || event.action == "destroy";
  if ((event.type == "network" || event.type == "volume") && counts) {
    for (const auto& key : waiting_)
      wake(key);
  }
  // What our own containers give up is known without events, and an App whose tries fail must not
  // be woken by the traces of them.
  const auto container = event.attributes.find("container");
  const bool ours = event.attributes.contains(std::string(kLabelManaged)) ||
                    (container != event.attributes.end() && cache_.knows(container->second));
  if (!ours) came_free(event.type, event.action, "");
}

// Ends the back-off of those that may have waited for this, but for the App that did it.
void Controller::came_free(std::string_view type, std::string_view action, const std::string& by) {
  const auto now = parts_.clock.steady_now();
  for (const auto& key : waiting_) {
    auto& state = keys_[key];
    const auto frees = [&](Reason reason) { return may_free(type, action, reason); };
    if (key == by || state.not_before <= now || std::ranges::none_of(state.failed_with, frees))
      continue;
    const auto at = early_tries_.next(key_from(key), now);
    state.not_before = std::min(state.not_before, at);
    queue_.add_after(key_from(key), at, now);
    work_.notify();
  }
}

Task<void> Controller::event_loop() {
  auto connected = [this] {
    engine_status_.event_stream = true;
    // Only a list from now on holds what happened before the stream began (F062); and what no list
    // tells of a container, its limits for one, only a look at each.
    cache_.mark_all();
    if (std::exchange(stream_gap_, false)) cache_.doubt_containers();
    next_look_ = parts_.clock.steady_now();
    engine_wake_.notify();
  };
  auto on_event = [this](const docker::Event& event) { note_event(event); };
  const auto begin = parts_.clock.steady_now();
  auto stream = parts_.engine.stream_events(connected, on_event);
  auto ended = co_await caught(std::move(stream), "events");
  engine_status_.event_stream = false;
  stream_ended(ended, begin);
}

// By whoever: renewed at once if that was us, after a growing pause if not.
void Controller::stream_ended(const Status& ended, SteadyTime begin) {
  const auto now = parts_.clock.steady_now();
  stream_lost_ = true;
  stream_gap_ = true;
  stream_retry_at_ = now;
  engine_wake_.notify();
  if (std::exchange(stream_renewing_, false) || stopping_ || !engine_status_.up) return;
  if (now - begin >= kSound) stream_was_sound();
  ++stream_failures_;
  const auto pause =
      stream_backoff_.failed(engine_key(), ErrorClass::kTransient, "", parts_.random);
  stream_retry_at_ = now + std::min<Duration>(pause, kLongestPause);
  if (!worth_saying(stream_failures_)) return;
  stream_failure_said_ = stream_failures_ > 1;  // one is nothing: engines restart
  parts_.log.log(stream_failure_said_ ? LogLevel::kWarn : LogLevel::kDebug,
                 "event stream unavailable",
                 {{"reason", to_string(ended ? Reason::kEngineUnavailable : ended.error().reason)},
                  {"err", ended ? std::string("the engine ended it") : ended.error().message},
                  {"attempt", stream_failures_}});
}

void Controller::stream_was_sound() {
  stream_failures_ = 0;
  stream_backoff_.succeeded(engine_key());
  if (std::exchange(stream_failure_said_, false)) parts_.log.info("event stream is back");
}

// Opens a lost stream when its time has come, and an old one anew.
void Controller::tend_stream() {
  const auto now = parts_.clock.steady_now();
  if (stream_lost_ && now >= stream_retry_at_) {
    telemetry_->event_stream_reconnected();
    open_stream();
  } else if (!stream_lost_ && now - stream_since_ > options_.stream_renewal) {
    stream_since_ = now;
    stream_renewing_ = true;
    parts_.engine.stop_events();
  } else if (!stream_lost_ && engine_status_.event_stream && now - stream_since_ >= kSound) {
    stream_was_sound();
  }
}

// Is the engine there, and what does it hold?
Task<void> Controller::look_at_engine() {
  next_look_ = parts_.clock.steady_now() + look_pause();
  // Cheap, and told apart from a list that fails for another reason.
  auto alive = co_await parts_.engine.ping();
  if (!alive) {
    engine_lost(alive.error());
    co_return;
  }
  auto listed = co_await full_resync();
  if (!listed) {
    engine_lost(listed.error());
    co_return;
  }
  const auto now = parts_.clock.steady_now();
  if (now - up_since_ >= kSound) {
    // It has held: the next loss is the first one again.
    link_failures_ = 0;
    link_backoff_.succeeded(engine_key());
  }
  if (uncertain_checks_ == 0) co_return;
  // One clean look. What was sent and not answered has had so long to run.
  --uncertain_checks_;
  next_look_ = std::min(next_look_, now + look_pause());
  if (uncertain_checks_ == 0) {
    parts_.log.info("engine certain again");
    enqueue_all();
  }
}

// One shared back-off for an engine that is away, or that answers and is none: one log line, not
// one per App. Nothing shortens it but the end.
Task<void> Controller::reconnect() {
  if (link_failures_ > 0) {
    const auto pause =
        link_backoff_.failed(engine_key(), ErrorClass::kTransient, "", parts_.random);
    const auto until = parts_.clock.steady_now() + std::min<Duration>(pause, kLongestPause);
    while (!stopping_ && parts_.clock.steady_now() < until) {
      co_await engine_wake_.wait_until(until);
    }
  }
  if (!stopping_) co_await bring_up();
}

Task<void> Controller::engine_loop() {
  while (!stopping_) {
    auto ended = co_await caught(supervise(), "engine");
    if (ended) continue;
    engine_status_.up ? engine_lost(ended.error()) : link_failed(ended.error());
  }
}

Task<void> Controller::supervise() {
  while (!stopping_) {
    last_turn_ = parts_.clock.steady_now();
    if (!engine_status_.up) {
      co_await reconnect();
      continue;
    }
    tend_stream();
    const auto until = stream_lost_ ? std::min(next_look_, stream_retry_at_) : next_look_;
    if (parts_.clock.steady_now() < until) {
      co_await engine_wake_.wait_until(until);
    } else {
      co_await look_at_engine();
    }
  }
}

}  // namespace fairlead::controller
