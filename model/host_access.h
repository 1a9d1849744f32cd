// What manifests may demand of the host: nothing that makes an App root on it, unless a policy file
// says so (F101, F102).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"

namespace fairlead::model {

// One entry under `allow:`. Lists are of exact names, but for what their comments say.
struct Allowance {
  std::vector<std::string> apps;  // `*` stands for any text
  bool privileged = false;
  bool engine_socket = false;
  bool foreign_containers = false;  // container:NAME in network_mode, ipc, pid, volumes_from
  std::vector<std::string> host_namespaces;  // network, pid, ipc, uts, userns, cgroup
  std::vector<std::string> capabilities;     // without CAP_; ALL
  std::vector<std::string> devices;          // paths; a trailing / means all beneath
  std::vector<std::string> bind_mounts;      // roots
  std::vector<std::string> security_opts;
  std::vector<std::string> sysctls;  // a trailing . means all beneath
  std::vector<std::string> runtimes;
  std::vector<std::string> cgroup_parents;
};

struct HostAccess {
  std::vector<Allowance> allow;
  // Always readable: a manifest may show its own files to its containers.
  std::string manifests_root;
  std::string engine_socket;  // path of the engine's socket, if it has one

  // All that applies to one App, in one.
  Allowance of(std::string_view app) const;
};

// A `kind: Policy` document.
struct PolicyFile {
  HostAccess access;
  std::vector<Diagnostic> diagnostics;
};
PolicyFile decode_policy(std::string_view file, std::string_view bytes);

}  // namespace fairlead::model
