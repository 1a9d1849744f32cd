
#include "controller/plan/denied.h"

#include "controller/access/check.h"

namespace fairlead::controller {
namespace {

// The class is Invalid: neither time nor the engine changes it.
bool refuse_all(Planner& p, Kind kind, const std::string& component, const std::string& object,
                const std::vector<Violation>& found, const model::Position& position) {
  for (const auto& each : found) {
    refuse(p, kind, component, object,
           {ErrorClass::kInvalid, Reason::kPolicyDenied,
            each.key + " asks for " + each.what + ", which the policy does not allow",
            "remove it, or allow it with `" + each.rule + "` in the policy file"},
           position);
  }
  return !found.empty();
}

}  // namespace

bool denied(Planner& p, const model::Service& service, const docker::ContainerSpec& spec) {
  return refuse_all(p, Kind::kContainer, service.name, service.container_name,
                    check_access(p.app, service, spec, or_nothing(p.policy.access)),
                    service.position);
}

bool denied(Planner& p, const model::Volume& volume) {
  return refuse_all(p, Kind::kVolume, volume.key, volume.docker_name,
                    check_access(p.app, volume, p.observed, p.policy), volume.position);
}

bool denied(Planner& p, const model::Network& network) {
  return refuse_all(p, Kind::kNetwork, network.key, network.docker_name,
                    check_access(p.app, network, p.observed, p.policy), network.position);
}

}  // namespace fairlead::controller
