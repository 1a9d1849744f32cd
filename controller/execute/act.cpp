// A perform() for each action, all in one order: resolve names to IDs, look once more, call, note.
// What goes wrong before the call has changed nothing, and its class says so (never Unknown).
#include "controller/execute/act.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/paths.h"
#include "controller/access/check.h"
#include "controller/execute/last_look.h"
#include "controller/guard/removal.h"
#include "docker/api_features.h"

namespace fairlead::controller {
namespace {

// What one action needs; a plain value so that every overload below reads the same.
struct Step {
  ExecuteContext& context;
  CreatedObjects& created;
  std::string component;
};

Result<std::string> id_of(const Ref& ref, const docker::StringMap& created,
                          const std::string& what) {
  if (!ref.id.empty()) return ref.id;
  const auto it = created.find(ref.name);
  if (it != created.end()) return it->second;
  return failure(ErrorClass::kTransient, Reason::kStateConflict,
                 what + " " + ref.name + " does not exist yet");
}

Result<std::string> container_id(const Step& step, const Ref& ref) {
  return id_of(ref, step.created.containers, "container");
}

Result<std::string> network_id(const Step& step, const Ref& ref) {
  return id_of(ref, step.created.networks, "network");
}

// Marks what a call touches when the call is over, however it ends: see EngineCache.
class Touch {
 public:
  Touch(const Step& step, std::string container)
      : context_(step.context), container_(std::move(container)) {}
  explicit Touch(const Step& step) : context_(step.context) {}  // networks
  Touch(const Touch&) = delete;
  Touch& operator=(const Touch&) = delete;
  // However the call ended: also one that failed may have changed something.
  ~Touch() {
    if (container_.empty()) {
      context_.cache.mark_networks();
    } else {
      context_.cache.mark_container(container_, context_.app);
    }
  }

 private:
  ExecuteContext& context_;
  const std::string container_;
};

Status resolve(const Step& step, docker::EndpointSpec& endpoint) {
  auto id = network_id(step, Ref{endpoint.network_id, endpoint.network_name});
  if (!id) return std::unexpected(id.error());
  endpoint.network_id = *id;
  return {};
}

InventoryEntry entry(const Step& step, Kind kind, std::string name, std::string id) {
  return {kind, step.context.app, step.component, std::move(name), std::move(id)};
}

// What an action creates, by kind and name.
using Creation = std::optional<std::pair<Kind, std::string>>;
struct CreationOf {
  Creation operator()(const CreateNetwork& a) const { return {{Kind::kNetwork, a.spec.name}}; }
  Creation operator()(const CreateVolume& a) const { return {{Kind::kVolume, a.spec.name}}; }
  Creation operator()(const CreateContainer& a) const { return {{Kind::kContainer, a.spec.name}}; }
  template <typename Other>
  Creation operator()(const Other&) const {
    return std::nullopt;
  }
};

// What an action needs of the disk before it is sent.
enum class OnDisk { kNothing, kIfPossible, kFirst };

// What else an action has to record.
class Record {
 public:
  explicit Record(const Step& step) : step_(step), inventory_(step.context.inventory) {}

  OnDisk operator()(const CreateVolume& action) const {
    // To be compared once: what differs right after the create is the driver's reading.
    inventory_.changed(action.spec.name);
    if (action.lost) inventory_.volume_recreated(step_.context.app, action.spec.name);
    return action.lost ? OnDisk::kFirst : OnDisk::kNothing;
  }
  OnDisk operator()(const StartContainer& action) const {
    const auto id = container_id(step_, action.container);
    if (!id) return OnDisk::kNothing;  // then nothing will be sent
    if (!action.hooks.empty()) {
      auto hooks = action.hooks;
      // Before the start: a crash right after it must find them due.
      hooks.due = !hooks.post_start.empty();
      inventory_.remember_hooks(*id, std::move(hooks));
    }
    if (action.runs) inventory_.remember_runs(*id, *action.runs);
    if (!action.hooks.empty()) return OnDisk::kFirst;
    return action.runs ? OnDisk::kIfPossible : OnDisk::kNothing;
  }
  // Found again after a crash by its name, as long as only the intent is on disk: not under a new
  // one.
  OnDisk operator()(const RenameContainer&) const { return OnDisk::kIfPossible; }
  OnDisk operator()(const FailHook&) const { return OnDisk::kIfPossible; }
  // A restart records its start when it has stopped: a stop may fail, and then nothing is due.
  template <typename Other>
  OnDisk operator()(const Other&) const {
    return OnDisk::kNothing;
  }

