// One pass over one key: observe → diff → plan → execute → report.
//
// Everything that is looked up from a store is looked up again after each co_await: the entry of an
// App may be another one, or gone, when an engine's answer comes.
#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "controller/controller.h"
#include "controller/desired/hidden_values.h"
#include "controller/objects/key.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/observed/observed.h"
#include "controller/pass/gather.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "controller/request/specs.h"

namespace fairlead::controller {
namespace {

// So often a pass looks until nothing has changed while it looked; then it comes again after a
// pause, for on an engine that never rests it would look for ever.
constexpr int kLooks = 3;
constexpr Duration kCalmPause = std::chrono::milliseconds(250);

// Of what a container wrote when it ended: for one line of a message.
constexpr int kLastLines = 5;

// What a container wrote, fit for one line of a message: its end, at most 300 bytes.
std::string one_line(std::string text) {
  constexpr std::size_t kMost = 300;
  while (text.ends_with('\n'))
    text.pop_back();
  if (text.size() > kMost) text = "…" + text.substr(text.size() - kMost);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += " | ";
    } else {
      out += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
  }
  return valid_utf8(out);
}

// Of several refusals the first is what the App's error says; the others are in its drift and log.
Error refusal_error(const Plan& plan) {
  return plan.refusals.front().error;
}

// What the engine did, or whether it is there at all.
bool leaves_engine_unknown(const Error& error) {
  return error.error_class == ErrorClass::kUnknown || error.reason == Reason::kEngineUnavailable;
}

std::set<std::string> lines_of(const Plan& plan) {
  std::set<std::string> lines;
  // With their reasons, which hold the values: another value is another plan.
  for (const auto& operation : plan.operations)
    lines.insert(std::string(verb(operation.action)) + " " + operation.object + ": " +
                 operation.reason);
  return lines;
}

}  // namespace

// Looks until what was seen is of one moment, as far as is known: newer than the newest event and
// than the last own mutation. False: everything moves too fast; later.
Task<Result<bool>> Controller::observe(std::string key) {
  for (int look = 0; look < kLooks; ++look) {
    // Shared by all workers: of sixteen that look at once fifteen find the cache clean.
    auto refreshed = co_await guarded_refresh(false);
    if (!refreshed) {
      engine_lost(refreshed.error());
      co_return std::unexpected(refreshed.error());
    }
    // What changed for others is said once, so whoever hears it must pass it on.
    enqueue_changed(*refreshed, key);
    auto members = co_await observe_leftovers(key);
    if (!members) {
      if (members.error().reason == Reason::kEngineUnavailable) engine_lost(members.error());
      co_return std::unexpected(members.error());
    }
    // Before it is judged whether the view is stale: reading a log takes its time.
    co_await hear_last_words(key);
    if (!cache_.stale_for(key)) co_return true;
  }
  co_return false;
}

// Leftover networks: who is still on them is only in an inspect (F008).
Task<Status> Controller::observe_leftovers(std::string key) {
  std::vector<std::string> leftovers;
  const auto* entry = desired_.find(key);
  for (const auto& id : cache_.index().of(key).networks) {
    const auto& network = cache_.observed().networks.at(id);
    const auto* app = entry == nullptr ? nullptr : entry->app();
    const std::string component = label(network.labels, kLabelComponent);
    const bool declared =
        app != nullptr &&
        std::ranges::any_of(app->networks, [&component](const model::Network& desired) {
          return desired.key == component && !desired.external;
        });
    // Of a shared network its own is declared, whatever its component says.
    const bool shared = entry != nullptr && app == nullptr;
    if (!declared && !shared) leftovers.push_back(id);
  }
  for (const auto& id : leftovers) {
    auto inspected = co_await cache_.inspect_network(id);
    if (!inspected) co_return inspected;
  }
  co_return co_await look_for_volumes(key);
}

Visible Controller::visible(const std::string& key) const {
  return visible_to(key, desired_.find(key), cache_.index(), parts_.inventory,
                    parts_.clock.wall_now());
}

PassInput Controller::gather_pass(const std::string& key, Visible visible) const {
  const PassSources sources{desired_,       parts_.inventory, prune_,
                            options_.prune, options_.access,  parts_.clock.steady_now()};
  const auto known = keys_.find(key);
  return gather(sources, key, std::move(visible),
                known == keys_.end() ? Memory{} : known->second.memory);
}

