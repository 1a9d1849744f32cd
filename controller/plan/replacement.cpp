#include "controller/plan/replacement.h"

#include <algorithm>
#include <iterator>

#include "controller/objects/owned.h"
#include "controller/plan/containers.h"
#include "controller/plan/depends_on.h"
#include "controller/plan/endpoints.h"
#include "controller/plan/hooks.h"
#include "controller/plan/steps.h"

namespace fairlead::controller {
namespace {

// The one to go back to: what runs; else what a switch put aside; else any.
const ObservedContainer* fallback_of(const std::vector<const ObservedContainer*>& outdated,
                                     const std::string& name) {
  auto rank = [&](const ObservedContainer* each) {
    // What serves now, whatever it is called.
    if (up(each->details)) return 0;
    if (each->details.name == prev_name(name)) return 1;
    return each->details.name == name ? 2 : 3;
  };
  return *std::min_element(outdated.begin(), outdated.end(), [&](const auto* a, const auto* b) {
    return std::tuple(rank(a), a->details.id) < std::tuple(rank(b), b->details.id);
  });
}

struct Switch {
  Planner& p;
  const model::Service& service;
  const docker::Container& old;
  Ref fresh;               // named as it was created, until it has an ID
  std::string fresh_name;  // its name now
  std::string reason;
  Steps last{};
  bool stopped = false;
  bool moved = false;  // the old one is not under the real name

  std::size_t step(Action action, std::vector<Action> rollback) {
    last = {add(p, {.kind = Kind::kContainer,
                    .component = service.name,
                    .object = service.container_name,
                    .action = std::move(action),
                    .after = last,
                    .reason = reason,
                    .rollback = std::move(rollback)})};
    return last.front();
  }

  // The new one beside the old one; it goes again if it does not start.
  void start_beside(const std::string& why) {
    last = {start_container(p, service, fresh, last, why, {RemoveContainer{fresh, true}})};
  }

  Ref old_ref() const { return {old.id, old.name}; }

  // The old container again, under its name. One that was not running before is started only if a
  // switch had stopped it.
  std::vector<Action> put_back(bool remove_fresh) const {
    std::vector<Action> actions;
    if (remove_fresh) actions.push_back(RemoveContainer{fresh, true});
    if (moved) actions.push_back(RenameContainer{old_ref(), service.container_name});
    if (stopped || old.name == prev_name(service.container_name))
      std::ranges::move(restart_actions(p, old), std::back_inserter(actions));
    return actions;
  }

  void stop_old() {
    if (!up(old)) return;
    // A paused container can't be stopped in an orderly way: it does not see the signal.
    if (old.state == "paused") step(UnpauseContainer{old_ref()}, {});
    step(stop_action(p, old, grace_seconds(service)), {});
    stopped = true;
  }

  bool claimed(const std::string& by_name) const {
    return std::ranges::any_of(p.app.services, [&](const auto& each) {
      return each.name != service.name && each.container_name == by_name;
    });
  }

