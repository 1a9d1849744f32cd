#include "model/host_access.h"

#include <algorithm>
#include <exception>

#include "model/reader.h"
#include "model/yaml.h"

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
    if (!root.starts_with('/')) reader.error(field, "not an absolute path: " + root);
  }
}

constexpr Key<Allowance> kAllowanceKeys[] = {
    {"apps", list<&Allowance::apps>},
    {"privileged", flag<&Allowance::privileged>},
    {"engineSocket", flag<&Allowance::engine_socket>},
    {"foreignContainers", flag<&Allowance::foreign_containers>},
    {"hostNamespaces", read_namespaces},
    {"capabilities", list<&Allowance::capabilities>},
    {"devices", list<&Allowance::devices>},
    {"bindMounts", read_roots},
    {"securityOpts", list<&Allowance::security_opts>},
    {"sysctls", list<&Allowance::sysctls>},
    {"runtimes", list<&Allowance::runtimes>},
    {"cgroupParents", list<&Allowance::cgroup_parents>},
};

void read_word(Reader& reader, const Field& field, std::string_view wanted) {
  const auto text = read_string(reader, field);
  if (text && *text != wanted) reader.error(field, "unknown: " + *text, std::string(wanted));
}

constexpr Key<HostAccess> kPolicyKeys[] = {
    {"apiVersion",
     [](Reader& r, const Field& f, HostAccess&) { read_word(r, f, "fairlead.dev/v1"); }},
    {"kind", [](Reader& r, const Field& f, HostAccess&) { read_word(r, f, "Policy"); }},
    {"allow",
     [](Reader& r, const Field& f, HostAccess& out) {
       if (!expect_list(r, f)) return;
       for (std::size_t i = 0; i < f.node.items.size(); ++i) {
         Allowance each;
         const Field item = f.item(i);
         if (!read_map<Allowance>(r, item, kAllowanceKeys, each)) continue;
         if (each.apps.empty()) r.error(item, "no `apps`", "apps: [NAME, …], or [\"*\"] for all");
         out.allow.push_back(std::move(each));
       }
     }},
};

// `*` stands for any text, also none.
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

void add(std::vector<std::string>& into, const std::vector<std::string>& more) {
  into.insert(into.end(), more.begin(), more.end());
}

}  // namespace

Allowance HostAccess::of(std::string_view app) const {
  Allowance all;
  for (const auto& each : allow) {
    if (std::ranges::none_of(each.apps, [app](const auto& name) { return matches(name, app); }))
      continue;
    all.privileged |= each.privileged;
    all.engine_socket |= each.engine_socket;
    all.foreign_containers |= each.foreign_containers;
    add(all.host_namespaces, each.host_namespaces);
    add(all.capabilities, each.capabilities);
    add(all.devices, each.devices);
    add(all.bind_mounts, each.bind_mounts);
    add(all.security_opts, each.security_opts);
    add(all.sysctls, each.sysctls);
    add(all.runtimes, each.runtimes);
    add(all.cgroup_parents, each.cgroup_parents);
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
  if (yaml.errors.empty() && yaml.documents.size() != 1)
    reader.error_at({1, 1}, "", "not one document", "kind: Policy");
  for (const auto& document : yaml.documents) {
    const Field whole{document, ""};
    if (document.is_map() && document.find("kind") == nullptr)
      reader.error(whole, "no `kind`", "kind: Policy");
    read_map<HostAccess>(reader, whole, kPolicyKeys, out.access);
  }
  return out;
}

}  // namespace fairlead::model
