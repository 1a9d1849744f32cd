#include "metrics/closed_lists.h"

#include <algorithm>

namespace fairlead::metrics {
namespace {

constexpr const char* kReconcileResults[] = {"success", "error", "requeue", "terminal",
                                             "superseded"};

// "pull" stands with containers: an image is got for one.
constexpr Pair kActions[] = {
    {"container", "create"},     {"container", "start"},   {"container", "stop"},
    {"container", "restart"},    {"container", "unpause"}, {"container", "remove"},
    {"container", "rename"},     {"container", "update"},  {"container", "connect"},
    {"container", "disconnect"}, {"container", "pull"},    {"network", "create"},
    {"network", "remove"},       {"network", "connect"},   {"network", "disconnect"},
    {"volume", "create"},
};

// By type; `other` is the last of each, and of all.
constexpr Pair kEvents[] = {
    {"container", "create"},  {"container", "start"},
    {"container", "restart"}, {"container", "stop"},
    {"container", "die"},     {"container", "kill"},
    {"container", "oom"},     {"container", "pause"},
    {"container", "unpause"}, {"container", "rename"},
    {"container", "update"},  {"container", "destroy"},
    {"container", "exec"},    {"container", "health_status"},
    {"container", "other"},   {"network", "create"},
    {"network", "connect"},   {"network", "disconnect"},
    {"network", "destroy"},   {"network", "prune"},
    {"network", "other"},     {"volume", "create"},
    {"volume", "mount"},      {"volume", "unmount"},
    {"volume", "destroy"},    {"volume", "prune"},
    {"volume", "other"},      {"image", "pull"},
    {"image", "tag"},         {"image", "untag"},
    {"image", "delete"},      {"image", "prune"},
    {"image", "other"},       {"daemon", "reload"},
    {"daemon", "other"},      {"other", "other"},
};

const Pair* find_event(std::string_view type, std::string_view action) {
  const auto* found = std::ranges::find_if(kEvents, [type, action](const Pair& pair) {
    return type == pair.first && action == pair.second;
  });
  return found == std::end(kEvents) ? nullptr : found;
}

}  // namespace

std::span<const char* const> reconcile_results() {
  return kReconcileResults;
}
std::span<const Pair> plan_actions() {
  return kActions;
}
std::span<const Pair> engine_events() {
  return kEvents;
}

Pair engine_event(std::string_view type, std::string_view action) {
  // What stands behind the colon is a state or a command: no end of values.
  action = action.substr(0, action.find(':'));
  if (action.starts_with("exec_")) action = "exec";
  if (const auto* found = find_event(type, action)) return *found;
  if (const auto* found = find_event(type, "other")) return *found;
  return {"other", "other"};
}

}  // namespace fairlead::metrics