// Images that are asked for every so often: what was found, and whether they are due again.
void Controller::recall_images(const std::string& key) {
  auto& state = keys_[key];
  state.memory.images.clear();
  state.refresh_at.reset();
  const auto* entry = desired_.find(key);
  const auto* app = entry == nullptr ? nullptr : entry->app();
  if (app == nullptr) return;
  for (const auto& service : app->services) {
    if (service.pull.when != model::PullPolicy::When::kEvery) continue;
    const auto wanted = image_of(service);
    const auto* seen = images_.seen(wanted);
    if (seen == nullptr) {
      state.memory.images[key_of(wanted)] = {"", true};
      continue;
    }
    // By the wall clock, for the time of a tag is one.
    const auto left = seen->asked_at + service.pull.every - parts_.clock.wall_now();
    state.memory.images[key_of(wanted)] = {seen->id, left <= left.zero()};
    const auto at = parts_.clock.steady_now() + std::chrono::duration_cast<Duration>(left);
    state.refresh_at = std::min(state.refresh_at.value_or(at), at);
  }
}

// What is remembered of containers ends with them.
void Controller::forget_gone(const std::string& key, const Observed& observed) {
  auto& memory = keys_[key].memory;
  std::erase_if(memory.fresh, [&observed](const std::string& part) {
    return !observed.containers.contains(part.substr(0, part.find(' ')));
  });
  std::erase_if(memory.ends,
                [&observed](const auto& end) { return !observed.containers.contains(end.first); });
}

// What the engine does not take as wanted is looked at once more: a reply may have been old.
void Controller::remember(const std::string& key, const Plan& plan) {
  const auto& known = parts_.inventory.readings();
  bool again = false;
  for (const auto& [id, readings] : plan.compared) {
    const auto before = known.find(id);
    // Known in all its parts: nothing to make sure of.
    if (readings.empty() ||
        (before != known.end() && std::ranges::includes(before->second, readings)))
      continue;
    if (cache_.observed().containers.contains(id)) {
      cache_.mark_container(id, key);
    } else {
      cache_.mark_networks();
      cache_.mark_volumes();
    }
    again = true;
  }
  std::erase_if(keys_[key].memory.fresh, [&plan](const std::string& part) {
    return plan.compared.contains(part.substr(0, part.find(' ')));
  });
  // From here on the objects are no longer unread.
  parts_.inventory.compared(plan.compared);
  const auto now = parts_.clock.steady_now();
  // A reading decides that a value is never corrected: one look is not enough for that.
  if (again) queue_.add_after(key_from(key), now + std::chrono::seconds(1), now);
  // Time alone changes the plan then, and no event comes for it.
  if (plan.wake_at) {
    const auto left = *plan.wake_at - parts_.clock.wall_now();
    queue_.add_after(key_from(key),
                     now + std::max(std::chrono::duration_cast<Duration>(left), Duration(1)), now);
  }
  if (const auto end = contention_.ends_at(key, now)) queue_.add_after(key_from(key), *end, now);
}

// External volumes carry no labels of ours, and so are in no list that is kept.
Task<Status> Controller::look_for_volumes(std::string key) {
  std::vector<std::string> names;
  const auto* entry = desired_.find(key);
  const auto* app = entry == nullptr ? nullptr : entry->app();
  if (app == nullptr) co_return Status{};
  for (const auto& volume : app->volumes) {
    if (volume.external) names.push_back(volume.docker_name);
  }
  std::set<std::string> missing;
  for (const auto& name : names) {
    auto volume = co_await parts_.engine.inspect_volume(name);
    if (volume) continue;
    if (volume.error().reason != Reason::kNotFound) co_return std::unexpected(volume.error());
    missing.insert(name);
  }
  // Whole, only when all were asked: half an answer would let a container be made.
  keys_[key].memory.missing_volumes = std::move(missing);
  co_return Status{};
}

