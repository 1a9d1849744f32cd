// The durable record of what this installation created, in the state directory. Intent is on disk
// before an object is created and dropped only after confirmed absence, so the inventory is always
// a superset of reality. It is one of the keys a deletion needs; losing it deletes nothing.
//
// A change is made in memory at once, and is on disk when a later disk().durable() has ended. What
// changed is appended in one line (journal.h), so who waits for one change waits for all that were
// made before it, and a crash leaves all that one write was to bring, or nothing of it. To be
// waited for, before the request that it is about is sent:
//   intend             what is created unrecorded is nobody's for ever after a crash
//   volume_recreated   after the create nothing tells that a volume was lost
//   remember_hooks     before the start that makes them due: a container that runs without them is
//                      taken for one that has none
//   remember_runs      a crash may count one start too many, never one too few. But a disk that
//                      refuses keeps no container down: then it is started uncounted
//   created, adopted   before a rename of the object: by its intent it is found under its old name
//                      only. Not for longer than the disk takes to refuse
// All others may be late, each for its own reason; they reach the disk within a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "controller/record/contents.h"
#include "controller/record/entries.h"
#include "controller/record/group_commit.h"
#include "controller/record/hooks.h"
#include "controller/record/runs.h"
#include "controller/record/state_file.h"

namespace fairlead::controller {

// Of one installation on one engine, for the life of the state directory. Used by the loop alone;
// callers that change something need not ask whether it changed: what is as it was is not written.
// No call but load() and take_over() touches the disk; GroupCommit does, when it is asked to.
//
// Names of objects are Docker names, `app` is a key as text (objects/key.h).
class Inventory {
 public:
  // `floor`: as GroupCommit has it.
  Inventory(std::unique_ptr<StateFile> file, Clock& clock, std::size_t floor = GroupCommit::kFloor);
  Inventory(const Inventory&) = delete;
  Inventory& operator=(const Inventory&) = delete;

  GroupCommit& disk() { return disk_; }

  // Reads the file. A missing file is an empty inventory and a new instance ID (`fresh_id`); a
  // damaged one is an error and must not be overwritten. Blocks, as take_over() does: for the
  // start.
  Status load(const std::string& fresh_id);
  // Bytes of a last write that had not ended when the process before this one did: of no meaning.
  std::size_t torn() const { return torn_; }

  // Continues the installation `id`, whose state was lost: its objects on the engine become ours.
  // Refused where this inventory already has objects of its own, which would be left behind.
  Status take_over(const std::string& id);

  const std::string& instance() const { return held_.instance; }
  const std::string& engine_id() const { return held_.engine_id; }
  // Late: told anew at every start. What was recorded under another engine may still be there, and
  // is kept until it is listed here.
  void remember_engine(const std::string& id);

  void intend(const InventoryEntry& entry);          // before create
  void refused(Kind kind, const std::string& name);  // nothing was created. Late: one too many
  // Late: what has the name of an intent, and our labels, is adopted.
  Status created(Kind kind, const std::string& name, const std::string& id);
  // Own labels found on the engine: a reply or the state was lost. Late: found again.
  void adopted(const InventoryEntry& entry);
  // Late: one too many, until nothing_left().
  void gone(Kind kind, const std::string& name, const std::string& id);
  // The App left the manifests, and no container and no network of it is on the engine: forgets
  // those that are recorded all the same. Volumes are never removed, and stay. Late: seen again.
  void nothing_left(const std::string& app);

  // Containers and networks of `living` Apps that are neither in this complete list of the engine
  // (`listed`: whether an ID is) nor in the one before it, which this remembers. A list that is
  // asked for after an ID was recorded has that object, and an ID never comes back: these are gone,
  // and only the record of it was lost. Never intents, which have no ID, nor volumes.
  // `list`: equal numbers, equal lists; one that had all that was recorded is not gone through
  // again until something else is recorded.
  using Is = std::function<bool(const std::string&)>;
  std::set<InventoryEntry> absent(std::uint64_t list, const Is& listed, const Is& living);
  // Forgets exactly these, which absent() has named. Late: seen again.
  void forget(const std::set<InventoryEntry>& absent);

  // What runs in a container after its start and before its stop, by container ID; forgotten with
  // the container. Late once they have run: one more try.
  void remember_hooks(const std::string& id, ContainerHooks hooks);
  const std::map<std::string, ContainerHooks>& hooks() const { return held_.hooks; }

  // Of a container; forgotten with it. What was created or changed is `unread` until it has been
  // compared. Only what differs from what is known is written. Late, but for the runs: compared
  // again.
  void remember_runs(const std::string& id, const Runs& runs);
  // Its next start waits for nothing, and it may fail as often as if it never had. Late: asked for
  // again.
  void forgive(const std::string& id);
  void changed(const std::string& id);
  void compared(const std::map<std::string, Readings>& readings);  // by container ID
  const std::map<std::string, Runs>& runs() const { return held_.runs; }
  const std::map<std::string, Readings>& readings() const { return held_.readings; }
  const std::set<std::string>& unread() const { return held_.unread; }

  // Volumes of an App that were there once, and those that had to be made again since somebody
  // last acknowledged it (F078). Acknowledged late: asked for again.
  std::set<std::string> volumes_of(const std::string& app) const;
  std::set<std::string> recreated_volumes(const std::string& app) const;
  void volume_recreated(const std::string& app, const std::string& name);
  void acknowledge_volumes(const std::string& app);

  // The manifest that each App in force came from, so that after a restart a newcomer does not take
  // its name. `in_force`: file by key. Keys of which nothing is left are forgotten, but for those
  // that some manifest still speaks of (`mentioned`). Late: the first intent of an App takes it
  // along.
  void remember_files(const std::map<std::string, std::string>& in_force,
                      const std::set<std::string>& mentioned);
  const std::map<std::string, std::string>& files() const { return held_.files; }
  // Digest of the manifest that each App was last brought to.
  std::map<std::string, std::string> digests() const;

  bool knows(Kind kind, const std::string& id) const { return held_.entries.knows(kind, id); }
  // It was to be created, and no reply was seen.
  bool intended(Kind kind, const std::string& app, const std::string& name) const;
  // Of which a container or a network is recorded.
  std::set<std::string> apps() const { return held_.entries.apps(); }
  const std::set<InventoryEntry>& entries() const { return held_.entries.all(); }

  // Per-App generation: grows with each effective manifest change, survives restarts. Late: it
  // costs the continuity of a number.
  std::uint64_t generation(const std::string& app, const std::string& digest);

 private:
  std::string text();
  std::string changes();
  Status take(const std::string& bytes);
  bool put(const InventoryEntry& entry);
  bool drop(const InventoryEntry& entry);
  bool mark(std::set<std::string>& ids, std::set<std::string>& touched, const std::string& id);
  bool unmark(std::set<std::string>& ids, std::set<std::string>& touched, const std::string& id);
  template <typename Value>
  void forget_of(std::map<std::string, Value>& values, std::set<std::string>& touched,
                 const std::string& id);
  void forget_container(const std::string& id);

  Contents held_;
  Touched touched_;          // since the last text for the disk
  std::uint64_t lines_ = 0;  // after the whole, in the file
  std::size_t torn_ = 0;
  std::set<InventoryEntry> missing_;  // in the last complete list
  std::uint64_t edits_ = 0;           // of what a list is compared with
  // The list that had everything, and after how many edits.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> had_all_;
  GroupCommit disk_;
};

}  // namespace fairlead::controller
