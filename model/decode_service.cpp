// One service: a table of Compose's keys, each with its reader.
#include <algorithm>

#include "model/decode_parts.h"

namespace fairlead::model {
namespace {

template <std::optional<std::string> Service::* Member>
void string_into(Reader& reader, const Field& field, Service& out) {
  out.*Member = read_string(reader, field);
}
template <std::string Service::* Member>
void text_into(Reader& reader, const Field& field, Service& out) {
  if (auto value = read_string(reader, field)) out.*Member = std::move(*value);
}
template <std::optional<bool> Service::* Member>
void bool_into(Reader& reader, const Field& field, Service& out) {
  out.*Member = read_bool(reader, field);
}
template <std::vector<std::string> Service::* Member>
void strings_into(Reader& reader, const Field& field, Service& out) {
  out.*Member = read_strings(reader, field);
}

void read_restart(Reader& reader, const Field& field, Service& service) {
  const auto text = read_string(reader, field);
  if (!text) return;
  RestartPolicy policy;
  const auto colon = text->find(':');
  policy.name = text->substr(0, colon);
  static const std::vector<std::string> kNames = {"no", "always", "on-failure", "unless-stopped"};
  const std::string count = colon == std::string::npos ? "0" : text->substr(colon + 1);
  const bool digits = !count.empty() && count.size() < 7 &&
                      std::ranges::all_of(count, [](char c) { return c >= '0' && c <= '9'; });
  const bool limited = colon != std::string::npos;
  if (std::ranges::find(kNames, policy.name) == kNames.end() || !digits ||
      (limited && policy.name != "on-failure")) {
    const auto near = nearest(policy.name, kNames);
    reader.error(field, "unknown restart policy `" + *text + "`",
                 "no, always, on-failure[:N] or unless-stopped",
                 near.empty() ? "" : "did you mean `" + near + "`?");
    return;
  }
  policy.max_attempts = std::stoi(count);
  service.restart = policy;
}

struct ConditionName {
  const char* name;
  Dependency::Condition condition;
};
constexpr ConditionName kConditions[] = {
    {"service_started", Dependency::Condition::kStarted},
    {"service_healthy", Dependency::Condition::kHealthy},
    {"service_completed_successfully", Dependency::Condition::kCompletedSuccessfully}};

void read_condition(Reader& reader, const Field& field, Dependency& dependency) {
  const auto text = read_string(reader, field);
  if (!text) return;
  for (const auto& each : kConditions) {
    if (*text != each.name) continue;
    dependency.condition = each.condition;
    return;
  }
  reader.error(field, "unknown condition `" + *text + "`",
               "service_started, service_healthy or service_completed_successfully");
}

constexpr Key<Dependency> kDependencyKeys[] = {
    {"condition", read_condition},
    {"restart",
     [](Reader& r, const Field& f, Dependency& d) { d.restart = read_bool(r, f).value_or(false); }},
    {"required",
     [](Reader& r, const Field& f, Dependency& d) { d.required = read_bool(r, f).value_or(true); }},
};

void read_depends_on(Reader& reader, const Field& field, Service& service) {
  if (field.node.is_sequence()) {
    for (std::size_t i = 0; i < field.node.items.size(); ++i) {
      Dependency dependency;
      dependency.position = reader.position(field.node.items[i]);
      if (auto name = read_string(reader, field.item(i))) dependency.service = *name;
      service.depends_on.push_back(std::move(dependency));
    }
    return;
  }
  if (!expect_map(reader, field)) return;
  for (const auto& member : field.node.members) {
    Dependency dependency;
    dependency.service = member.key;
    dependency.position = reader.position(member.mark);
    const Field inner = field.member(member);
    if (read_map<Dependency>(reader, inner, kDependencyKeys, dependency) &&
        member.value.find("condition") == nullptr) {
      reader.error(inner, "no `condition`", "condition: service_started, or the list form");
    }
    service.depends_on.push_back(std::move(dependency));
  }
}

void read_test(Reader& reader, const Field& field, Healthcheck& health) {
  if (field.node.is_scalar()) {
    if (auto text = read_string(reader, field)) health.test = {"CMD-SHELL", *text};
    return;
  }
  health.test = read_strings(reader, field);
  const bool known = !health.test.empty() && (health.test[0] == "CMD" || health.test[0] == "NONE" ||
                                              health.test[0] == "CMD-SHELL");
  if (!known) reader.error(field, "the list must begin with CMD, CMD-SHELL or NONE", "[CMD, …]");
}

constexpr Key<Healthcheck> kHealthKeys[] = {
    {"disable", [](Reader& r, const Field& f,
                   Healthcheck& h) { h.disable = read_bool(r, f).value_or(false); }},
    {"test", read_test},
    {"interval",
     [](Reader& r, const Field& f, Healthcheck& h) { h.interval = read_duration(r, f); }},
    {"timeout", [](Reader& r, const Field& f, Healthcheck& h) { h.timeout = read_duration(r, f); }},
    {"start_period",
     [](Reader& r, const Field& f, Healthcheck& h) { h.start_period = read_duration(r, f); }},
    {"start_interval",
     [](Reader& r, const Field& f, Healthcheck& h) { h.start_interval = read_duration(r, f); }},
    {"retries",
     [](Reader& r, const Field& f, Healthcheck& h) {
       if (auto value = read_integer(r, f, 0, 1'000'000)) h.retries = static_cast<int>(*value);
     }},
};

void read_healthcheck(Reader& reader, const Field& field, Service& service) {
  Healthcheck health;
  if (!read_map<Healthcheck>(reader, field, kHealthKeys, health)) return;
  if (!health.disable && health.test.empty()) reader.error(field, "no `test`", "test: [CMD, …]");
  if (health.start_interval && !health.start_period) {
    reader.error(field, "`start_interval` needs a `start_period`");
  }
  if (health.disable) health.test = {"NONE"};
  service.healthcheck = std::move(health);
}

// `host:ip`, `host=ip`, or a map from host to one or several addresses; kept as host:ip.
void read_extra_hosts(Reader& reader, const Field& field, Service& service) {
  const auto add = [&service](const std::string& host, std::string ip) {
    if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
    service.extra_hosts.push_back(host + ":" + ip);
  };
  if (field.node.is_map()) {
    for (const auto& member : field.node.members) {
      for (auto& ip : read_string_or_strings(reader, field.member(member)))
        add(member.key, ip);
    }
    return;
  }
  const auto entries = read_strings(reader, field);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto at = entries[i].find_first_of(":=");
    if (at == std::string::npos || at == 0) {
      reader.error(field.item(i), "not a host entry: " + entries[i], "HOST:IP or HOST=IP");
      continue;
    }
    add(entries[i].substr(0, at), entries[i].substr(at + 1));
  }
}

constexpr Key<Service> kServiceKeys[] = {
    {"image", text_into<&Service::image>},
    {"command", [](Reader& r, const Field& f, Service& s) { s.command = read_command(r, f); }},
    {"entrypoint",
     [](Reader& r, const Field& f, Service& s) { s.entrypoint = read_command(r, f); }},
    {"environment",
     [](Reader& r, const Field& f, Service& s) { s.environment = read_environment(r, f); }},
    {"labels", [](Reader& r, const Field& f, Service& s) { s.labels = read_string_map(r, f); }},
    {"ports", read_ports},
    {"volumes", read_mounts},
    {"networks", read_endpoints},
    {"network_mode", text_into<&Service::network_mode>},
    {"restart", read_restart},
    {"depends_on", read_depends_on},
    {"healthcheck", read_healthcheck},
    {"user", string_into<&Service::user>},
    {"working_dir", string_into<&Service::working_dir>},
    {"hostname", string_into<&Service::hostname>},
    {"init", bool_into<&Service::init>},
    {"stop_signal", string_into<&Service::stop_signal>},
    {"stop_grace_period",
     [](Reader& r, const Field& f, Service& s) { s.stop_grace_period = read_duration(r, f); }},
    {"container_name", text_into<&Service::container_name>},
    {"extra_hosts", read_extra_hosts},
    {"cap_add", strings_into<&Service::cap_add>},
    {"cap_drop", strings_into<&Service::cap_drop>},
    {"privileged", bool_into<&Service::privileged>},
    {"read_only", bool_into<&Service::read_only>},
    {"mem_limit", [](Reader& r, const Field& f, Service& s) { s.mem_limit = read_bytes(r, f); }},
    {"cpus", [](Reader& r, const Field& f, Service& s) { s.nano_cpus = read_cpus(r, f); }},
    {"pids_limit", [](Reader& r, const Field& f,
                      Service& s) { s.pids_limit = read_integer(r, f, -1, 1'000'000'000); }},
};

// The rest of Compose's service keys (compose.md §1.1): refused by name, never ignored.
constexpr const char* kLaterServiceKeys[] = {"annotations",
                                             "attach",
                                             "blkio_config",
                                             "build",
                                             "cgroup",
                                             "cgroup_parent",
                                             "configs",
                                             "cpu_count",
                                             "cpu_percent",
                                             "cpu_period",
                                             "cpu_quota",
                                             "cpu_rt_period",
                                             "cpu_rt_runtime",
                                             "cpu_shares",
                                             "cpuset",
                                             "credential_spec",
                                             "deploy",
                                             "develop",
                                             "device_cgroup_rules",
                                             "devices",
                                             "dns",
                                             "dns_opt",
                                             "dns_search",
                                             "domainname",
                                             "env_file",
                                             "expose",
                                             "extends",
                                             "external_links",
                                             "gpus",
                                             "group_add",
                                             "ipc",
                                             "isolation",
                                             "label_file",
                                             "links",
                                             "logging",
                                             "mac_address",
                                             "mem_reservation",
                                             "mem_swappiness",
                                             "memswap_limit",
                                             "models",
                                             "oom_kill_disable",
                                             "oom_score_adj",
                                             "pid",
                                             "platform",
                                             "post_start",
                                             "pre_start",
                                             "pre_stop",
                                             "profiles",
                                             "provider",
                                             "pull_policy",
                                             "pull_refresh_after",
                                             "runtime",
                                             "scale",
                                             "secrets",
                                             "security_opt",
                                             "shm_size",
                                             "stdin_open",
                                             "storage_opt",
                                             "sysctls",
                                             "tmpfs",
                                             "tty",
                                             "ulimits",
                                             "use_api_socket",
                                             "userns_mode",
                                             "uts",
                                             "volumes_from"};

}  // namespace

void read_services(Reader& reader, const Field& field, std::vector<Service>& services) {
  if (!expect_map(reader, field)) return;
  for (const auto& member : field.node.members) {
    if (member.key.starts_with("x-")) continue;
    Service service;
    service.name = member.key;
    service.position = reader.position(member.mark);
    read_map<Service>(reader, field.member(member), kServiceKeys, service, kLaterServiceKeys);
    // A bare `KEY` that no variable gave a value.
    std::erase_if(service.environment, [](const auto& entry) { return !entry.second; });
    services.push_back(std::move(service));
  }
}

}  // namespace fairlead::model