 private:
  const Step& step_;
  Inventory& inventory_;
};

Task<Status> wait_for_disk(Inventory& inventory, OnDisk need) {
  if (need == OnDisk::kNothing) co_return Status{};
  // Shares the write with all who wait at this time (record/group_commit.h).
  auto written = co_await inventory.disk().durable();
  // It has been waited for as long as the disk takes to refuse, and no longer.
  if (need == OnDisk::kIfPossible) co_return Status{};
  co_return written;
}

Task<Status> perform(Step step, CreateNetwork action) {
  const Touch touched(step);
  auto id = co_await step.context.engine.create_network(action.spec);
  if (!id) co_return std::unexpected(id.error());
  // For the containers of this plan, which know it by name.
  step.created.networks[action.spec.name] = *id;
  step.context.inventory.changed(*id);
  co_return step.context.inventory.created(Kind::kNetwork, action.spec.name, *id);
}

Task<Status> perform(Step step, RemoveNetwork action) {
  // Asked with what the inventory says now, not when it was planned.
  auto ours = removes_one_of_ours(Kind::kNetwork, action.network.id,
                                  step.context.inventory.knows(Kind::kNetwork, action.network.id));
  if (!ours) co_return ours;
  const Touch touched(step);
  auto removed = co_await step.context.engine.remove_network(action.network.id);
  if (removed) step.context.inventory.gone(Kind::kNetwork, action.network.name, action.network.id);
  co_return removed;
}

Status allowed(const std::vector<Violation>& found) {
  // The first is enough: the pass that follows says all of them.
  for (const auto& each : found) {
    return failure(ErrorClass::kInvalid, Reason::kPolicyDenied,
                   each.key + " leads to " + each.what + ", which the policy does not allow",
                   "name the real path, and allow it with `" + each.rule + "` in the policy file");
  }
  return {};
}

model::App app_of_step(const Step& step) {
  model::App app;
  app.name = step.context.app;
  app.file = step.context.file;
  return app;
}

Task<Status> perform(Step step, CreateVolume action) {
  auto fine =
      allowed(check_access(app_of_step(step), action.spec, or_nothing(step.context.access)));
  if (!fine) co_return fine;
  auto volume = co_await step.context.engine.create_volume(action.spec);
  if (!volume) co_return std::unexpected(volume.error());
  // The engine answers 201 with whatever already has the name (F050).
  if (volume->labels != action.spec.labels) {
    co_return failure(ErrorClass::kBlocked, Reason::kVolumeMismatch,
                      "volume " + action.spec.name + " exists and is not this App's",
                      "to use it: `external: true, name: " + action.spec.name +
                          "`; else give this one another `name:`");
  }
  step.context.cache.mark_volumes();
  co_return step.context.inventory.created(Kind::kVolume, action.spec.name, action.spec.name);
}

Task<Status> perform(Step step, EnsureImage action) {
  return step.context.images.ensure(std::move(action));
}

constexpr int kLogLines = 10;

std::unexpected<Error> hook_failure(const std::string& which, int code, const std::string& output,
                                    std::string hint) {
  return failure(
      ErrorClass::kTransient, Reason::kHookFailed,
      which + " ended with code " + std::to_string(code) + (output.empty() ? "" : ": " + output),
      std::move(hint));
}

// Of the volumes that the replaced container got from its image, those that this image has too.
void mount_inherited(CreateContainer& action, const docker::Image& image) {
  for (auto& mount : action.inherited) {
    const auto same = [&mount](const std::string& path) {
      return clean_path(path) == mount.target;
    };
    // Where the new image declares none nothing asks for it: the old volume stays, unmounted.
    if (std::ranges::any_of(image.volumes, same)) action.spec.mounts.push_back(std::move(mount));
  }
}

Task<Status> perform(Step step, RemoveContainer action) {
  auto id = container_id(step, action.container);
  if (!id) co_return std::unexpected(id.error());
  auto ours = removes_one_of_ours(Kind::kContainer, *id,
                                  step.context.inventory.knows(Kind::kContainer, *id));
  if (!ours) co_return ours;
  const Touch touched(step, *id);
  auto removed = co_await step.context.engine.remove_container(*id, action.force);
  if (removed) step.context.inventory.gone(Kind::kContainer, action.container.name, *id);
  co_return removed;
}

// Volumes that were ours just before the create and are not just after it: they went away in
// between, and the create made new ones in their place. The container must not start on them
// unasked; it was never started, so it goes again. The volumes stay: nobody knows what is in them.
Task<Status> verify_volumes(Step step, std::string id, docker::ContainerSpec spec,
                            std::set<std::string> ours) {
  auto now =
      co_await check_volumes(step.context.engine, spec.mounts, step.context.inventory.instance());
  if (!now) co_return std::unexpected(now.error());
  std::string replaced;
  for (const auto& name : ours) {
    if (now->contains(name)) continue;
    replaced = name;
    auto volume = co_await step.context.engine.inspect_volume(name);
    if (!volume) co_return std::unexpected(volume.error());
    if (!volume->labels.empty()) continue;  // somebody else's, made in between
    step.context.inventory.compared({{name, {made_in_place(*volume)}}});
    step.context.inventory.volume_recreated(step.context.app, name);
  }
  if (replaced.empty()) co_return Status{};
  step.context.cache.mark_volumes();
  // Without that record the volume would be nobody's.
  auto noted = co_await wait_for_disk(step.context.inventory, OnDisk::kFirst);
  if (!noted) co_return noted;
  RemoveContainer unused{Ref{id, spec.name}};
  auto removed = co_await perform(step, std::move(unused));
  if (!removed) co_return removed;
  co_return failure(ErrorClass::kTransient, Reason::kStateConflict,
                    "volume " + replaced + " went away while container " + spec.name +
                        " was made, and the engine made an empty one in its place");
}

// The image is sure to be here only now, and says where it declares volumes. Networks and volumes
// are looked at last, so that as little time as can be is between look and call. Whatever fails
// after the create, the steps that follow and the inventory must know the ID: it is noted first.
Task<Status> perform(Step step, CreateContainer action) {
  auto fine = allowed(
      check_paths(app_of_step(step), action.spec, action.volumes, or_nothing(step.context.access)));
  if (!fine) co_return fine;
  if (!action.inherited.empty()) {
    auto image = co_await step.context.engine.inspect_image(action.spec.image);
    if (!image) co_return std::unexpected(image.error());
    mount_inherited(action, *image);
  }
  for (auto& endpoint : action.spec.endpoints) {
    auto resolved = resolve(step, endpoint);
    if (!resolved) co_return resolved;
  }
  auto named = co_await check_names(step.context.looks, action.spec.endpoints);
  if (!named) co_return named;
  auto ours = co_await check_volumes(step.context.engine, action.spec.mounts,
                                     step.context.inventory.instance());
  if (!ours) co_return std::unexpected(ours.error());
  // What an image says of itself under our names would be taken for our own word.
  for (auto& key : step.context.images.reserved_labels(action.spec.image))
    action.spec.labels.try_emplace(std::move(key), "");
  auto id = co_await step.context.engine.create_container(action.spec);
  if (!id) co_return std::unexpected(id.error());
  step.created.containers[action.spec.name] = *id;
  const Touch touched(step, *id);
  auto recorded = step.context.inventory.created(Kind::kContainer, action.spec.name, *id);
  if (!recorded) co_return recorded;
  if (!ours->empty()) {
    auto kept = co_await verify_volumes(step, *id, action.spec, std::move(*ours));
    if (!kept) co_return kept;
  }
  // Attaching before the start costs a sixtieth of after (F014).
  if (docker::has(step.context.engine.api_version(), docker::ApiFeature::kSeveralEndpoints))
    co_return Status{};
  for (std::size_t i = 1; i < action.spec.endpoints.size(); ++i) {
    auto connected = co_await step.context.engine.connect_network(*id, action.spec.endpoints[i]);
    if (!connected) co_return connected;
  }
  co_return Status{};
}

Task<Status> perform(Step step, StartContainer action) {
  auto id = container_id(step, action.container);
  if (!id) co_return std::unexpected(id.error());
  const Touch touched(step, *id);
  // Before each start, for a crash may have left the container without.
  if (!action.files.empty()) {
    auto written = co_await step.context.engine.put_files(*id, std::move(action.files));
    if (!written) co_return written;
  }
  co_return co_await step.context.engine.start_container(*id);
}

// One after the other; what failed is said with the last that it wrote.
Task<Status> run_hooks(Step step, std::string id, std::string what,
                       std::vector<docker::ExecSpec> hooks, std::string hint) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    const std::string which = what + "[" + std::to_string(i) + "] of " + step.component;
    // A hook may outlive its manifest; then it alone knows its values.
    const model::Masks own = values_of(hooks[i].env);
    const auto command = hooks[i].command;
    auto ended = co_await step.context.engine.run_exec(id, std::move(hooks[i]));
    if (!ended) co_return std::unexpected(std::move(ended.error()).with_context(which));
    // The next one; a failure ends the list, as in Compose.
    if (ended->exit_code == 0) continue;
    const bool known = step.context.hidden.hooks.contains(command);
    const std::string said = known ? own.apply(ended->output)
                                   : "what it wrote is not shown, since its manifest has changed";
    co_return hook_failure(which, ended->exit_code, said, hint);
  }
  co_return Status{};
}

