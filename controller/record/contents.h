// What the inventory holds, as values, and how it is written down: whole, or what changed. Both are
// documents of the same members; of a change each member has only what it is about, and `null`,
// `false` or a place under "dropped" for what is no more. To apply a change twice is to apply it
// once.
//
// The member names of the file are its interface: other versions of Fairlead read it, and people
// do. A member may be added (an old version passes over what it does not know, a new one takes what
// is missing for empty); none may change its meaning without another `format`, which no other
// version reads.
//
//   whole      {"format":1,"instance":"…","engine":"…","entries":[…],"generations":{…},"hooks":{…}}
//   change     {"entries":[…],"dropped":[…],"hooks":{"ID":{…},"ID":null},"unread":{"ID":true}}
//
// Hooks have the environments of their commands in them, which may be secrets: the file is for its
// owner alone (state_file.h).
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "controller/record/entries.h"
#include "controller/record/hooks.h"
#include "controller/record/runs.h"

namespace fairlead::controller {

// What inventory.h tells of, in the order in which a whole document has it.
struct Contents {
  std::string instance;
  std::string engine_id;
  Entries entries;
  std::map<std::string, ContainerHooks> hooks;  // by container ID
  std::map<std::string, Runs> runs;
  std::map<std::string, Readings> readings;
  std::set<std::string> unread;
  std::set<std::string> elsewhere;                                           // container, network
  std::set<std::pair<std::string, std::string>> recreated;                   // App, volume
  std::map<std::string, std::string> files;                                  // by key
  std::map<std::string, std::pair<std::uint64_t, std::string>> generations;  // app → (n, digest)
};

// What of it is not as it was written last: which, not how. So ten changes of one thing between two
// writes are written once, as it is then.
struct Touched {
  bool engine = false;
  std::set<InventoryEntry> entries;
  std::set<std::string> hooks;
  std::set<std::string> runs;
  std::set<std::string> readings;
  std::set<std::string> unread;
  std::set<std::string> elsewhere;
  std::set<std::pair<std::string, std::string>> recreated;
  std::set<std::string> files;
  std::set<std::string> generations;
};

boost::json::object whole(const Contents& contents);
// As they are now, never with their instance: another one is written whole. A change of nothing is
// an object of nothing, and may be written.
boost::json::object changes(const Contents& contents, const Touched& touched);

// Into empty contents. Both throw, as Boost.JSON does, for any other form; then what they were
// given is half-filled, and to be thrown away.
void take_whole(Contents& contents, const boost::json::object& document);
void take_changes(Contents& contents, const boost::json::object& document);

}  // namespace fairlead::controller
