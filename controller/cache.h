// The engine's view: one filtered list per kind, kept fresh by the event stream, and inspected only
// where a list or an event says that something changed. In a quiet system a resync costs three list
// calls, whatever the number of Apps.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "controller/observed.h"
#include "docker/engine.h"

namespace fairlead::controller {

class EngineCache {
 public:
  explicit EngineCache(docker::Engine& engine) : engine_(engine) {}

  // Full lists. On success the cache is what the engine says; on failure it is as before.
  // Returns the keys of Apps whose objects changed.
  Task<Result<std::set<std::string>>> resync();

  // One refresh or resync at a time: the caller serialises them.

  // Brings up to date what events and own mutations have marked; no call if nothing is marked.
  Task<Result<std::set<std::string>>> refresh();

  // Fills members of one network (the list leaves them out). A vanished network is dropped.
  Task<Status> inspect_network(std::string id);

  // Notes what an event touches, and returns the App keys to wake.
  std::set<std::string> note_event(const docker::Event& event);
  void mark_container(const std::string& id) { dirty_containers_.insert(id); }
  void mark_networks() { networks_dirty_ = true; }
  // After a failed or uncertain mutation nothing known is trusted.
  void mark_all() { all_dirty_ = true; }
  bool dirty() const {
    return all_dirty_ || networks_dirty_ || volumes_dirty_ || !dirty_containers_.empty();
  }

  // Fairlead itself is about to stop this container: the stop event is not a user's.
  void expect_stop(const std::string& id) { own_stops_.insert(id); }

  const Observed& observed() const { return observed_; }
  void set_engine(docker::EngineInfo info) { observed_.engine = std::move(info); }

 private:
  Task<Status> load_containers(std::set<std::string>& changed);
  Task<Status> load_networks(std::set<std::string>& changed);
  Task<Status> load_volumes(std::set<std::string>& changed);
  Task<void> inspect(std::string id, std::set<std::string>& changed);
  void drop(const std::string& id, std::set<std::string>& changed);

  docker::Engine& engine_;
  Observed observed_;
  std::map<std::string, docker::ContainerSummary> summaries_;
  std::map<std::string, bool> stopped_by_hand_;  // by container ID
  std::set<std::string> dirty_containers_;
  std::set<std::string> own_stops_;
  bool networks_dirty_ = true;
  bool volumes_dirty_ = true;
  bool all_dirty_ = true;
};

// The App key in an object's labels; empty if it has none.
std::string app_of(const docker::StringMap& labels);

}  // namespace fairlead::controller
