// Commands that ask the running daemon over its Unix socket.
#include <algorithm>

#include "base/target.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/follow.h"
#include "cmd/fairlead/print.h"
#include "cmd/fairlead/tables.h"

namespace fairlead::cli {
namespace {

struct Resource {
  const char* name;
  const char* collection;  // of the API
  std::vector<Row> (*table)(const std::vector<Json>&, bool wide);
};

// What `get` knows, by the word that is typed. Containers and networks are parts of Apps.
constexpr Resource kResources[] = {
    {"apps", "apps", apps_table},
    {"app", "apps", apps_table},
    {"containers", "apps", containers_table},
    {"networks", "apps", networks_table},
    {"files", "files", files_table},
};

// A part of `describe`. Only a head: there is nothing to show.
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

}  // namespace

// Names are filtered here: the API gives all, as of one moment.
int get(const Options& options) {
  const std::string what = options.names.empty() ? "apps" : options.names.front();
  const auto* resource =
      std::ranges::find_if(kResources, [&what](const Resource& each) { return what == each.name; });
  if (resource == std::end(kResources)) {
    complain("error: nothing is called '" + what + "'; try apps, containers, networks, files");
    return kUsage;
  }
  const std::vector<std::string> names(options.names.begin() + (options.names.empty() ? 0 : 1),
                                       options.names.end());
  if (options.watch) {
    if (resource->table == apps_table) return watch_apps(options, names);
    complain("error: only Apps can be watched: fairlead get apps --watch");
    return kUsage;
  }
  auto reply = fetch(options, Target::of("api", "v1", resource->collection));
  if (!reply) return fail(reply.error());
  auto rows = rows_of(*reply);
  if (!names.empty()) {
    std::erase_if(rows, [&names](const Json& row) {
      return std::ranges::find(names, text(row, "name")) == names.end();
    });
    // Of several names one is enough; a script that needs each asks for each.
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

// All but the events is of one reply, and so of one moment.
int describe(const Options& options) {
  if (options.names.empty()) {
    complain("error: name what to describe, e.g. fairlead describe app shop");
    return kUsage;
  }
  // "describe shop" and "describe app shop" say the same.
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
  const auto about =
      Target::of("api", "v1", "events").with("app", network ? "network/" + name : name);
  // Without them the rest is still worth it.
  if (auto happened = fetch(options, about); happened) {
    print_lines("Events", events_table(rows_of(*happened)));
  }
  return kOk;
}

int events(const Options& options) {
  Target target = Target::of("api", "v1", "events");
  if (!options.app.empty()) target = target.with("app", options.app);
  if (options.last >= 0) target = target.with("last", std::to_string(options.last));
  if (options.follow) return follow_events(options, target);
  auto reply = fetch(options, target);
  if (!reply) return fail(reply.error());
  const auto rows = rows_of(*reply);
  if (print_structured(options, rows)) return kOk;
  print_table(events_table(rows));
  return kOk;
}

// One request for each name; the first that is refused ends it, and those before it are under way.
int reconcile(const Options& options) {
  auto names = options.names;
  // "" is all of them.
  if (names.empty()) names.emplace_back();
  for (const auto& name : names) {
    auto asked = post(options, Target::of("api", "v1", "reconcile").with("app", name));
    if (!asked) return fail(asked.error());
  }
  say("reconcile requested");
  return kOk;
}

// As above; each consent is for one App.
int prune(const Options& options) {
  // Both, or nothing: consent is given by name and on purpose.
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
