// The objects that this installation made or was about to make, each found by what it is asked for
// without a look at the others: by ID, by the name of an intent, by App. Values only.
//
// An entry is a statement for each object: without an ID the intent to make one of that name, with
// an ID the object itself. The two are different entries, so an intent that became an object is
// erased and inserted anew; that both are there is possible, and means what it says.
//
// No entry is changed in place: the indices hold texts of those in all(), which do not move. Not
// copied for the same reason.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/objects/drift.h"

namespace fairlead::controller {

// Ordered by kind, App, component, name, ID, which of() and the lists in the file rest on. Of a
// volume the ID is its name.
struct InventoryEntry {
  Kind kind = Kind::kContainer;
  std::string app;
  std::string component;
  std::string name;  // Docker name
  std::string id;    // empty: intent written, reply not seen
  friend auto operator<=>(const InventoryEntry&, const InventoryEntry&) = default;
};

class Entries {
 public:
  Entries() = default;
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;

  // False if it was there, or was not: then nothing has changed and nothing is to be written.
  bool insert(const InventoryEntry& entry);
  bool erase(const InventoryEntry& entry);

  const std::set<InventoryEntry>& all() const { return all_; }
  // One of the keys that a deletion needs (guard/removal.h): true only of an object whose ID was
  // seen in the reply to our own create, or that was adopted.
  bool knows(Kind kind, std::string_view id) const;
  // Copies, in order; empty if there are none. No entry has the ID "".
  std::vector<InventoryEntry> with_id(Kind kind, std::string_view id) const;
  std::vector<InventoryEntry> intents(Kind kind, std::string_view name) const;
  std::vector<InventoryEntry> of(Kind kind, const std::string& app) const;
  // Apps with a container or a network, if only an intent.
  bool has_objects(const std::string& app) const { return objects_.contains(app); }
  std::set<std::string> apps() const;

 private:
  // The text is that of the entry in `all_`, which does not move.
  using Index = std::multimap<std::pair<Kind, std::string_view>, const InventoryEntry*>;
  static void remove(Index& index, std::string_view text, const InventoryEntry& entry);
  static std::vector<InventoryEntry> found(const Index& index, Kind kind, std::string_view text);

  std::set<InventoryEntry> all_;
  Index by_id_;
  Index intents_;                               // by name
  std::map<std::string, std::size_t> objects_;  // by App: how many containers and networks
};

}  // namespace fairlead::controller