// What containers that ended have written last, once for each end.
Task<void> Controller::hear_last_words(std::string key) {
  struct Ended {
    std::string id, when;
    model::Masks own;
  };
  std::vector<Ended> ended;
  const auto& known = keys_[key].memory.ends;
  for (const auto& id : cache_.index().of(key).containers) {
    const auto& container = cache_.observed().containers.at(id);
    const auto& details = container.details;
    const bool failed =
        details.state == "restarting" ||
        (details.state == "exited" && !completed(container) && !was_stopped(container));
    if (!failed) continue;
    const auto found = known.find(id);
    if (found != known.end() && found->second.finished_at == details.finished_at) continue;
    // What it wrote may hold values that nobody knows any more (desired/hidden_values.h).
    if (!of_this_manifest(desired_.find(key), details)) continue;
    ended.push_back({id, details.finished_at, values_of(details.env)});
  }
  for (auto& each : ended) {
    // An error costs the words alone.
    auto said = co_await parts_.engine.container_logs(each.id, kLastLines);
    each.own.add(hidden_values(desired_.find(key)).all);
    keys_[key].memory.ends[each.id] = {each.when, parts_.clock.wall_now(),
                                       one_line(without_values(said.value_or(""), each.own))};
  }
}

// Where nothing may be done all keys are queued again when that is over (bring_up(),
// look_at_engine(), take_snapshot()). Until a pass has found the App in sync it is unsettled:
// wherever the pass ends before, the next resync brings it back. What can't be read is one App's
// trouble; an engine that is away has a back-off of its own, for all. Objects are adopted before
// the input is gathered, which asks the inventory; and a look without the right to write must not
// decide what a reading is.
Task<void> Controller::reconcile(std::string key) {
  if (!engine_status_.up || uncertain_checks_ > 0 || !first_scan_done_) co_return;
  // It may be in there; the next scan asks again.
  if (desired_.find(key) == nullptr && desired_.undecided()) co_return;
  const auto begin = parts_.clock.steady_now();
  keys_[key].last_pass = begin;
  unsettled_.insert(key);
  auto observed = co_await observe(key);
  if (!observed) {
    const auto* entry = desired_.find(key);
    const auto digest = entry == nullptr ? std::string() : entry->digest;
    if (engine_status_.up) retry(key, observed.error(), digest);
    co_return;
  }
  if (!*observed) {
    const auto now = parts_.clock.steady_now();
    queue_.add_after(key_from(key), now + kCalmPause, now);
    co_return;
  }
  const auto* entry = desired_.find(key);
  if (entry == nullptr && desired_.undecided()) co_return;
  auto& state = keys_[key];
  const std::string digest = entry == nullptr ? std::string() : entry->digest;
  Visible seen = visible(key);
  if (!engine_status_.read_only) adopt(parts_.inventory, key, seen);
  if (!digest.empty()) state.memory.generation = parts_.inventory.generation(key, digest);
  state.memory.contended = contention_.contended(key, begin);
  recall_images(key);
  forget_gone(key, seen.observed);
  const PassInput input = gather_pass(key, std::move(seen));
  Plan plan = plan_of(input);
  report_pass(input, plan);
  if (!engine_status_.read_only) remember(key, plan);
  // Nothing is left: from here on the App is as if it had never been.
  if (input.policy.app_gone && plan.operations.empty() && plan.in_sync() && plan.drift.empty()) {
    if (!engine_status_.read_only) parts_.inventory.nothing_left(key);
    forget(key);
    co_return;
  }
  const bool waits = !plan.waiting.empty() || !plan.refusals.empty() || begin < state.not_before;
  waits ? void(waiting_.insert(key)) : void(waiting_.erase(key));
  const bool backing_off = begin < state.not_before;
  if (backing_off && !plan.operations.empty() &&
      std::ranges::includes(state.tried, lines_of(plan))) {
    if (state.not_before != SteadyTime::max())
      queue_.add_after(key_from(key), state.not_before, begin);
    co_return;
  }
  if (!plan.operations.empty() && !input.app->suspend && may_mutate()) {
    if (!units_.take(key, unit_of(key, plan))) co_return;  // queued again when it can be had
    co_await run_plan(key, std::move(plan), digest);
    telemetry_->reconcile_ended("requeue", seconds(parts_.clock.steady_now() - begin));
    co_return;
  }
  settle(key, plan, digest);
  telemetry_->reconcile_ended(plan.refusals.empty() ? "success" : "terminal",
                              seconds(parts_.clock.steady_now() - begin));
}

