// Commands that ask the running daemon over its Unix socket.
#include <algorithm>

#include "base/target.h"
#include "base/time_text.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/print.h"

namespace fairlead::cli {
namespace {

using Row = std::vector<std::string>;
using Json = boost::json::object;

std::string age_of(const std::string& rfc3339) {
  if (rfc3339.empty()) return "-";
  const WallTime now = std::chrono::system_clock::now();
  return to_age(now - from_rfc3339(rfc3339));
}

std::string condition(const Json& app, std::string_view type, const char* member) {
  for (const auto& each : rows_of(app, "conditions")) {
    if (text(each, "type") == type) return text(each, member);
  }
  return "";
}

std::string or_dash(const std::string& value) {
  return value.empty() ? "-" : value;
}

Row app_row(const Json& app, bool wide) {
  const auto running = rows_of(app, "containers");
  const auto up =
      std::ranges::count_if(running, [](const Json& c) { return text(c, "state") == "running"; });
  Row row = {text(app, "name"),
             text(app, "kind"),
             or_dash(condition(app, "Ready", "status")),
             text(app, "sync"),
             text(app, "health"),
             std::to_string(up) + "/" + std::to_string(running.size()),
             or_dash(condition(app, "Ready", "reason"))};
  if (wide) {
    row.push_back(text(app, "file"));
    row.push_back(text(app, "generation"));
    row.push_back(age_of(text(app, "lastSuccess")));
    row.push_back(condition(app, "Ready", "message"));
  }
  return row;
}

std::vector<Row> apps_table(const std::vector<Json>& apps, bool wide) {
  Row head = {"NAME", "KIND", "READY", "SYNC", "HEALTH", "UP", "REASON"};
  if (wide) head.insert(head.end(), {"FILE", "GEN", "LAST-SYNC", "MESSAGE"});
  std::vector<Row> rows = {head};
  for (const auto& app : apps)
    rows.push_back(app_row(app, wide));
  return rows;
}

std::vector<Row> containers_table(const std::vector<Json>& apps, bool wide) {
  Row head = {"APP", "SERVICE", "NAME", "STATE", "HEALTH", "RESTARTS", "IMAGE"};
  if (wide) head.insert(head.end(), {"ID", "NETWORKS"});
  std::vector<Row> rows = {head};
  for (const auto& app : apps) {
    for (const auto& c : rows_of(app, "containers")) {
      Row row = {text(app, "name"), text(c, "service"),  text(c, "name"), text(c, "state"),
                 text(c, "health"), text(c, "restarts"), text(c, "image")};
      if (wide) {
        row.push_back(text(c, "id").substr(0, 12));
        std::string networks;
        for (const auto& each : array_of(c, "networks")) {
          if (!each.is_string()) continue;
          networks += (networks.empty() ? "" : ", ") + std::string(each.as_string());
        }
        row.push_back(networks);
      }
      rows.push_back(row);
    }
  }
  return rows;
}

std::vector<Row> networks_table(const std::vector<Json>& apps, bool) {
  std::vector<Row> rows = {{"APP", "NETWORK", "NAME", "DRIVER", "SUBNET", "ENDPOINTS", "IN-SYNC"}};
  for (const auto& app : apps) {
    for (const auto& n : rows_of(app, "networks")) {
      rows.push_back({text(app, "name"), text(n, "key"), text(n, "name"),
                      or_dash(text(n, "driver")), or_dash(text(n, "subnet")), text(n, "endpoints"),
                      text(n, "inSync")});
    }
  }
  return rows;
}

std::vector<Row> files_table(const std::vector<Json>& files, bool) {
  std::vector<Row> rows = {{"FILE", "VALID", "DIAGNOSTICS"}};
  for (const auto& file : files) {
    const bool decoding = text(file, "decoding") == "true";
    rows.push_back({text(file, "file"), decoding ? "decoding" : text(file, "valid"),
                    std::to_string(array_of(file, "diagnostics").size())});
  }
  return rows;
}

struct Resource {
  const char* name;
  const char* collection;  // of the API
  std::vector<Row> (*table)(const std::vector<Json>&, bool wide);
};

constexpr Resource kResources[] = {
    {"apps", "apps", apps_table},
    {"app", "apps", apps_table},
    {"containers", "apps", containers_table},
    {"networks", "apps", networks_table},
    {"files", "files", files_table},
};

void print_lines(const char* title, const std::vector<Row>& rows) {
  if (rows.size() <= 1) return;
  say("");
  say(std::string(title) + ":");
  print_table(rows);
}

void print_conditions(const Json& app) {
  std::vector<Row> rows = {{"  TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"}};
  for (const auto& each : rows_of(app, "conditions")) {
    rows.push_back({"  " + text(each, "type"), text(each, "status"),
                    age_of(text(each, "lastTransitionTime")), or_dash(text(each, "reason")),
                    text(each, "message")});
  }
  print_lines("Conditions", rows);
}

void print_drift(const Json& app) {
  std::vector<Row> rows = {{"  KIND", "OBJECT", "TYPE", "FIELD", "HAVE", "WANT"}};
  for (const auto& each : rows_of(app, "drift")) {
    rows.push_back({"  " + text(each, "kind"), text(each, "object"), text(each, "type"),
                    or_dash(text(each, "field")), or_dash(text(each, "actual")),
                    or_dash(text(each, "desired"))});
  }
  print_lines("Drift", rows);
}

std::vector<Row> event_rows(const std::vector<Json>& events, const std::string& app) {
  std::vector<Row> rows = {{"LAST", "TYPE", "REASON", "OBJECT", "MESSAGE"}};
  for (const auto& each : events) {
    if (!app.empty() && text(each, "app") != app) continue;
    auto when = age_of(text(each, "last"));
    if (const auto count = text(each, "count"); count != "1" && !count.empty()) {
      when += " (x" + count + " over " + age_of(text(each, "first")) + ")";
    }
    rows.push_back({when, text(each, "type"), text(each, "reason"), text(each, "object"),
                    text(each, "message")});
  }
  return rows;
}

}  // namespace

int get(const Options& options) {
  const std::string what = options.names.empty() ? "apps" : options.names.front();
  const auto* resource =
      std::ranges::find_if(kResources, [&what](const Resource& each) { return what == each.name; });
  if (resource == std::end(kResources)) {
    complain("error: nothing is called '" + what + "'; try apps, containers, networks, files");
    return kUsage;
  }
  auto reply = fetch(options, Target::of("api", "v1", resource->collection));
  if (!reply) return fail(reply.error());
  auto rows = rows_of(*reply);
  const std::vector<std::string> names(options.names.begin() + (options.names.empty() ? 0 : 1),
                                       options.names.end());
  if (!names.empty()) {
    std::erase_if(rows, [&names](const Json& row) {
      return std::ranges::find(names, text(row, "name")) == names.end();
    });
    if (rows.empty()) {
      return fail(Error{ErrorClass::kInvalid, Reason::kNotFound,
                        "no " + what + " named '" + names.front() + "'",
                        "fairlead get " + what + " lists them"});
    }
  }
  if (print_structured(options, rows)) return kOk;
  if (options.output == "name") {
    for (const auto& row : rows)
      say(text(row, "name"));
    return kOk;
  }
  print_table(resource->table(rows, options.output == "wide"));
  return kOk;
}

int describe(const Options& options) {
  if (options.names.empty()) {
    complain("error: name what to describe, e.g. fairlead describe app shop");
    return kUsage;
  }
  const bool network = options.names.size() > 1 && options.names.front() == "network";
  const std::string name = options.names.back();
  auto reply = fetch(options, Target::of("api", "v1", "apps", network ? "network/" + name : name));
  if (!reply) return fail(reply.error());
  if (print_structured(options, *reply)) return kOk;
  if (!reply->is_object()) return kFailed;
  const Json& app = reply->as_object();
  print_table({{"Name:", text(app, "name")},
               {"Kind:", text(app, "kind")},
               {"File:", or_dash(text(app, "file"))},
               {"Generation:",
                text(app, "generation") + " (observed " + text(app, "observedGeneration") + ")"},
               {"Suspended:", text(app, "suspended")},
               {"Sync:", text(app, "sync")},
               {"Health:", text(app, "health")},
               {"Failures:", text(app, "consecutiveFailures")}});
  print_conditions(app);
  print_lines("Containers", containers_table({app}, true));
  print_lines("Networks", networks_table({app}, true));
  print_drift(app);
  if (const auto* error = app.if_contains("lastError"); error != nullptr && error->is_object()) {
    const auto& last = error->as_object();
    say("");
    say("Last error:");
    say("  " + text(last, "reason") + ": " + text(last, "message"));
    say("  next: " + or_dash(text(last, "hint")));
  }
  const auto planned = array_of(app, "lastPlan");
  if (!planned.empty()) {
    say("");
    say("Last plan:");
  }
  for (const auto& line : planned) {
    if (line.is_string()) say("  " + std::string(line.as_string()));
  }
  if (auto happened = fetch(options, Target::of("api", "v1", "events")); happened) {
    print_lines("Events", event_rows(rows_of(*happened), network ? "network/" + name : name));
  }
  return kOk;
}

int events(const Options& options) {
  auto reply = fetch(options, Target::of("api", "v1", "events"));
  if (!reply) return fail(reply.error());
  const auto rows = rows_of(*reply);
  if (print_structured(options, rows)) return kOk;
  print_table(event_rows(rows, options.app));
  return kOk;
}

int reconcile(const Options& options) {
  auto names = options.names;
  if (names.empty()) names.emplace_back();
  for (const auto& name : names) {
    auto asked = post(options, Target::of("api", "v1", "reconcile").with("app", name));
    if (!asked) return fail(asked.error());
  }
  say("reconcile requested");
  return kOk;
}

int prune(const Options& options) {
  if (options.names.empty() || !options.confirm) {
    complain("error: name the Apps and add --confirm, e.g. fairlead prune --confirm shop");
    return kUsage;
  }
  for (const auto& name : options.names) {
    auto asked = post(options, Target::of("api", "v1", "prune").with("app", name));
    if (!asked) return fail(asked.error());
  }
  say("removal confirmed");
  return kOk;
}

}  // namespace fairlead::cli