Task<Status> perform(Step step, RunHooks action) {
  auto id = container_id(step, action.container);
  if (!id) co_return std::unexpected(id.error());
  auto ran = co_await run_hooks(step, *id, "post_start", action.hooks.post_start, "");
  if (!ran) co_return ran;
  // In memory only: should it be lost in a crash, they run once more, which is what due means.
  action.hooks.due = false;
  step.context.inventory.remember_hooks(*id, std::move(action.hooks));
  co_return Status{};
}

Task<Status> perform(Step step, StopContainer action) {
  auto id = container_id(step, action.container);
  if (!id) co_return std::unexpected(id.error());
  const std::string hint = "to go on without it: docker stop " + action.container.name;
  auto ready = co_await run_hooks(step, *id, "pre_stop", std::move(action.pre_stop), hint);
  // One that has ended meanwhile is as good as stopped.
  if (!ready && ready.error().reason != Reason::kStateConflict &&
      ready.error().reason != Reason::kNotFound)
    co_return ready;
  const Touch touched(step, *id);
  // An unfinished one is to look as if a user had stopped it: it is started again when its service
  // comes back.
  if (!action.unfinished) step.context.cache.expect_stop(*id);
  co_return co_await step.context.engine.stop_container(*id, action.grace_seconds);
}

