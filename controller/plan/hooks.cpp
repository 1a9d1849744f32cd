#include "controller/plan/hooks.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/plan/steps.h"

namespace fairlead::controller {
namespace {

std::vector<std::string> environment_of(
    const std::map<std::string, std::optional<std::string>>& environment) {
  std::vector<std::string> out;
  for (const auto& [key, value] : environment)
    if (value) out.push_back(key + "=" + *value);
  return out;
}

std::vector<docker::ExecSpec> execs_of(const std::vector<model::Hook>& hooks) {
  std::vector<docker::ExecSpec> out;
  out.reserve(hooks.size());
  for (const auto& hook : hooks)
    out.push_back({hook.command.value_or(std::vector<std::string>{}), hook.user.value_or(""),
                   hook.working_dir.value_or(""), hook.privileged,
                   environment_of(hook.environment)});
  return out;
}

// Null: none is known of this container.
const ContainerHooks* known_hooks(const Planner& p, const docker::Container& container) {
  const auto found = p.memory.hooks.find(container.id);
  return found == p.memory.hooks.end() ? nullptr : &found->second;
}

// One step of `pre_start`, counted from 1.
struct Stage {
  const model::Service& service;
  const model::Hook& hook;
  std::size_t number;
  const docker::Container& before;  // the container that waits for it

