// The policy, applied once, to the request that would be sent: every way of spelling a demand has
// become the same field by then (F101, F102).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "docker/types.h"
#include "model/host_access.h"

namespace fairlead::controller {

struct Violation {
  std::string key;   // of the manifest: services.web.privileged
  std::string what;  // what it asks for
  std::string rule;  // of the policy file, that would allow it
};

// What a policy that may be absent allows: nothing.
const model::HostAccess& or_nothing(const std::shared_ptr<const model::HostAccess>& access);

std::vector<Violation> check_access(const model::Service& service,
                                    const docker::ContainerSpec& spec,
                                    const model::HostAccess& access, const std::string& app);
// The same for where bind mounts really lead, symbolic links followed (F103): to be asked at the
// last moment. What happens to a link between this and the mount can't be known.
std::vector<Violation> check_real_binds(const docker::ContainerSpec& spec,
                                        const model::HostAccess& access, const std::string& app);
std::vector<Violation> check_access(const model::Volume& volume, const model::HostAccess& access,
                                    const std::string& app);

}  // namespace fairlead::controller
