// What people see of an App: conditions as Kubernetes has them, and two separate axes, sync and
// health. Plain values; metrics, API and CLI read them, only the loop writes them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "controller/objects/drift.h"
#include "model/app.h"
#include "model/diagnostic.h"
#include "watch/directory.h"

namespace fairlead::controller {

enum class Truth { kTrue, kFalse, kUnknown };
std::string_view to_string(Truth truth);

struct Condition {
  std::string type;  // Ready, Reconciling, Stalled, Drifted
  Truth status = Truth::kUnknown;
  std::string reason;
  std::string message;
  std::string observed_digest;
  WallTime last_transition{};
  friend bool operator==(const Condition&, const Condition&) = default;
};

// Sets a condition; last_transition moves only when the status changes.
void set_condition(std::vector<Condition>& conditions, Condition condition);
const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type);

struct ContainerStatus {
  std::string service;
  std::string name;
  std::string id;
  std::string image;
  std::string state;   // Docker's, or "missing"
  std::string health;  // healthy unhealthy starting none
  std::string started_at;
  int restarts = 0;
  int exit_code = 0;
  std::string error;
  std::vector<std::string> networks;  // "name ip"
  friend bool operator==(const ContainerStatus&, const ContainerStatus&) = default;
};

struct NetworkStatus {
  std::string key;
  std::string name;
  std::string id;
  std::string driver;
  std::string subnet;
  bool internal = false;
  bool external = false;
  bool in_sync = false;
  int endpoints = 0;
  std::uint64_t capacity = 0;  // usable IPv4 addresses
  friend bool operator==(const NetworkStatus&, const NetworkStatus&) = default;
};

struct AppStatus {
  std::string name;
  std::string kind;  // App or Network
  std::string file;
  std::uint64_t generation = 0;
  std::uint64_t observed_generation = 0;
  std::string digest;
  bool suspended = false;
  bool removing = false;           // left the directory; its objects are going or waiting
  std::string sync = "Unknown";    // Synced OutOfSync Unknown
  std::string health = "Unknown";  // Healthy Progressing Degraded Suspended Missing Unknown
  std::vector<Condition> conditions;
  std::vector<Drift> drift;
  std::vector<std::string> last_plan;  // one line per operation
  std::optional<Error> last_error;
  model::Position last_error_position;
  int consecutive_failures = 0;
  std::optional<WallTime> next_retry;
  std::optional<WallTime> last_success;
  std::vector<std::string> unsupported;     // keys that `unsupported: warn` passes over
  std::set<std::string> recreated_volumes;  // made again, empty, and not acknowledged yet
  int containers_desired = 0;
  int networks_desired = 0;
  std::vector<ContainerStatus> containers;
  std::vector<NetworkStatus> networks;
  friend bool operator==(const AppStatus&, const AppStatus&) = default;
};

// An event about an object, deduplicated as Kubernetes does: repeats raise `count`.
struct EventRecord {
  std::uint64_t sequence = 0;
  std::string type;  // Normal, Warning
  std::string reason;
  std::string app;
  std::string object;  // container/shop-web-1, network/shop_frontend
  std::string message;
  std::uint64_t count = 1;
  WallTime first{};
  WallTime last{};
};

struct EngineStatus {
  bool up = false;
  bool event_stream = false;
  bool read_only = false;  // another Fairlead owns the engine or the directory
  std::string read_only_reason;
  std::string version;
  std::string api_version;
  std::string os;
  std::string last_error;
  WallTime last_resync{};
};

}  // namespace fairlead::controller
