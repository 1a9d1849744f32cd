// `deploy:` of a service: what means something on a single engine; the rest is refused by name.
//
// Each part is read twice over: into the member that a plan needs, and into `written`, which is
// what Compose prints. What has no effect here is kept in `written` alone, with a warning.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>

#include "model/decode/parts.h"
#include "model/decode/settings.h"
#include "model/form/compose_json.h"
#include "model/form/json_writer.h"

namespace fairlead::model {
namespace {

namespace json = boost::json;

constexpr Refused kRefusedReservations[] = {
    {"cpus", "plain Docker can't reserve processors", "use limits.cpus, or cpu_shares"},
    {"generic_resources", "only Swarm knows generic resources", "use devices"},
};
constexpr Refused kRefusedDeploy[] = {
    {"endpoint_mode", "it needs Swarm's virtual addresses", "remove it"},
    {"placement", "there is one engine to place on", "remove it"},
};

// One of limits and reservations.
struct Resources {
  std::optional<std::int64_t> nano_cpus, memory, pids;
  json::object written;
};

void read_limit_cpus(Reader& reader, const Field& field, Resources& out) {
  out.nano_cpus = read_cpus(reader, field);
  if (out.nano_cpus) out.written["cpus"] = static_cast<double>(*out.nano_cpus) / 1e9;
}
void read_memory(Reader& reader, const Field& field, Resources& out) {
  out.memory = read_bytes(reader, field);
  if (out.memory) out.written["memory"] = std::to_string(*out.memory);
}
void read_pids(Reader& reader, const Field& field, Resources& out) {
  out.pids = read_integer(reader, field, -1, 1'000'000'000);
  if (out.pids) out.written["pids"] = *out.pids;
}
constexpr Key<Resources> kLimitKeys[] = {
    {"cpus", read_limit_cpus}, {"memory", read_memory}, {"pids", read_pids}};
constexpr Key<Resources> kReservationKeys[] = {
    {"memory", read_memory},
    {"devices",
     [](Reader& r, const Field& f, Resources& out) {
       if (auto devices = read_device_requests(r, f)) out.written["devices"] = std::move(*devices);
     }},
};

json::object& part(json::object& parent, const char* key) {
  // Limits and reservations share one, whichever comes first.
  if (!parent.contains(key)) parent[key].emplace_object();
  return parent[key].as_object();
}

void read_limits(Reader& reader, const Field& field, Deploy& deploy) {
  Resources limits;
  if (!read_map<Resources>(reader, field, kLimitKeys, limits)) return;
  deploy.nano_cpus = limits.nano_cpus;
  deploy.memory = limits.memory;
  deploy.pids = limits.pids;
  part(deploy.written, "resources")["limits"] = std::move(limits.written);
}
void read_reservations(Reader& reader, const Field& field, Deploy& deploy) {
  Resources reserved;
  if (!read_map<Resources>(reader, field, kReservationKeys, reserved, kRefusedReservations)) return;
  deploy.memory_reservation = reserved.memory;
  part(deploy.written, "resources")["reservations"] = std::move(reserved.written);
}
constexpr Key<Deploy> kResourceKeys[] = {{"limits", read_limits},
                                         {"reservations", read_reservations}};

// ---- restart_policy ----

// `restart_policy` while it is read: it becomes the engine's words only when all of it is known.
struct Policy {
  std::string condition = "any";
  std::optional<std::int64_t> max_attempts;
  json::object written;
};
void read_policy_condition(Reader& reader, const Field& field, Policy& policy) {
  // The last three are not Compose's own words; it hands them on to the engine.
  static const std::vector<std::string> kKnown = {"none", "on-failure", "any",
                                                  "no",   "always",     "unless-stopped"};
  const auto text = read_string(reader, field);
  if (!text) return;
  if (std::ranges::find(kKnown, *text) == kKnown.end()) {
    reader.error(field, "unknown condition `" + *text + "`", "none, on-failure or any");
    return;
  }
  policy.condition = *text;
  policy.written["condition"] = *text;
}
void read_policy_time(Reader& reader, const Field& field, Policy& policy, const char* key) {
  const auto time = read_duration(reader, field);
  if (!time) return;
  policy.written[key] = duration_text(*time);
  reader.warn(field, "the engine has no such setting: it has its own back-off");
}
constexpr Key<Policy> kRestartPolicyKeys[] = {
    {"condition", read_policy_condition},
    {"delay", [](Reader& r, const Field& f, Policy& p) { read_policy_time(r, f, p, "delay"); }},
    {"window", [](Reader& r, const Field& f, Policy& p) { read_policy_time(r, f, p, "window"); }},
    {"max_attempts",
     [](Reader& r, const Field& f, Policy& p) {
       p.max_attempts = read_integer(r, f, 0, 1'000'000);
       if (p.max_attempts) p.written["max_attempts"] = *p.max_attempts;
     }},
};

void read_restart_policy(Reader& reader, const Field& field, Deploy& deploy) {
  Policy policy;
  if (!read_map<Policy>(reader, field, kRestartPolicyKeys, policy)) return;
  RestartPolicy restart;
  restart.name = policy.condition;
  if (policy.condition == "none") restart.name = "no";
  // Swarm's words, in the engine's: it also starts again what ended well.
  if (policy.condition == "any") restart.name = "always";
  // The engine refuses a count with any other policy.
  if (policy.max_attempts && policy.condition == "on-failure") {
    restart.max_attempts = static_cast<int>(*policy.max_attempts);
  } else if (policy.max_attempts) {
    reader.warn(field, "the engine counts attempts only with `condition: on-failure`");
  }
  deploy.restart = restart;
  deploy.written["restart_policy"] = std::move(policy.written);
}

// ---- update_config, rollback_config ----

void read_order(Reader& reader, const Field& field, json::object& out) {
  const auto text = read_string(reader, field);
  if (!text) return;
  if (*text != "start-first" && *text != "stop-first") {
    reader.error(field, "unknown order `" + *text + "`", "start-first or stop-first");
    return;
  }
  out["order"] = *text;
}
void read_failure_action(Reader& reader, const Field& field, json::object& out) {
  const auto text = read_string(reader, field);
  if (!text) return;
  if (*text != "continue" && *text != "rollback" && *text != "pause") {
    reader.error(field, "unknown action `" + *text + "`", "rollback, continue or pause");
    return;
  }
  if (*text != "rollback")
    reader.warn(field, "a failed replacement is always rolled back", "failure_action: rollback");
  out["failure_action"] = *text;
}
void read_roll_time(Reader& reader, const Field& field, json::object& out, const char* key) {
  reader.warn(field, "`" + std::string(key) +
                         "` has no effect: replicas are replaced as soon as "
                         "the ones before are healthy");
  if (auto time = read_duration(reader, field)) out[key] = duration_text(*time);
}
constexpr Key<json::object> kRollKeys[] = {
    {"order", read_order},
    {"failure_action", read_failure_action},
    {"parallelism",
     [](Reader& r, const Field& f, json::object& o) {
       if (auto number = read_integer(r, f, 0, 1'000'000)) o["parallelism"] = *number;
     }},
    {"delay", [](Reader& r, const Field& f, json::object& o) { read_roll_time(r, f, o, "delay"); }},
    {"monitor",
     [](Reader& r, const Field& f, json::object& o) { read_roll_time(r, f, o, "monitor"); }},
    {"max_failure_ratio",
     [](Reader& r, const Field& f, json::object& o) {
       const auto text = read_string(r, f);
       if (!text) return;
       double ratio = 0;
       const auto* end = text->data() + text->size();
       const auto [at, failed] = std::from_chars(text->data(), end, ratio);
       if (failed != std::errc() || at != end) {
         r.error(f, "not a number: " + *text, "0 to 1");
         return;
       }
       o["max_failure_ratio"] = ratio;
     }},
};
// `update_config` and `rollback_config` have the same keys.
void read_roll(Reader& reader, const Field& field, Deploy& deploy, const char* key) {
  json::object out;
  if (!read_map<json::object>(reader, field, kRollKeys, out)) return;
  // `rollback_config` is read for its spelling alone: a roll-back is the old container again.
  if (std::string_view(key) == "update_config") {
    if (const auto* order = out.if_contains("order"))
      deploy.start_first = order->as_string() == "start-first";
    if (const auto* number = out.if_contains("parallelism"))
      deploy.parallelism = static_cast<int>(number->as_int64());
  }
  deploy.written[key] = std::move(out);
}

// `global`, `replicated-job` and the like need a cluster.
void read_mode(Reader& reader, const Field& field, Deploy& deploy) {
  const auto text = read_string(reader, field);
  if (!text) return;
  if (*text == "replicated") {
    deploy.written["mode"] = *text;
    return;
  }
  report_refused(reader, field.node.mark, field.path,
                 {"mode", "there is one engine, so only replicated services", "use `replicas`"});
}

constexpr Key<Deploy> kDeployKeys[] = {
    {"mode", read_mode},
    {"replicas",
     [](Reader& r, const Field& f, Deploy& d) {
       const auto count = read_integer(r, f, 0, kMostReplicas);
       if (!count) return;
       d.replicas = static_cast<int>(*count);
       d.written["replicas"] = *count;
     }},
    {"labels", [](Reader& r, const Field& f,
                  Deploy& d) { d.written["labels"] = to_object(read_labels(r, f)); }},
    {"resources",
     [](Reader& r, const Field& f, Deploy& d) { read_map<Deploy>(r, f, kResourceKeys, d); }},
    {"restart_policy", read_restart_policy},
    {"update_config",
     [](Reader& r, const Field& f, Deploy& d) { read_roll(r, f, d, "update_config"); }},
    {"rollback_config",
     [](Reader& r, const Field& f, Deploy& d) { read_roll(r, f, d, "rollback_config"); }},
};

}  // namespace

void read_deploy(Reader& reader, const Field& field, Service& service) {
  if (field.node.is_null()) return;
  Deploy deploy;
  if (!read_map<Deploy>(reader, field, kDeployKeys, deploy, kRefusedDeploy)) return;
  service.deploy = std::move(deploy);
}

}  // namespace fairlead::model
