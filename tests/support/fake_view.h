// A controller's face with the values that a test gives it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/report/view.h"

namespace fairlead::test {

inline WallTime at_second(std::int64_t second) {
  return WallTime(std::chrono::seconds(second));
}

struct FakeView final : controller::View {
  std::map<std::string, controller::AppStatus> app_rows;
  std::map<std::string, controller::FileStatus> file_rows;
  controller::EngineStatus engine_status;
  std::deque<controller::EventRecord> event_rows;
  std::uint64_t forgotten = 0;  // the newest event that is no longer in event_rows
  controller::Changes change_rows;
  watch::Statistics watcher_numbers;
  controller::QueueNumbers queue_numbers;
  std::map<controller::Kind, int> orphan_counts;
  bool scanned = true;
  bool source = true;
  bool turning = true;
  std::map<std::string, controller::Plan> plans;

  const std::map<std::string, controller::AppStatus>& apps() const override { return app_rows; }
  const std::map<std::string, controller::FileStatus>& files() const override { return file_rows; }
  const controller::EngineStatus& engine() const override { return engine_status; }
  const std::deque<controller::EventRecord>& events() const override { return event_rows; }
  std::uint64_t forgotten_events() const override { return forgotten; }
  const controller::Changes& changes() const override { return change_rows; }
  watch::Statistics watcher() const override { return watcher_numbers; }
  controller::QueueNumbers queue() const override { return queue_numbers; }
  std::map<controller::Kind, int> orphans() const override { return orphan_counts; }
  bool first_scan_done() const override { return scanned; }
  bool source_available() const override { return source; }
  WallTime started_at() const override { return at_second(1'800'000'000); }
  WallTime now() const override { return at_second(1'800'000'100); }
  bool alive() const override { return turning; }

  Result<controller::Plan> plan(const std::string& app) const override {
    const auto found = plans.find(app);
    if (found != plans.end()) return found->second;
    return failure(ErrorClass::kInvalid, Reason::kNotFound, "no App '" + app + "'");
  }
  Result<boost::json::value> desired_json(const std::string& app) const override {
    if (app_rows.contains(app)) return boost::json::object{{"name", app}};
    return failure(ErrorClass::kInvalid, Reason::kNotFound, "no App '" + app + "'");
  }
};

// Notes what was asked; refuses with `refusal` if that is set.
struct FakeCommands final : controller::Commands {
  std::vector<std::string> reconciled;
  std::vector<std::string> pruned;
  std::string asked_by;
  std::optional<Error> refusal;

  Status reconcile_now(const std::string& app, const std::string& by) override {
    asked_by = by;
    if (refusal) return std::unexpected(*refusal);
    reconciled.push_back(app);
    return {};
  }
  Status confirm_prune(const std::vector<std::string>& apps, const std::string& by) override {
    asked_by = by;
    if (refusal) return std::unexpected(*refusal);
    pruned.insert(pruned.end(), apps.begin(), apps.end());
    return {};
  }
};

inline void add_objects(controller::AppStatus& shop) {
  controller::ContainerStatus web;
  web.service = "web";
  web.name = "shop-web-1";
  web.id = "c1";
  web.image = "acme/web:1";
  web.state = "running";
  web.health = "healthy";
  web.started_at = "2026-11-23T02:14:07.412Z";
  web.networks = {"shop_front 10.5.0.2"};
  shop.containers = {web};
  controller::NetworkStatus front;
  front.key = "front";
  front.name = "shop_front";
  front.id = "n1";
  front.driver = "bridge";
  front.subnet = "10.5.0.0/24";
  front.in_sync = true;
  front.endpoints = 1;
  front.capacity = 253;
  shop.networks = {front};
}

// Out of line, with two drifts and a failure.
inline controller::AppStatus shop_status() {
  controller::AppStatus shop;
  shop.name = "shop";
  shop.kind = "App";
  shop.file = "shop.yaml";
  shop.generation = 7;
  shop.observed_generation = 6;
  shop.sync = "OutOfSync";
  shop.health = "Healthy";
  shop.conditions = {{"Ready", controller::Truth::kFalse, "SubnetOverlap",
                      controller::SharedText("overlaps"), controller::SharedText("d1"),
                      at_second(1'800'000'010)}};
  controller::Drift alias;
  alias.component = "web";
  alias.object = "shop-web-1";
  alias.field = "networks.front.aliases";
  alias.desired = "web";
  alias.actual = "";
  controller::Drift address = alias;
  address.field = "networks.front.ipv4";
  shop.drift = {alias, address};
  shop.last_plan = {"connect container shop-web-1: aliases"};
  shop.last_error = Error{ErrorClass::kBlocked, Reason::kSubnetOverlap, "overlaps", "change it"};
  shop.last_error_position = {"shop.yaml", 4, 9};
  shop.consecutive_failures = 3;
  shop.next_retry = at_second(1'800'000'200);
  shop.containers_desired = 1;
  shop.networks_desired = 1;
  add_objects(shop);
  return shop;
}

// App "shop" with a running container, a network, drift and an error; shared network "edge"; one
// valid and one broken file; an engine that is up.
inline FakeView populated_view() {
  FakeView view;
  view.engine_status = {
      true, true, false, "", "20.10.24", "1.41", "linux", "", at_second(1'800'000'050)};
  view.app_rows["shop"] = shop_status();

  controller::AppStatus edge;
  edge.name = "edge";
  edge.kind = "Network";
  edge.file = "edge.yaml";
  view.app_rows["network/edge"] = edge;

  view.file_rows["shop.yaml"] = {"shop.yaml", true, {}};
  model::Diagnostic typo;
  typo.position = {"bad.yaml", 3, 5};
  typo.path = "services.web.prots";
  typo.message = "unknown key";
  view.file_rows["bad.yaml"] = {"bad.yaml", false, {typo}};
  view.queue_numbers.depth = 2;
  view.queue_numbers.adds = 40;
  view.orphan_counts[controller::Kind::kVolume] = 1;
  view.watcher_numbers.overflows = 1;
  return view;
}

}  // namespace fairlead::test