// What an earlier run failed with may be over, so that is forgotten. After a failure all of the
// plan counts as tried, though only a part of it failed: the next one may hold the rest and nothing
// new.
Task<void> Controller::run_plan(std::string key, Plan plan, std::string digest) {
  auto may_continue = [this, key, digest] {
    const auto* entry = desired_.find(key);
    const auto& now_wanted = entry == nullptr ? std::string() : entry->digest;
    return may_mutate() && now_wanted == digest;
  };
  // At once, and not when the plan has come to its end: other branches of it would go on.
  auto report = [this, key](const OperationReport& done) {
    note_operation(key, done);
    if (!done.result && leaves_engine_unknown(done.result.error()))
      engine_lost(done.result.error());
  };
  const auto* wanted = desired_.find(key);
  ExecuteContext context{parts_.engine,
                         cache_,
                         parts_.inventory,
                         images_,
                         looks_,
                         parts_.clock,
                         permits_,
                         locks_,
                         options_.access,
                         key,
                         wanted == nullptr ? "" : wanted->file,
                         report,
                         may_continue,
                         hidden_values(wanted)};
  keys_[key].failed_with.clear();
  const auto planned = lines_of(plan);
  auto executed = co_await execute(parts_.executor, std::move(plan), std::move(context));
  if (executed) {
    // Verified by a further pass from a fresh view, never assumed.
    enqueue(key);
    co_return;
  }
  const Error& error = executed.error();
  if (leaves_engine_unknown(error)) engine_lost(error);
  keys_[key].tried.insert(planned.begin(), planned.end());
  retry(key, error, digest);
}

void Controller::reset_backoff(const std::string& key) {
  backoff_.succeeded(key_from(key));
  early_tries_.succeeded(key_from(key));
  keys_[key].not_before = SteadyTime{};
  keys_[key].tried.clear();
  keys_[key].failed_with.clear();
}

void Controller::forgive(const std::string& key) {
  if (engine_status_.read_only) return;
  for (const auto& id : cache_.index().of(key).containers) {
    if (cache_.observed().containers.at(id).details.state == "exited") parts_.inventory.forgive(id);
  }
}

void Controller::retry(const std::string& key, const Error& error, const std::string& digest) {
  const auto now = parts_.clock.steady_now();
  auto& state = keys_[key];
  unsettled_.insert(key);
  waiting_.insert(key);
  if (!state.failing_since) state.failing_since = now;
  const auto delay = backoff_.failed(key_from(key), error.error_class, digest, parts_.random);
  telemetry_->reconcile_error(error.reason);
  report_error(key, error, delay);
  state.not_before = delay == Duration::max() ? SteadyTime::max() : now + delay;
  if (delay != Duration::max()) queue_.add_after(key_from(key), state.not_before, now);
  work_.notify();
}

// The plan holds nothing to do now: in sync, waiting, refused, suspended or read-only.
void Controller::settle(const std::string& key, const Plan& plan, const std::string& digest) {
  auto& state = keys_[key];
  const auto now = parts_.clock.steady_now();
  if (!plan.refusals.empty()) {
    const Error error = refusal_error(plan);
    const auto status = status_.rows().find(key);
    const bool same = status != status_.rows().end() && status->second.last_error == error;
    // A refusal that stands is said once, and not counted as a failure with each look.
    if (!same) retry(key, error, digest);
    return;
  }
  if (state.refresh_at) queue_.add_after(key_from(key), *state.refresh_at, now);
  if (!plan.in_sync()) return;  // waits; the engine's events and the resync bring it back
  const auto edit = status_.edit(key);
  auto& status = edit.status();
  if (status.consecutive_failures > 0 && state.failing_since) {
    parts_.log.info("reconcile recovered",
                    {{"app", key},
                     {"attempts", status.consecutive_failures},
                     {"failing_for_s", seconds(now - *state.failing_since)}});
  }
  state.failing_since.reset();
  reset_backoff(key);
  status.consecutive_failures = 0;
  status.next_retry.reset();
  status.last_error.reset();
  status.last_success = parts_.clock.wall_now();
  status.observed_generation = status.generation;
  state.synced_digest = digest;
  if (state.changed_at) {
    const double took = seconds(now - *state.changed_at);
    telemetry_->converged(took);
    parts_.log.info("app converged", {{"app", key}, {"gen", status.generation}, {"took_s", took}});
    record("Normal", "Converged", key, "app/" + key, "everything is as the manifest says");
    state.changed_at.reset();
  }
  // From now on only a change brings it back: at rest a resync queues nothing.
  if (plan.drift.empty() && !plan.wake_at) unsettled_.erase(key);
}

}  // namespace fairlead::controller
