#include "controller/plan/inherit.h"

#include <algorithm>

#include "base/paths.h"
#include "controller/objects/labels.h"
#include "controller/request/live.h"

namespace fairlead::controller {
namespace {

docker::MountSpec* mount_at(docker::ContainerSpec& spec, const std::string& target) {
  const auto found = std::ranges::find_if(
      spec.mounts, [&target](const auto& mount) { return clean_path(mount.target) == target; });
  return found == spec.mounts.end() ? nullptr : &*found;
}

// True if `volumes_from` brings a volume to this place: it is the other service's to carry over.
bool comes_from_peer(const Planner& p, const model::Service& service, const std::string& target) {
  if (!service.settings.contains("volumes_from")) return false;
  return std::ranges::any_of(model::peers_of(service), [&](const std::string& peer) {
    const auto found = p.observed.containers.find(peer_id(p.app, peer, p.observed, p.policy));
    return found != p.observed.containers.end() &&
           std::ranges::any_of(found->second.details.volumes,
                               [&target](const auto& each) { return each.target == target; });
  });
}

}  // namespace

CreateContainer inheriting(const Planner& p, const model::Service& service,
                           docker::ContainerSpec spec, const docker::Container& replaced) {
  spec.labels[std::string(kLabelReplaces)] = replaced.id;
  CreateContainer create{std::move(spec)};
  for (const auto& volume : replaced.volumes) {
    if (!docker::anonymous(volume)) continue;
    if (auto* mount = mount_at(create.spec, volume.target); mount != nullptr) {
      // The manifest wants something else there now.
      if (mount->type != "volume" || !mount->source.empty()) continue;
      mount->source = volume.name;
      mount->labels.clear();  // those of the volume stay what they are
    } else if (!comes_from_peer(p, service, volume.target)) {
      docker::MountSpec kept;
      kept.type = "volume";
      kept.source = volume.name;
      kept.target = volume.target;
      create.inherited.push_back(std::move(kept));
    }
  }
  return create;
}

}  // namespace fairlead::controller
