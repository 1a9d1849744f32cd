// The durable record of what this installation created, in the state directory. Intent is written
// before an object is created and dropped only after confirmed absence, so the inventory is always
// a superset of reality. It is one of the keys a deletion needs; losing it deletes nothing.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "controller/drift.h"
#include "controller/hooks.h"
#include "controller/runs.h"
#include "controller/state_file.h"

namespace fairlead::controller {

struct InventoryEntry {
  Kind kind = Kind::kContainer;
  std::string app;
  std::string component;
  std::string name;  // Docker name
  std::string id;    // empty: intent written, reply not seen
  friend auto operator<=>(const InventoryEntry&, const InventoryEntry&) = default;
};

class Inventory {
 public:
  explicit Inventory(std::unique_ptr<StateFile> file) : file_(std::move(file)) {}

  // Reads the file. A missing file is an empty inventory and a new instance ID (`fresh_id`); a
  // damaged one is an error and must not be overwritten.
  Status load(const std::string& fresh_id);

  // Continues the installation `id`, whose state was lost: its objects on the engine become ours.
  // Refused where this inventory already has objects of its own, which would be left behind.
  Status take_over(const std::string& id);

  const std::string& instance() const { return instance_; }
  const std::string& engine_id() const { return engine_id_; }
  Status remember_engine(const std::string& id);

  // Written through to disk before returning.
  Status intend(const InventoryEntry& entry);          // before create
  Status refused(Kind kind, const std::string& name);  // nothing was created
  Status created(Kind kind, const std::string& name, const std::string& id);
  Status adopted(const InventoryEntry& entry);  // own labels found on the engine: state was lost
  Status gone(Kind kind, const std::string& name, const std::string& id);

  // What runs in a container after its start and before its stop, by container ID; forgotten with
  // the container.
  Status remember_hooks(const std::string& id, ContainerHooks hooks);
  const std::map<std::string, ContainerHooks>& hooks() const { return hooks_; }

  // Of a container; forgotten with it. What was created or changed is `unread` until it has been
  // compared. Only what differs from what is known is written.
  Status remember_runs(const std::string& id, const Runs& runs);
  // Its next start waits for nothing, and it may fail as often as if it never had.
  Status forgive(const std::string& id);
  void changed(const std::string& id) { unread_.insert(id); }
  Status compared(const std::map<std::string, Readings>& readings);  // by container ID
  const std::map<std::string, Runs>& runs() const { return runs_; }
  const std::map<std::string, Readings>& readings() const { return readings_; }
  const std::set<std::string>& unread() const { return unread_; }

  // Volumes of an App that were there once, and those that had to be made again since somebody
  // last acknowledged it (F078).
  std::set<std::string> volumes_of(const std::string& app) const;
  std::set<std::string> recreated_volumes(const std::string& app) const;
  Status volume_recreated(const std::string& app, const std::string& name);
  Status acknowledge_volumes(const std::string& app);

  // The manifest that each App in force came from, so that after a restart a newcomer does not take
  // its name. `in_force`: file by key. Keys of which nothing is left are forgotten, but for those
  // that some manifest still speaks of (`mentioned`).
  Status remember_files(const std::map<std::string, std::string>& in_force,
                        const std::set<std::string>& mentioned);
  const std::map<std::string, std::string>& files() const { return files_; }
  // Digest of the manifest that each App was last brought to.
  std::map<std::string, std::string> digests() const;

  bool knows(Kind kind, const std::string& id) const;
  std::set<std::string> apps() const;
  const std::set<InventoryEntry>& entries() const { return entries_; }

  // Per-App generation: grows with each effective manifest change, survives restarts.
  std::uint64_t generation(const std::string& app, const std::string& digest);

 private:
  Status save();
  void load_containers(const boost::json::object& root);
  void save_containers(boost::json::object& root) const;
  std::unique_ptr<StateFile> file_;
  std::string instance_;
  std::string engine_id_;
  std::set<InventoryEntry> entries_;
  std::map<std::string, ContainerHooks> hooks_;
  std::map<std::string, Runs> runs_;
  std::map<std::string, Readings> readings_;
  std::set<std::string> unread_;
  std::set<std::pair<std::string, std::string>> recreated_;                   // App, volume
  std::map<std::string, std::string> files_;                                  // by key
  std::map<std::string, std::pair<std::uint64_t, std::string>> generations_;  // app → (n, digest)
};

}  // namespace fairlead::controller
