#include "controller/plan/steps.h"

#include <algorithm>

#include "base/assert.h"
#include "controller/objects/owned.h"
#include "controller/plan/followers.h"
#include "controller/plan/hooks.h"
#include "controller/plan/inherit.h"

namespace fairlead::controller {
namespace {

// The engine mounts what they name at each start, not when they are made.
std::vector<docker::VolumeSpec> demanding_volumes(const Planner& p, const model::Service& service) {
  std::vector<docker::VolumeSpec> out;
  for (const auto& volume : p.app.volumes) {
    const bool mounted = std::ranges::any_of(service.mounts, [&volume](const model::Mount& mount) {
      return mount.type == model::Mount::Type::kVolume && mount.source == volume.key;
    });
    // Looked at once more before the create, with the container's own paths (act.cpp): a link may
    // have moved.
    if (mounted && !volume.external && !volume.driver_opts.empty())
      out.push_back(volume_spec(p.app.name, volume, p.policy));
  }
  return out;
}

}  // namespace

std::size_t ensure_image(Planner& p, const model::Service& service, const EnsureImage& wanted) {
  const std::string key = key_of(wanted);
  auto image = p.images.find(key);
  // Replicas and services of one image wait for one step.
  if (image == p.images.end()) {
    const auto step = add(
        p, on_container(service, service.container_name, wanted, {},
                        wanted.pull.when == model::PullPolicy::When::kMissing
                            ? "pull " + wanted.reference + " if the engine does not have it"
                            : "pull_policy of " + wanted.reference + " is " + wanted.pull.text));
    image = p.images.emplace(key, step).first;
  }
  return image->second;
}

// The other policies ask when a container is made, and remember nothing.
const KnownImage* known_image(const Planner& p, const model::Service& service) {
  if (service.pull.when != model::PullPolicy::When::kEvery) return nullptr;
  const auto found = p.memory.images.find(key_of(image_of(service)));
  return found == p.memory.images.end() ? nullptr : &found->second;
}

std::size_t create_container(Planner& p, const model::Service& service, docker::ContainerSpec spec,
                             const std::string& name, const docker::Container* replaced,
                             Steps after, const std::string& reason) {
  after.push_back(ensure_image(p, service, image_of(service)));
  if (service.network_mode.empty())
    for (const auto& endpoint : service.endpoints)
      append(after, p.networks[endpoint.network].created);
  for (const auto& mount : service.mounts)
    if (mount.type == model::Mount::Type::kVolume) append(after, p.volumes[mount.source]);
  // Where it is shut a first container is not made at all (create_missing in containers.cpp).
  append(after, link_gate(p, service).value_or(Steps{}));
  spec.name = name;
  CreateContainer create{std::move(spec)};
  if (replaced != nullptr) create = inheriting(p, service, std::move(create.spec), *replaced);
  create.volumes = demanding_volumes(p, service);
  return add(p, on_container(service, name, std::move(create), std::move(after), reason));
}

// Two operations where it is up, so that a stop that fails (a `pre_stop`) keeps the container; the
// index is that of the removal.
std::size_t remove_container(Planner& p, const docker::Container& container,
                             const std::string& component, Steps after, const std::string& reason,
                             int grace) {
  FL_ASSERT(owned(container.labels, p.policy.instance, p.app.name));
  const Ref ref{container.id, container.name};
  Operation operation{.kind = Kind::kContainer,
                      .component = component,
                      .object = container.name,
                      .action = stop_action(p, container, grace),
                      .after = std::move(after),
                      .reason = reason};
  if (up(container)) operation.after = {add(p, operation)};
  operation.action = RemoveContainer{ref, container.state == "dead"};
  const auto step = add(p, operation);
  for (const auto& endpoint : container.endpoints)
    // Networks that it is on come after it.
    p.detaches[endpoint.network_id][container.id] = step;
  p.removals[container.id] = step;
  return step;
}

std::size_t remove_network(Planner& p, const docker::Network& network, const std::string& component,
                           Steps after, const std::string& reason) {
  FL_ASSERT(owned(network.labels, p.policy.instance, p.app.name));
  return add(p, {.kind = Kind::kNetwork,
                 .component = component,
                 .object = network.name,
                 .action = RemoveNetwork{{network.id, network.name}},
                 .after = std::move(after),
                 .reason = reason,
                 .rollback = {}});
}

}  // namespace fairlead::controller
