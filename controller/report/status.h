// What people see of an App: conditions as Kubernetes has them, and two separate axes, sync and
// health. Plain values; metrics, API and CLI read them, only the loop writes them.
//
//   condition        True means
//   Ready            in sync, and healthy or suspended
//   Reconciling      something is still to be done, and nothing stands in the way
//   Stalled          something else must change first; the message has the next step
//   Drifted          the engine was changed against the manifest
//   Incomplete       keys are passed over that can't be done here, as the App asks
//   NotApplied       the engine shows a value in another way than it was given
//   VolumeRecreated  a volume was lost and made again, and nobody has acknowledged it
//
// The last three are there only while they hold.
//
// Texts are fit to be shown: passwords and values from outside are masked.
#pragma once

#include <boost/flyweight.hpp>
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

// A text that others say, too, and that is then kept once.
using SharedText = boost::flyweight<std::string>;

// One sentence about an App. `reason` is a word for machines, `message` one for people, with a next
// step where there is one; both may change while the status stays, and only a changed status moves
// the time. `observed_digest`: of the manifest that it speaks of.
struct Condition {
  std::string type;  // see above
  Truth status = Truth::kUnknown;
  std::string reason;
  SharedText message;
  SharedText observed_digest;
  WallTime last_transition{};
  friend bool operator==(const Condition&, const Condition&) = default;
};

// Sets a condition; last_transition moves only when the status changes.
void set_condition(std::vector<Condition>& conditions, Condition condition);
// Null if there is none of this type.
const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type);

// A row of `fairlead get app NAME`: what the engine says, in its words. Its `error` is masked.
struct ContainerStatus {
  std::string service;
  std::string name;
  std::string id;
  std::string image;
  std::string state;       // Docker's
  std::string health;      // healthy unhealthy starting none
  std::string started_at;  // the engine's, RFC 3339
  int restarts = 0;        // by the engine and by us
  int exit_code = 0;
  std::string error;
  std::vector<std::string> networks;  // "name ip"
  friend bool operator==(const ContainerStatus&, const ContainerStatus&) = default;
};

// A network that the App declares, or uses as an external one. Without an ID there is none of that
// name.
struct NetworkStatus {
  std::string key;
  std::string name;
  std::string id;
  std::string driver;
  std::string subnet;
  bool internal = false;
  bool external = false;
  bool in_sync = false;
  int endpoints = 0;           // of containers with our labels, of all Apps
  std::uint64_t capacity = 0;  // usable addresses of its first pool
  friend bool operator==(const NetworkStatus&, const NetworkStatus&) = default;
};

// All that is known of one App or Network. The axes are apart: what is in sync may be unhealthy,
// and what runs well may be out of sync. Of one that left the manifests it lives until nothing is
// left of it on the engine.
struct AppStatus {
  std::string name;
  std::string kind;  // App or Network
  std::string file;
  std::uint64_t generation = 0;           // grows with each change of the manifest
  std::uint64_t observed_generation = 0;  // the last one that was reached
  std::string digest;
  bool suspended = false;
  bool removing = false;           // left the directory; its objects are going or waiting
  std::string sync = "Unknown";    // Synced OutOfSync Unknown
  std::string health = "Unknown";  // Healthy Progressing Degraded Suspended Missing Unknown
  std::vector<Condition> conditions;
  std::vector<Drift> drift;
  std::vector<std::string> last_plan;  // one line per operation; of the last plan that had any
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

// The link to the engine. `up` means: connected, negotiated and listed once since; `event_stream`
// may lag behind it.
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
