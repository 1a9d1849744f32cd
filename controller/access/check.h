// The policy, applied once, to the request that would be sent: every way of spelling a demand has
// become the same field by then (F101, F102). Pure but for paths, which are followed on the host
// (HostAccess::host) and only looked at.
//
// Asked by the planner for each service, volume and network of a manifest, by `validate` and
// `config` of an App on an empty engine, and by the executor right before it creates.
//
//   what a container demands            access/check.cpp
//   what a volume or network demands    access/check_objects.cpp
//   paths of the host                   access/checker.cpp, access/host_files.cpp
//
//   std::vector<Violation> found = check_access(app, service, spec, or_nothing(policy.access));
//   for (const auto& each : found) …   // each.key asks for each.what; each.rule would allow it
//
// Why on the request, and not on the manifest? Compose has many spellings for one thing
// (`privileged`, a volume with `driver_opts`, an `ipc` of the host), and a check of keys misses the
// next one. What a request does not say, the engine does not do. Only what is no part of a request
// is judged by the manifest: hooks, and what belongs to somebody else by its name.
//
// Two things that look like the engine's own business are judged here, too: what its own process,
// which is root, opens for a container (log options, local volumes, seccomp profiles), and what
// runtimes do with annotations.
//
// A new field of a request that reaches the host needs its line here. Until there is one it is
// allowed: the engine's API is larger than any list, and docs/policy.md says what was found
// harmless.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "docker/types.h"
#include "model/app.h"
#include "model/host_access.h"

namespace fairlead::controller {

// Three texts that a message is made of: "KEY asks for WHAT, which the policy does not allow; allow
// it with `RULE`". Invalid, PolicyDenied, for whoever makes an error of it.
struct Violation {
  std::string key;   // of the manifest: services.web.privileged
  std::string what;  // what it asks for
  std::string rule;  // of the policy file, that would allow it
};

// What a policy that may be absent allows: without one nothing. Borrowed from the argument.
const model::HostAccess& or_nothing(const std::shared_ptr<const model::HostAccess>& access);

// All that goes beyond what the policy allows to `app` by its name and file, in the order of the
// table above; empty: it may. `service` gives the names of its keys, `spec` is what is judged.
std::vector<Violation> check_access(const model::App& app, const model::Service& service,
                                    const docker::ContainerSpec& spec,
                                    const model::HostAccess& access);

// One that is the App's own by what it says; an external one by the labels that the engine shows.
// One that the engine does not have yet is nobody's: what it turns out to be is judged when it is
// there.
std::vector<Violation> check_access(const model::App& app, const model::Volume& volume,
                                    const Observed& observed, const Policy& policy);
std::vector<Violation> check_access(const model::App& app, const model::Network& network,
                                    const Observed& observed, const Policy& policy);
// The request itself, right before it is sent.
std::vector<Violation> check_access(const model::App& app, const docker::VolumeSpec& volume,
                                    const model::HostAccess& access);

// Only where paths lead, of a container and the App's own volumes in it: to be asked again at the
// last moment (F103). What happens to a link between this and the mount can't be known. Of the App,
// name and file count. Blocks for some stat() calls, as all of these do where HostAccess::host is
// there.
std::vector<Violation> check_paths(const model::App& app, const docker::ContainerSpec& spec,
                                   const std::vector<docker::VolumeSpec>& volumes,
                                   const model::HostAccess& access);

}  // namespace fairlead::controller
