// What manifests may demand of the host: nothing that makes an App root on it, unless a policy file
// says so (F101, F102). Here is what a policy says; what it means for a request is in
// controller/access/check.h, and what people read of it in docs/policy.md.
//
//   auto policy = decode_policy("policy.yaml", bytes);
//   if (!policy.diagnostics.empty()) …                   // any of them: it must not be used
//   Allowance allowed = policy.access.of("shop", "team-a/shop.yaml");
//   if (!allowed.privileged) …
//
// Entries only add: there is no rule that takes away, so their order does not matter, and an empty
// or absent policy allows nothing. Read once, at the start: who may change it is root here, and
// must not be surprised by a file that was half-written.
//
// What has no rule at all is allowed because it reaches nothing but the App itself; docs/policy.md
// lists it with the reasons. A new key of Compose that reaches the host needs its rule here first.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"

namespace fairlead::model {

// One entry under `allow:`. Lists are of exact names, but for what their comments say. A member
// that is added needs its line in of() too, where entries are put together.
struct Allowance {
  // Whom it is for: where both are given, an App that matches one of each. A manifest chooses its
  // App's name for itself; who writes which file is for the administrator to know.
  std::vector<std::string> apps;   // names; `*` stands for any text; network/NAME
  std::vector<std::string> files;  // beneath the manifests directory; `*` any text without a /,
                                   // `**` any text
  bool privileged = false;
  bool engine_socket = false;
  // container:NAME in network_mode, ipc, pid, volumes_from; links on the default bridge.
  bool foreign_containers = false;
  std::vector<std::string> host_namespaces;  // network, pid, ipc, uts, userns, cgroup
  std::vector<std::string> capabilities;     // without CAP_; ALL
  std::vector<std::string> devices;          // paths; a trailing / means all beneath
  std::vector<std::string> bind_mounts;      // roots
  std::vector<std::string> security_opts;
  std::vector<std::string> sysctls;      // a trailing . means all beneath
  std::vector<std::string> annotations;  // names; `*` stands for any text
  std::vector<std::string> runtimes;
  std::vector<std::string> cgroup_parents;
  std::vector<std::string> log_drivers;      // other than the engine's own
  std::vector<std::string> network_drivers;  // of networks and of their addresses; the same
  std::vector<std::string> volume_drivers;   // other than local
  std::vector<std::string> volume_types;     // file systems of the local driver; `*` stands for all
  std::vector<std::string> host_interfaces;  // `*` stands for any text
  std::vector<std::string> external_objects;  // Docker names; `*` stands for any text
  bool oom_protection = false;                // a negative oom_score_adj, oom_kill_disable
};

// The host's file system, as far as paths of it are judged: a seam, so that tests and replays have
// a host of their own. Blocking. Real: host_files() in controller/access.
class HostFiles {
 public:
  virtual ~HostFiles() = default;
  // Absolute, without links and `..`; of a path that is not there, as far as it is. Nothing if it
  // can't be followed.
  virtual std::optional<std::string> real_path(const std::string& path) const = 0;
  // True if `path` is one of the sockets, or a folder from which one can be reached: by name, by a
  // hard link, or through another mount of a folder that holds it.
  virtual bool reaches(const std::string& path, const std::vector<std::string>& sockets) const = 0;
};

// A policy, and what of this host it has to be judged with. `allow` and `trust_directory_owner`
// come from the file, the rest from the command line (cmd/fairlead/decoding.cpp). Immutable once it
// is shared.
struct HostAccess {
  std::vector<Allowance> allow;
  bool trust_directory_owner = false;  // whoever the manifests directory belongs to may write it
  // Always readable: a manifest may show its own files to its containers.
  std::string manifests_root;
  std::vector<std::string> engine_sockets{};  // besides those at the usual places
  // Null: paths are judged by their text alone.
  std::shared_ptr<const HostFiles> host{};

  // All that applies to one App, in one. `file`: as in App.
  // Of an App that matches no entry: nothing. A shared network is asked about as network/NAME.
  // Costs a look at every entry: once for each object that is judged.
  Allowance of(std::string_view app, std::string_view file) const;
};

// `*` stands for any text, also none; a slash is a character like others here, other than in
// `files`. Recursive by stars: for patterns of an administrator, not for a stranger's.
bool matches(std::string_view pattern, std::string_view name);

// A `kind: Policy` document. With any diagnostic, a warning too, the access is not to be used: half
// a policy may allow what its other half was to name.
struct PolicyFile {
  HostAccess access;
  std::vector<Diagnostic> diagnostics;
};
// `file` is for positions. One document in the file, with all its keys known; never throws.
PolicyFile decode_policy(std::string_view file, std::string_view bytes);

}  // namespace fairlead::model
