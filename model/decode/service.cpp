// One service: a table of the keys that have a meaning here, each with its reader. All others are
// in setting_keys.h.
#include <algorithm>

#include "model/decode/parts.h"
#include "model/decode/settings.h"
#include "model/setting_keys.h"
#include "model/words.h"

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
  if (!text || text->empty()) return;  // as with Compose: not said
  RestartPolicy policy;
  const auto colon = text->find(':');
  policy.name = text->substr(0, colon);
  static const std::vector<std::string> kNames = {"no", "always", "on-failure", "unless-stopped"};
  const std::string count = colon == std::string::npos ? "0" : text->substr(colon + 1);
  // Short enough for stoi below.
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

void read_condition(Reader& reader, const Field& field, Dependency& dependency) {
  const auto text = read_string(reader, field);
  if (!text) return;
  if (const auto condition = value_of(kConditions, *text)) {
    dependency.condition = *condition;
    return;
  }
  reader.error(field, "unknown condition `" + *text + "`", choices_of(kConditions));
}

constexpr Key<Dependency> kDependencyKeys[] = {
    {"condition", read_condition},
    {"restart",
     [](Reader& r, const Field& f, Dependency& d) { d.restart = read_bool(r, f).value_or(false); }},
    {"required",
     [](Reader& r, const Field& f, Dependency& d) { d.required = read_bool(r, f).value_or(true); }},
};