  std::string label() const { return "pre_start/" + std::to_string(number); }
  std::string name() const { return service.container_name + ".pre-" + std::to_string(number); }
  std::string failed_name() const { return name() + ".failed"; }
  std::string text() const { return "pre_start[" + std::to_string(number - 1) + "]"; }
};

// As Compose does: the volumes and networks of the service, its environment, and little else.
// Without its aliases and addresses, which are the service's own.
docker::ContainerSpec spec_of(const Planner& p, const Stage& stage) {
  const auto& service = stage.service;
  const auto& hook = stage.hook;
  // The service's own request, of which a step gets a part: networks, environment, platform.
  auto whole = container_spec(p.app, service, p.observed, p.policy, p.memory);
  docker::ContainerSpec spec;
  spec.name = stage.name();
  spec.image = hook.image.empty() ? service.image : hook.image;
  if (hook.image.empty()) {
    spec.platform = whole.platform;
    spec.user = service.user;
  }
  if (hook.user) spec.user = hook.user;
  spec.working_dir = hook.working_dir ? hook.working_dir : service.working_dir;
  spec.command = hook.command;
  spec.env = std::move(whole.env);
  // Behind the service's, so that the step's own value counts.
  std::ranges::move(environment_of(hook.environment), std::back_inserter(spec.env));
  if (hook.privileged) spec.privileged = true;
  // Not the user's labels: a proxy that reads them would take the step for the service.
  const auto labels = stage.before.labels.map();
  for (const auto& [key, value] : labels)
    if (is_reserved_label(key)) spec.labels[key] = value;
  spec.labels.erase(std::string(kLabelReplaces));
  spec.labels["com.docker.compose.oneoff"] = "True";
  spec.labels[std::string(kLabelHook)] = stage.label();
  // By ID: a container that is made anew is prepared anew.
  spec.labels[std::string(kLabelHookOf)] = stage.before.id;
  spec.labels[std::string(kLabelImageRef)] = spec.image;
  for (const auto& endpoint : whole.endpoints) {
    docker::EndpointSpec plain;
    plain.network_id = endpoint.network_id;
    plain.network_name = endpoint.network_name;
    spec.endpoints.push_back(std::move(plain));
  }
  spec.network_mode = whole.network_mode;
  // The container exists already, not started: its volumes are what the step is to prepare.
  spec.settings["HostConfig.VolumesFrom"] =
      boost::json::array{boost::json::string(stage.before.id)};
  return spec;
}

const ObservedContainer* container_of(const Planner& p, const Stage& stage) {
  for (const auto& [id, each] : p.observed.containers) {
    const auto& labels = each.details.labels;
    if (owned(labels, p.policy.instance, p.app.name) &&
        label(labels, kLabelHook) == stage.label() &&
        label(labels, kLabelHookOf) == stage.before.id)
      return &each;
  }
  return nullptr;
}

void start_stage(Planner& p, const Stage& stage, const Ref& container, const Steps& after) {
  add(p, on_container(stage.service, stage.service.container_name,
                      StartContainer{container, files_of(p.app, stage.service)}, after,
                      stage.text() + " has not run"));
}

void create_stage(Planner& p, const Stage& stage, Steps after) {
  auto spec = spec_of(p, stage);
  const std::string name = spec.name;
  // With an image of its own, the service's pull policy holds for it as well.
  after.push_back(ensure_image(p, stage.service, {spec.image, spec.platform, stage.service.pull}));
  const auto created = add(
      p, on_container(stage.service, stage.service.container_name, CreateContainer{std::move(spec)},
                      std::move(after), stage.text() + " has not run"));
  start_stage(p, stage, {"", name}, {created});
}

// True if it has succeeded.
bool run_stage(Planner& p, const Stage& stage, const Steps& after) {
  const auto* found = container_of(p, stage);
  if (found == nullptr) {
    create_stage(p, stage, after);
    // Waited for: the engine's event of its end wakes the App.
  } else if (const auto& step = found->details; found->uncertain || up(step)) {
  } else if (step.state == "created") {
    start_stage(p, stage, {step.id, step.name}, after);
  } else if (step.state == "exited" && step.exit_code == 0) {
    return true;
  } else if (step.state != "removing" && step.name == stage.failed_name()) {
    create_stage(p, stage,
                 {remove_container(p, step, stage.service.name, after,
                                   stage.text() + " is tried again", 0)});
  } else if (step.state != "removing") {
    add(p, on_container(stage.service, stage.service.container_name,
                        FailHook{{step.id, step.name}, step.exit_code, stage.failed_name()}, after,
                        stage.text() + " failed"));
  }
  wait_for(p, "service " + stage.service.name + " waits for its " + stage.text());
  return false;
}

StartContainer start_action(const Planner& p, const model::Service& service, const Ref& container) {
  return {container, files_of(p.app, service),
          ContainerHooks{execs_of(service.post_start), execs_of(service.pre_stop)}};
}

// `start`, alone or as a part of `action`, and then the hooks that follow it.
std::size_t add_start(Planner& p, const model::Service& service, Action action,
                      const StartContainer& start, Steps after, const std::string& reason,
                      const std::vector<Action>& rollback) {
  auto operation =
      on_container(service, service.container_name, std::move(action), std::move(after), reason);
  operation.rollback = rollback;
  const auto started = add(p, std::move(operation));
  // Whoever comes after the start comes after its hooks, where there are any.
  if (start.hooks.post_start.empty()) return started;
  auto run = on_container(service, service.container_name, RunHooks{start.container, start.hooks},
                          {started}, "post_start");
  run.rollback = rollback;
  return add(p, std::move(run));
}

}  // namespace

std::size_t start_container(Planner& p, const model::Service& service, const Ref& container,
                            Steps after, const std::string& reason,
                            const std::vector<Action>& rollback, const std::optional<Runs>& runs) {
  auto start = start_action(p, service, container);
  start.runs = runs;
  return add_start(p, service, start, start, std::move(after), reason, rollback);
}

std::size_t restart_container(Planner& p, const model::Service& service,
                              const docker::Container& container, Steps after,
                              const std::string& reason, const std::string& because_of) {
  p.restarts.insert(container.id);
  auto start = start_action(p, service, {container.id, container.name});
  RestartContainer restart{stop_action(p, container, grace_seconds(service)), start, because_of};
  return add_start(p, service, std::move(restart), start, std::move(after), reason, {});
}

std::vector<Action> restart_actions(const Planner& p, const docker::Container& container) {
  const Ref ref{container.id, container.name};
  const auto* hooks = known_hooks(p, container);
  // From the inventory: what the old one was started with, and not what the manifest says by now.
  if (hooks == nullptr || hooks->post_start.empty()) return {StartContainer{ref}};
  return {StartContainer{ref, {}, *hooks}, RunHooks{ref, *hooks}};
}

StopContainer stop_action(const Planner& p, const docker::Container& container, int grace_seconds) {
  StopContainer stop{{container.id, container.name}, grace_seconds};
  const auto* hooks = known_hooks(p, container);
  // Nothing can be run in one that is paused or about to be restarted.
  if (hooks != nullptr && container.state == "running") stop.pre_stop = hooks->pre_stop;
  return stop;
}

Steps run_due_hooks(Planner& p, const model::Service& service, const docker::Container& container,
                    const Steps& after) {
  const auto* hooks = known_hooks(p, container);
  if (hooks == nullptr || !hooks->due || hooks->post_start.empty()) return after;
  return {add(p, on_container(service, service.container_name,
                              RunHooks{{container.id, container.name}, *hooks}, after,
                              "post_start has not succeeded since the start"))};
}

bool pre_started(Planner& p, const model::Service& service, const docker::Container& container,
                 const Steps& after) {
  // A container that ever ran has been prepared.
  if (service.pre_start.empty() || container.state != "created") return true;
  auto& state = p.services[instance_key(service)];
  state.prepared = false;
  for (std::size_t i = 0; i < service.pre_start.size(); ++i) {
    const auto& hook = service.pre_start[i];
    if (hook.per_replica || service.number == 1) {
      if (!run_stage(p, {service, hook, i + 1, container}, after)) return false;
    } else if (!p.services[instance_key(service.name, 1)].prepared) {
      wait_for(p, "service " + service.name + " waits for pre_start[" + std::to_string(i) +
                      "] of its first replica");
      return false;
    }
  }
  state.prepared = true;
  return true;
}

void remove_hook_containers(Planner& p, const model::Service& service,
                            const docker::Container* current) {
  for (const auto& [id, each] : p.observed.containers) {
    const auto& labels = each.details.labels;
    if (!is_hook(each.details) || !owned(labels, p.policy.instance, p.app.name) ||
        label(labels, kLabelComponent) != service.name ||
        number_of(each.details) != service.number || each.uncertain ||
        each.details.state == "removing")
      continue;
    // What has succeeded is kept while the container has not started: that it did is known from it
    // alone.
    const bool waited_for = current != nullptr && current->state == "created" &&
                            label(labels, kLabelHookOf) == current->id;
    if (!waited_for) remove_container(p, each.details, service.name, {}, "pre_start is over", 0);
  }
}

}  // namespace fairlead::controller
