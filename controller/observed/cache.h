// The engine's view: one filtered list per kind, kept fresh by the event stream, and inspected only
// where an event says that something changed, or a list contradicts what is believed. In a quiet
// system a resync costs three list calls, whatever the number of Apps.
//
// A list is compared with what is believed, and not with the list before it: between two equal
// lists a container may have run and ended, and the event of it may be lost. But to compare the
// same with the same twice would find nothing new: an answer with which all that is believed
// agreed, and of which nothing was changed here since, need not be read again (Listed::version).
//
//   what happened                           what is read again
//   an event of a container                 that container
//   events of more than 64 unknown ones     the list of containers, and what is new in it
//   a network or volume came or went        the list of its kind
//   an own mutation                         what it touched; after a failure everything
//   the engine was away                     everything, and each container is inspected
//   ten seconds have passed                 the three lists (resync)
//
// What is marked stays marked until it was read with success, so a look that fails half-way loses
// nothing; what changed is said once, by the look that succeeds. An event that is lost costs the
// time until the next list, and nothing else (docs/decisions/0007-events-only-wake.md).
//
// A container whose inspect fails is doubted and asked again in each look; its neighbours are not
// held up, and its App knows (F068). Where nothing is known of it yet, a list tells whether it is
// there at all. All on the loop; each coroutine waits for the engine only.
//
//   cache.mark_container(id, app);             // when the engine has answered
//   auto changed = co_await cache.refresh();   // at most one at a time
//   if (changed && !cache.stale_for(app)) …    // now a plan may be made
//
// Seen from outside: fairlead_docker_last_resync_timestamp_seconds is the last list that succeeded,
// and fairlead_docker_requests_total tells by operation what looking costs. If an App is acted on
// late, with each resync only, the event stream is down, or brings nothing
// (fairlead_docker_event_stream_connected).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "controller/observed/index.h"
#include "controller/observed/observed.h"
#include "docker/engine.h"

namespace fairlead::controller {

// What is not as it was. Said once, by the first look that succeeds.
struct ObservedChanges {
  std::set<std::string> apps;      // keys in the labels of what came, went or changed
  std::set<std::string> networks;  // names, whoever's they are: others may refer to them
  std::set<std::string> volumes;   // likewise
};

class EngineCache {
 public:
  explicit EngineCache(docker::Engine& engine) : engine_(engine) {}

  // Full lists: three requests, and an inspect for each container that a list contradicts or that
  // is new. On success the cache is what the engine says. An error is the engine's: nothing is
  // forgotten, and everything is asked again next time.
  Task<Result<ObservedChanges>> resync();

  // One refresh or resync at a time: the caller serialises them.

  // Brings up to date what events and own mutations have marked; no call if nothing is marked.
  // After mark_all() it is a resync.
  Task<Result<ObservedChanges>> refresh();

  // Fills members of one network (the list leaves them out). A vanished network is dropped, which
  // is success. What it learned holds until the next list of networks.
  Task<Status> inspect_network(std::string id);

  // Notes what an event touches, and returns the App keys to wake. Costs no call. Names that nobody
  // knows are bounded: from a thousand on, everything is listed instead.
  std::set<std::string> note_event(const docker::Event& event);
  // Own mutations of `app`: to be marked when the engine has answered, not when it is asked. What
  // is read in between is older than what the call did.
  void mark_container(const std::string& id, const std::string& app) { dirty_[id] = app; }
  void mark_networks() { networks_dirty_ = true; }
  void mark_volumes() { volumes_dirty_ = true; }
  // After a failed or uncertain mutation nothing known is trusted.
  void mark_all() { all_dirty_ = true; }
  // Everything known of containers may be wrong: the engine was away, and with it its events.
  void doubt_containers();

  // Whether a plan for `app` would be made from less than is known: an event or an own mutation
  // came after what was read, or two replies can't be of one moment (a container on a network that
  // the list of networks does not have). What has to be read again for it is marked. Asked after
  // each refresh; false is the licence to plan.
  bool stale_for(const std::string& app);

  // Fairlead itself is about to stop this container: the stop event is not a user's. Before the
  // call, for the event may come before the reply.
  void expect_stop(const std::string& id) { own_stops_.insert(id); }

  // True of every container with our label that is listed, or that an event has named.
  bool knows(const std::string& container) const {
    return observed().containers.contains(container) || unseen_.contains(container);
  }

  const Observed& observed() const { return index_.all(); }
  const ObservedIndex& index() const { return index_; }
  void set_engine(docker::EngineInfo info) { index_.set_engine(std::move(info)); }

 private:
  Task<Status> load_containers();
  Task<Status> load_networks();
  Task<Status> load_volumes();
  Task<Status> load_all();
  Task<Status> load_marked();
  Task<Status> list_doubtful(std::map<std::string, std::string> named);
  std::vector<std::string> compare(const std::vector<docker::ContainerSummary>& list,
                                   const std::map<std::string, std::string>& marked);
  void compare(const std::vector<docker::Network>& list);
  void compare(const std::vector<docker::Volume>& list);
  void note_unseen(const docker::ContainerSummary& summary);
  Task<void> inspect(std::string id);
  void note_stop(const docker::Event& event);
  void drop(const std::string& id);
  void note_change(const docker::Network& network);
  void note_change(const docker::Volume& volume);

  // A list's answer that agreed with all that was known after so many edits of its kind.
  struct Agreed {
    std::string version;
    std::uint64_t edits = 0;
    // "" if what is known has changed since.
    std::string still(std::uint64_t now) const { return now == edits ? version : std::string(); }
  };

  docker::Engine& engine_;
  ObservedIndex index_;
  Agreed containers_;
  Agreed networks_;
  Agreed volumes_;
  ObservedChanges changes_;  // not said yet: a look that fails half-way forgets none
  std::map<std::string, bool> stopped_by_hand_;  // by container ID
  std::map<std::string, std::string> dirty_;     // container ID → the key of its App, if known
  // As `dirty_`: named by events and not read yet.
  std::map<std::string, std::string> unseen_;
  std::set<std::string> unreadable_;  // of dirty_: the last inspect failed
  // By container ID: networks that it is still on although they are gone. Seen twice, with a list
  // of networks in between, so it is no matter of order (F009).
  std::map<std::string, std::set<std::string>> on_gone_networks_;
  std::set<std::string> own_stops_;
  std::set<std::string> killed_;  // sent a signal that ends programs, by somebody else
  bool networks_dirty_ = true;
  bool volumes_dirty_ = true;
  bool all_dirty_ = true;
};

}  // namespace fairlead::controller