  void take_name() {
    const std::string& name = service.container_name;
    moved = old.name != name;
    // Under the name of before, which another service of the App may want now.
    if (moved && old.name != prev_name(name) && old.name != next_name(name) && claimed(old.name))
      step(RenameContainer{old_ref(), prev_name(name)}, put_back(false));
    if (fresh_name == name) return;
    if (!moved) {
      // Whichever of the two names the new one does not have.
      const std::string aside = fresh_name == prev_name(name) ? next_name(name) : prev_name(name);
      step(RenameContainer{old_ref(), aside}, put_back(false));
      moved = true;
    }
    // From here on a failure brings the old one back under its name.
    step(RenameContainer{fresh, name}, put_back(false));
  }
};

// All but the fallback: none of them is what the service runs on.
Steps remove_others(Planner& p, const model::Service& service, const ServiceContainers& found,
                    const ObservedContainer* kept) {
  Steps removed;
  for (const auto* each : found.outdated)
    if (each != kept)
      removed.push_back(remove_container(p, each->details, service.name, {},
                                         "container " + each->details.name + " is superseded",
                                         grace_seconds(service)));
  return removed;
}

std::string why(const Planner& p, const model::Service& service, const docker::Container& old) {
  for (const auto& drift : p.plan.drift)
    if (drift.component == service.name && drift.kind == Kind::kContainer &&
        drift.object == old.name)
      return difference(p, drift);
  return "container " + old.name + " is superseded";
}

// The up-to-date container runs, or is done, under its name: only the old one's removal remains.
bool settled(const model::Service& service, const ServiceContainers& found) {
  return found.current != nullptr && found.current->details.name == service.container_name &&
         (up(found.current->details) || completed(*found.current));
}

// What must have run before the switch; nullopt: not now. `pre_start` runs while the old one is
// still in service.
std::optional<Steps> gate_of(Planner& p, const model::Service& service,
                             const ServiceContainers& found, const Steps& after) {
  auto gate = start_gate(p, service);
  if (!gate) return std::nullopt;
  if (found.current == nullptr && !service.pre_start.empty()) {  // the next pass knows its ID
    p.services[instance_key(service)].prepared = false;
    return std::nullopt;
  }
  if (found.current != nullptr && !pre_started(p, service, found.current->details, after))
    return std::nullopt;
  return gate;
}

void start_fresh(Switch& change, Planner& p, const ServiceContainers& found) {
  auto& state = p.services[instance_key(change.service)];
  state.runs = true;
  const bool runs = found.current != nullptr && up(found.current->details);
  if (!runs)
    change.last = {start_container(p, change.service, change.fresh, change.last, change.reason,
                                   change.put_back(true))};
  state.started = change.last;
}

// `start-first`: true once the new container serves beside the old one. Until then the old one
// stays as it is.
bool serves_beside(Switch& change, Planner& p, const ServiceContainers& found) {
  const auto& service = change.service;
  const std::string what = "service " + service.name + ": its new container ";
  const auto* fresh = found.current == nullptr ? nullptr : &found.current->details;
  if (fresh == nullptr || fresh->state == "created") {
    change.start_beside(change.reason);
    wait_for(p, what + "starts beside the old one");
    return false;
  }
  // A one-shot that ended well beside the old one has done its work.
  if (completed(*found.current)) return true;
  if (!up(*fresh) || fresh->health == "unhealthy") {
    refuse(
        p, Kind::kContainer, service.name, fresh->name,
        {ErrorClass::kBlocked, up(*fresh) ? Reason::kUnhealthy : Reason::kCrashLooping,
         what +
             (up(*fresh) ? "is unhealthy" : "ended with code " + std::to_string(fresh->exit_code)) +
             "; the old one stays in service",
         "see `docker logs " + fresh->name + "`; a changed manifest, or removing it, tries again"},
        service.position);
    return false;
  }
  if (fresh->state != "running" || fresh->health == "starting") {
    wait_for(p, what + (fresh->state == "running" ? "is not healthy yet" : "is " + fresh->state));
    return false;
  }
  // Serving means with its `post_start`; until then the old one stays.
  const auto hooked = run_due_hooks(p, service, *fresh, change.last);
  if (hooked == change.last) return true;
  wait_for(p, what + "has not run its post_start");
  return false;
}

// More replicas than `parallelism` allows are not begun with in one go.
bool waits_for_its_turn(Planner& p, const model::Service& service, bool begun) {
  const int limit = service.deploy ? service.deploy->parallelism.value_or(0) : 0;
  auto& running = p.replacing[service.name];
  // What was begun is finished, whatever the limit says by now.
  if (begun || limit == 0 || running < limit) {
    ++running;
    return false;
  }
  wait_for(p, "service " + service.name + ": replica " + std::to_string(service.number) +
                  " waits, " + std::to_string(limit) + " at a time");
  return true;
}

}  // namespace

void replace_outdated(Planner& p, const model::Service& service, const ServiceContainers& found,
                      Steps after) {
  const std::string& name = service.container_name;
  const auto* old = fallback_of(found.outdated, name);
  if (waits_for_its_turn(p, service, found.current != nullptr)) {
    p.services[instance_key(service)].runs = up(old->details);
    return;
  }
  // First: they may have the names that the switch needs.
  append(after, remove_others(p, service, found, old));
  const std::string reason = why(p, service, old->details);
  // Step 6 alone, and the new one is kept in order like any other.
  if (settled(service, found)) {
    remove_container(p, old->details, service.name, {}, reason, grace_seconds(service));
    return maintain(p, service, found, after);
  }
  Switch change{.p = p,
                .service = service,
                .old = old->details,
                .fresh = {"", next_name(name)},
                .fresh_name = next_name(name),
                .reason = reason};
  if (found.current == nullptr) {
    if (old->details.name == next_name(name)) {  // the temporary name is taken by the one to keep
      change.fresh = {"", prev_name(name)};
      change.fresh_name = prev_name(name);
    }
    after = {
        create_container(p, service, found.spec, change.fresh_name, &old->details, after, reason)};
  } else {
    // A pass before this one made it.
    change.fresh = {found.current->details.id, found.current->details.name};
    change.fresh_name = found.current->details.name;
    p.services[instance_key(service)].current = &found.current->details;
    append(after, repair_endpoints(p, service, found.spec, found.current->details));
  }
  const auto gate = gate_of(p, service, found, after);
  if (!gate) {  // the old one stays in service meanwhile
    p.services[instance_key(service)].runs = up(old->details);
    return;
  }
  append(after, *gate);
  change.last = after;
  // Nothing to overlap with where the old one does not run.
  const bool overlap = service.deploy && service.deploy->start_first && up(old->details) &&
                       model::overlap_obstacle(service).empty();
  if (overlap && !serves_beside(change, p, found)) {
    p.services[instance_key(service)].runs = true;
    return;
  }
  change.stop_old();
  change.take_name();
  start_fresh(change, p, found);
  // remove_container would plan another stop: the switch has stopped it already.
  docker::Container stopped = old->details;
  if (up(stopped)) stopped.state = "exited";
  remove_container(p, stopped, service.name, change.last, reason, grace_seconds(service));
}

}  // namespace fairlead::controller
