// What the inventory holds, as values, and how it is written down: whole, or what changed. Both are
// documents of the same members; of a change each member has only what it is about, and `null`,
// `false` or a place under "dropped" for what is no more. To apply a change twice is to apply it
// once.
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

// What of it is not as it was written last: which, not how.
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
// As they are now, never with their instance: another one is written whole.
boost::json::object changes(const Contents& contents, const Touched& touched);

// Into empty contents. Both throw, as Boost.JSON does, for any other form.
void take_whole(Contents& contents, const boost::json::object& document);
void take_changes(Contents& contents, const boost::json::object& document);

}  // namespace fairlead::controller