// A list of names, or a map with conditions. Whether they exist is for the checks.
void read_depends_on(Reader& reader, const Field& field, Service& service) {
  if (field.node.is_sequence()) {
    for (std::size_t i = 0; i < field.node.items.size(); ++i) {
      Dependency dependency;
      dependency.position = reader.position(field.node.items[i]);
      // The short form: started, required, and restarted for nothing.
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
    // As Compose: a text is for the shell of the image.
    if (auto text = read_string(reader, field)) health.test = {"CMD-SHELL", *text};
    return;
  }
  health.test = read_strings(reader, field);
  if (field.node.is_sequence() && field.node.items.empty()) return;  // the image's own
  const std::string kind = health.test.empty() ? "" : health.test[0];
  const bool command = health.test.size() > 1 && !health.test[1].empty();
  if (kind != "CMD" && kind != "CMD-SHELL" && kind != "NONE") {
    reader.error(field, "the list must begin with CMD, CMD-SHELL or NONE", "[CMD, …]");
  } else if (kind == "NONE" ? health.test.size() > 1 : !command) {
    // An engine of version 20.10 dies of a list that ends here, with all of its containers.
    reader.error(field, kind == "NONE" ? "nothing can follow NONE" : "no command follows " + kind,
                 kind == "NONE" ? "[NONE]" : "[" + kind + ", …]");
  } else if (kind == "CMD-SHELL" && health.test.size() > 2) {
    reader.error(field, "CMD-SHELL takes one text", "[CMD-SHELL, \"a && b\"]");
  }
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
  // Compose refuses it, too.
  if (health.start_interval && !health.start_period) {
    reader.error(field, "`start_interval` needs a `start_period`");
  }
  // The engine's way to switch off what the image has.
  if (health.disable) health.test = {"NONE"};
  service.healthcheck = std::move(health);
}

// `host:ip`, `host=ip`, or a map from host to one or several addresses; kept as host:ip.
void read_extra_hosts(Reader& reader, const Field& field, Service& service) {
  const auto add = [&service](const std::string& host, std::string ip) {
    // Brackets are of the short form; the engine takes the address as it is.
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
    // The first sign ends the host's name: an IPv6 address behind it has colons of its own.
    const auto at = entries[i].find_first_of(":=");
    if (at == std::string::npos || at == 0) {
      reader.error(field.item(i), "not a host entry: " + entries[i], "HOST:IP or HOST=IP");
      continue;
    }
    add(entries[i].substr(0, at), entries[i].substr(at + 1));
  }
}

void read_scale(Reader& reader, const Field& field, Service& service) {
  const auto count = read_integer(reader, field, 0, kMostReplicas);
  if (count) service.scale = static_cast<int>(*count);
}

void read_pull_policy(Reader& reader, const Field& field, Service& service) {
  const auto text = read_string(reader, field);
  if (!text) return;
  using When = PullPolicy::When;
  // The text is what `config` prints and a plan gives as its reason.
  PullPolicy policy{.text = *text};
  constexpr auto kDay = std::chrono::hours(24);
  if (*text == "always") {
    policy.when = When::kAlways;
  } else if (*text == "never") {
    policy.when = When::kNever;
  } else if (*text == "daily" || *text == "weekly") {
    policy.when = When::kEvery;
    policy.every = *text == "daily" ? kDay : 7 * kDay;
  } else if (text->starts_with("every_")) {
    const auto every = parse_duration(text->substr(6));
    if (!every || every->count() <= 0) {
      reader.error(field, "not an interval: " + *text, "every_12h, every_2d, every_1w");
      return;
    }
    policy.when = When::kEvery;
    policy.every = *every;
  } else if (*text == "build") {
    report_refused(reader, field.node.mark, field.path,
                   {"", "Fairlead runs images and builds none", "missing, always, never, daily"});
    return;
  } else if (*text != "missing" && *text != "if_not_present") {
    reader.error(field, "unknown policy `" + *text + "`",
                 "always, missing, never, daily, weekly or every_<duration>");
    return;
  }
  // Two words for one thing, and Compose prints this one.
  if (policy.text == "if_not_present") policy.text = "missing";
  service.pull = std::move(policy);
}

// `pull_refresh_after: 12h` says of itself what `pull_policy: every_12h` does.
void read_pull_refresh(Reader& reader, const Field& field, Service& service) {
  const auto every = read_duration(reader, field);
  // Whichever of the two keys stands first: `never` is kept.
  if (!every || service.pull.when == PullPolicy::When::kNever) return;
  service.pull.when = PullPolicy::When::kEvery;
  service.pull.every = *every;
}

// Keys with a meaning of their own. `attach` is Compose's own business at a terminal: read, and
// nothing more.
constexpr Key<Service> kServiceKeys[] = {
    {"configs", read_configs_of_service},
    {"secrets", read_secrets_of_service},
    {"attach", [](Reader& r, const Field& f, Service&) { read_bool(r, f); }},
    {"deploy", read_deploy},
    {"profiles", strings_into<&Service::profiles>},
    {"pull_policy", read_pull_policy},
    {"pull_refresh_after", read_pull_refresh},
    {"scale", read_scale},
    {"image", [](Reader& r, const Field& f, Service& s) { s.image = read_image(r, f); }},
    {"command", [](Reader& r, const Field& f, Service& s) { s.command = read_command(r, f); }},
    {"entrypoint",
     [](Reader& r, const Field& f, Service& s) { s.entrypoint = read_command(r, f); }},
    {"environment",
     [](Reader& r, const Field& f, Service& s) { s.environment = read_environment(r, f); }},
    {"labels", [](Reader& r, const Field& f, Service& s) { s.labels = read_labels(r, f); }},
    {"ports", read_ports},
    {"volumes", read_mounts},
    {"networks", read_endpoints},
    {"network_mode", text_into<&Service::network_mode>},
    {"restart", read_restart},
    {"depends_on", read_depends_on},
    {"healthcheck", read_healthcheck},
    {"pre_start", read_pre_start},
    {"post_start", read_post_start},
    {"pre_stop", read_pre_stop},
    {"user", string_into<&Service::user>},
    {"working_dir", string_into<&Service::working_dir>},
    {"hostname", string_into<&Service::hostname>},
    {"init", bool_into<&Service::init>},
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

constexpr Refused kRefusedServiceKeys[] = {
    {"build", "Fairlead runs images and builds none", "build it elsewhere and name it in `image`"},
    {"credential_spec", "it is for Windows containers", "remove it"},
    {"develop", "it is for `docker compose watch`", "remove it"},
    {"isolation", "it is for Windows containers", "remove it"},
    {"models", "Docker Model Runner is not driven", "run the model as a service of its own"},
    {"provider", "programs of the host are not run", "run it as a service with an image"},
    {"use_api_socket", "it hands the engine's socket, and so the host, to the container",
     "mount a socket proxy instead"},
};

// For suggestions alone.
std::vector<std::string> service_key_names() {
  std::vector<std::string> names;
  // Both tables, for a slip may be near to a key of either.
  for (const auto& key : setting_keys())
    names.emplace_back(key.name);
  for (const auto& key : kServiceKeys)
    names.emplace_back(key.name);
  return names;
}

// Not by read_map(): two tables share one map.
void read_service(Reader& reader, const Field& field, Service& service) {
  if (!expect_map(reader, field)) return;
  for (const auto& member : field.node.members) {
    const Field inner = field.member(member);
    const auto key =
        std::ranges::find(kServiceKeys, std::string_view(member.key), &Key<Service>::name);
    if (key != std::end(kServiceKeys)) {
      key->read(reader, inner, service);
    } else if (!read_setting(reader, inner, member.key, service)) {
      report_unknown(reader, field, member, service_key_names(), kRefusedServiceKeys);
      // Passed over with a warning: the image may still be there, under the name that Compose gives
      // it.
      service.built |= reader.tolerant && member.key == "build";
    }
  }
}

}  // namespace

void read_services(Reader& reader, const Field& field, std::vector<Service>& services) {
  if (!expect_map(reader, field)) return;
  for (const auto& member : field.node.members) {
    Service service;
    service.name = member.key;
    service.position = reader.position(member.mark);
    read_service(reader, field.member(member), service);
    // A bare `KEY` that no variable gave a value.
    std::erase_if(service.environment, [](const auto& entry) { return !entry.second; });
    services.push_back(std::move(service));
  }
}

}  // namespace fairlead::model
