// A table of keys for an entry, one for the document, and what of it applies to one App. Unknown
// keys are errors here as in manifests: a misspelled rule must not be taken for none, nor for more.
#include "model/host_access.h"

#include <algorithm>
#include <exception>

#include "model/yaml/reader.h"
#include "model/yaml/yaml.h"

namespace fairlead::model {
namespace {

template <bool Allowance::* Member>
void flag(Reader& reader, const Field& field, Allowance& out) {
  out.*Member = read_bool(reader, field).value_or(false);
}
template <std::vector<std::string> Allowance::* Member>
void list(Reader& reader, const Field& field, Allowance& out) {
  out.*Member = read_strings(reader, field);
}

void read_namespaces(Reader& reader, const Field& field, Allowance& out) {
  static const std::vector<std::string> kKnown = {"network", "pid",    "ipc",
                                                  "uts",     "userns", "cgroup"};
  out.host_namespaces = read_strings(reader, field);
  for (const auto& name : out.host_namespaces) {
    if (std::ranges::find(kKnown, name) == kKnown.end())
      reader.error(field, "unknown namespace `" + name + "`",
                   "network, pid, ipc, uts, userns or cgroup");
  }
}

void read_roots(Reader& reader, const Field& field, Allowance& out) {
  out.bind_mounts = read_strings(reader, field);
  for (const auto& root : out.bind_mounts) {
    // Relative to what would depend on who asks.
    if (!root.starts_with('/')) reader.error(field, "not an absolute path: " + root);
  }
}

void read_files(Reader& reader, const Field& field, Allowance& out) {
  out.files = read_strings(reader, field);
  for (const auto& file : out.files) {
    // Compared as texts with paths that have neither dots nor a slash in front.
    if (file.empty() || file.starts_with('/') || ("/" + file + "/").find("/../") != file.npos ||
        ("/" + file).find("/./") != file.npos)
      reader.error(field, "not a path beneath the manifests directory: `" + file + "`",
                   "shop.yaml, team-a/*.yaml");
  }
}

// In Kubernetes' spelling, as all that is Fairlead's own. A new one: docs/policy.md, docs/schema
// and of() below, too.
constexpr Key<Allowance> kAllowanceKeys[] = {
    {"apps", list<&Allowance::apps>},
    {"files", read_files},
    {"privileged", flag<&Allowance::privileged>},
    {"engineSocket", flag<&Allowance::engine_socket>},
    {"foreignContainers", flag<&Allowance::foreign_containers>},
    {"hostNamespaces", read_namespaces},
    {"capabilities", list<&Allowance::capabilities>},
    {"devices", list<&Allowance::devices>},
    {"bindMounts", read_roots},
    {"securityOpts", list<&Allowance::security_opts>},
    {"sysctls", list<&Allowance::sysctls>},
    {"annotations", list<&Allowance::annotations>},
    {"runtimes", list<&Allowance::runtimes>},
    {"cgroupParents", list<&Allowance::cgroup_parents>},
    {"logDrivers", list<&Allowance::log_drivers>},
    {"networkDrivers", list<&Allowance::network_drivers>},
    {"volumeDrivers", list<&Allowance::volume_drivers>},
    {"volumeTypes", list<&Allowance::volume_types>},
    {"hostInterfaces", list<&Allowance::host_interfaces>},
    {"externalObjects", list<&Allowance::external_objects>},
    {"oomProtection", flag<&Allowance::oom_protection>},
};

void read_word(Reader& reader, const Field& field, std::string_view wanted) {
  const auto text = read_string(reader, field);
  if (text && *text != wanted) reader.error(field, "unknown: " + *text, std::string(wanted));
}

constexpr Key<HostAccess> kPolicyKeys[] = {
    {"apiVersion",
     [](Reader& r, const Field& f, HostAccess&) { read_word(r, f, "fairlead.dev/v1"); }},
    {"kind", [](Reader& r, const Field& f, HostAccess&) { read_word(r, f, "Policy"); }},
    {"trustDirectoryOwner",
     [](Reader& r, const Field& f, HostAccess& out) {
       out.trust_directory_owner = read_bool(r, f).value_or(false);
     }},
    {"allow",
     [](Reader& r, const Field& f, HostAccess& out) {
       if (!expect_list(r, f)) return;
       for (std::size_t i = 0; i < f.node.items.size(); ++i) {
         Allowance each;
         const Field item = f.item(i);
         if (!read_map<Allowance>(r, item, kAllowanceKeys, each)) continue;
         // An empty list names nobody; it must not read as if it were not there.
         const auto empty = [&item](const char* key, const auto& list) {
           return item.node.find(key) != nullptr && list.empty();
         };
         if ((each.apps.empty() && each.files.empty()) || empty("apps", each.apps) ||
             empty("files", each.files))
           r.error(item, "no `apps` and no `files`, or an empty list of them",
                   "files: [team-a/*.yaml], or apps: [NAME, …]; [\"*\"] for all");
         out.allow.push_back(std::move(each));
       }
     }},
};

// As matches(), but a `*` stops at a slash unless it is doubled.
bool matches_path(std::string_view pattern, std::string_view path) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == path;
  if (!path.starts_with(pattern.substr(0, star))) return false;
  const bool deep = pattern.substr(star).starts_with("**");
  const auto rest = pattern.substr(star + (deep ? 2 : 1));
  for (std::size_t at = star; at <= path.size(); ++at) {
    if (matches_path(rest, path.substr(at))) return true;
    if (!deep && at < path.size() && path[at] == '/') return false;
  }
  return false;
}

// Both lists must match where both are given: an App's name is its manifest's own choice.
bool applies(const Allowance& each, std::string_view app, std::string_view file) {
  const auto named = [app](const auto& name) { return matches(name, app); };
  const auto placed = [file](const auto& path) { return matches_path(path, file); };
  // Refused when it is read; never "everybody", whatever comes to be here.
  if (each.apps.empty() && each.files.empty()) return false;
  return (each.apps.empty() || std::ranges::any_of(each.apps, named)) &&
         (each.files.empty() || std::ranges::any_of(each.files, placed));
}

void add(std::vector<std::string>& into, const std::vector<std::string>& more) {
  into.insert(into.end(), more.begin(), more.end());
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const auto rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= name.size(); ++at) {
    if (matches(rest, name.substr(at))) return true;
  }
  return false;
}