Task<Status> perform(Step step, RestartContainer action) {
  auto stopped = co_await perform(step, std::move(action.stop));
  if (!stopped) co_return stopped;
  // Only when it has stopped: a stop that fails leaves nothing due.
  const OnDisk need = Record(step)(action.start);
  auto recorded = co_await wait_for_disk(step.context.inventory, need);
  if (!recorded) co_return recorded;
  co_return co_await perform(step, std::move(action.start));
}

Task<Status> perform(Step step, UnpauseContainer action) {
  const Touch touched(step, action.container.id);
  co_return co_await step.context.engine.unpause_container(action.container.id);
}

Task<Status> perform(Step step, RenameContainer action) {
  auto id = container_id(step, action.container);
  if (!id) co_return std::unexpected(id.error());
  const Touch touched(step, *id);
  auto renamed = co_await step.context.engine.rename_container(*id, action.new_name);
  if (!renamed) co_return renamed;
  // The same object under another name: its entry goes along.
  co_return step.context.inventory.created(Kind::kContainer, action.new_name, *id);
}

Task<Status> perform(Step step, UpdateContainer action) {
  const Touch touched(step, action.container.id);
  co_return co_await step.context.engine.update_container(action.container.id, action.update);
}

Task<Status> perform(Step step, ConnectEndpoint action) {
  auto id = container_id(step, action.container);
  if (!id) co_return std::unexpected(id.error());
  auto resolved = resolve(step, action.endpoint);
  if (!resolved) co_return resolved;
  auto free = co_await check_address(step.context.engine, step.context.cache.observed(),
                                     step.context.app, *id, action.endpoint);
  if (!free) co_return free;
  const Touch touched(step, *id);
  co_return co_await step.context.engine.connect_network(*id, action.endpoint);
}

