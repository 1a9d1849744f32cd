#include "cmd/fairlead/tables.h"

#include <algorithm>
#include <chrono>

#include "base/time_text.h"
#include "cmd/fairlead/print.h"

namespace fairlead::cli {
namespace {

// "" for a condition that the App does not have yet.
std::string condition(const Json& app, std::string_view type, const char* member) {
  for (const auto& each : rows_of(app, "conditions")) {
    if (text(each, "type") == type) return text(each, member);
  }
  return "";
}

// REASON is that of Ready, the condition that sums the others up.
Row app_row(const Json& app, bool wide) {
  const auto running = rows_of(app, "containers");
  // Of the containers that there are or should be: "1/2".
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

}  // namespace

std::string or_dash(const std::string& value) {
  return value.empty() ? "-" : value;
}

// By this machine's clock: it is the daemon's, too.
std::string age_of(const std::string& rfc3339) {
  if (rfc3339.empty()) return "-";
  const WallTime now = std::chrono::system_clock::now();
  return to_age(now - from_rfc3339(rfc3339));
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
        // As `docker ps` shows it.
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

// How many diagnostics there are; `fairlead validate` and -o json show them.
std::vector<Row> files_table(const std::vector<Json>& files, bool) {
  std::vector<Row> rows = {{"FILE", "VALID", "DIAGNOSTICS"}};
  for (const auto& file : files) {
    const bool decoding = text(file, "decoding") == "true";
    rows.push_back({text(file, "file"), decoding ? "decoding" : text(file, "valid"),
                    std::to_string(array_of(file, "diagnostics").size())});
  }
  return rows;
}

std::vector<Row> events_table(const std::vector<Json>& events) {
  std::vector<Row> rows = {{"LAST", "TYPE", "REASON", "OBJECT", "MESSAGE"}};
  for (const auto& each : events) {
    auto when = age_of(text(each, "last"));
    // As kubectl writes repeats.
    if (const auto count = text(each, "count"); count != "1" && !count.empty()) {
      when += " (x" + count + " over " + age_of(text(each, "first")) + ")";
    }
    rows.push_back({when, text(each, "type"), text(each, "reason"), text(each, "object"),
                    text(each, "message")});
  }
  return rows;
}

}  // namespace fairlead::cli