Allowance HostAccess::of(std::string_view app, std::string_view file) const {
  Allowance all;
  for (const auto& each : allow) {
    if (!applies(each, app, file)) continue;
    // Only ever more: no entry takes away what another gives.
    all.privileged |= each.privileged;
    all.engine_socket |= each.engine_socket;
    all.foreign_containers |= each.foreign_containers;
    add(all.host_namespaces, each.host_namespaces);
    add(all.capabilities, each.capabilities);
    add(all.devices, each.devices);
    add(all.bind_mounts, each.bind_mounts);
    add(all.security_opts, each.security_opts);
    add(all.sysctls, each.sysctls);
    add(all.annotations, each.annotations);
    add(all.runtimes, each.runtimes);
    add(all.cgroup_parents, each.cgroup_parents);
    add(all.log_drivers, each.log_drivers);
    add(all.network_drivers, each.network_drivers);
    add(all.volume_drivers, each.volume_drivers);
    add(all.volume_types, each.volume_types);
    add(all.host_interfaces, each.host_interfaces);
    add(all.external_objects, each.external_objects);
    all.oom_protection |= each.oom_protection;
  }
  return all;
}

PolicyFile decode_policy(std::string_view file, std::string_view bytes) {
  PolicyFile out;
  const DecodeOptions options;
  Reader reader{{std::string(file)}, options, out.diagnostics};
  const YamlFile yaml = read_yaml(bytes);
  for (const auto& error : yaml.errors)
    reader.error_at(error.mark, "", error.message);
  // Of two documents one might be overlooked by whoever reads the file.
  if (yaml.errors.empty() && yaml.documents.size() != 1)
    reader.error_at({1, 1}, "", "not one document", "kind: Policy");
  for (const auto& document : yaml.documents) {
    const Field whole{document, ""};
    if (document.is_map() && document.find("kind") == nullptr)
      reader.error(whole, "no `kind`", "kind: Policy");
    read_map<HostAccess>(reader, whole, kPolicyKeys, out.access);
  }
  for (auto& diagnostic : out.diagnostics)
    make_fit(diagnostic, *reader.masks);
  return out;
}

}  // namespace fairlead::model