Task<Status> perform(Step step, DisconnectEndpoint action) {
  auto id = container_id(step, action.container);
  if (!id) co_return std::unexpected(id.error());
  // Before it leaves: an address that can't be had is found out while it still has its old one.
  if (action.next) {
    auto resolved = resolve(step, *action.next);
    if (!resolved) co_return resolved;
    auto free = co_await check_address(step.context.engine, step.context.cache.observed(),
                                       step.context.app, *id, *action.next);
    if (!free) co_return free;
  }
  const Touch touched(step, *id);
  // By name where the network is gone: its ID means nothing to the engine any more.
  const auto& network = action.network.id.empty() ? action.network.name : action.network.id;
  co_return co_await step.context.engine.disconnect_network(network, *id, action.force);
}

Task<Status> perform(Step step, FailHook action) {
  // Before the rename, though the ID would find it after it as well: a failing rename must not cost
  // the reason.
  auto said = co_await step.context.engine.container_logs(action.container.id, kLogLines);
  RenameContainer aside{action.container, action.new_name};
  auto renamed = co_await perform(step, std::move(aside));
  if (!renamed) co_return renamed;
  co_return hook_failure("pre_start of " + step.component, action.exit_code, said.value_or(""),
                         "`docker logs " + action.new_name + "` has all that it wrote");
}

}  // namespace

Task<Status> prepare(ExecuteContext& context, CreatedObjects& created, std::string component,
                     const Action& action) {
  const Step step{context, created, std::move(component)};
  const auto creation = std::visit(CreationOf(), action);
  // By name: an ID comes with the reply, and a crash may come before that.
  if (creation) context.inventory.intend(entry(step, creation->first, creation->second, ""));
  OnDisk need = std::visit(Record(step), action);
  if (creation) need = OnDisk::kFirst;
  co_return co_await wait_for_disk(context.inventory, need);
}

Task<Status> act(ExecuteContext& context, CreatedObjects& created, std::string component,
                 Action action) {
  Step step{context, created, std::move(component)};
  const auto creation = std::visit(CreationOf(), action);
  auto start = [&step](auto alternative) { return perform(step, std::move(alternative)); };
  // A variable of its own, and no co_await in the operand
  // (docs/decisions/0009-three-forms-of-co-await.md).
  auto step_task = std::visit(start, std::move(action));
  auto done = co_await std::move(step_task);
  if (done) co_return done;
  // What appears under this name now is somebody else's.
  if (creation && done.error().error_class != ErrorClass::kUnknown)
    context.inventory.refused(creation->first, creation->second);
  // The one place where errors of the engine leave for logs, events and status.
  co_return std::unexpected(without_values(std::move(done.error()), context.hidden));
}

}  // namespace fairlead::controller
