// What a plan holds while it is carried out: the keys that it is about, and the networks that it
// makes, removes, or puts containers on.
//
// Most plans are about one App and hold nothing that another wants. A shared network is another
// matter: while containers are put on it, it must not be removed, and while it is made anew nobody
// may put anything on it, whoever's App that is. So a plan takes all that it needs at once, or
// nothing: then its key is queued again when the things are free, and is planned from what is true
// by then. Nobody waits with an old plan in hand, and no two wait for each other.
//
//   action                    needs, besides its App
//   network created, removed  the network alone
//   container created on it,  the network, together with others
//   connected, disconnected
//   all else                  nothing
//
// Between the locks of one call (object_locks.h) and the order within one plan (Operation::after)
// this is the wall between plans: without it one App's plan could connect a container to a network
// that another's plan is about to remove, both right when they were made.
//
//   if (!units.take(key, unit_of(key, plan))) co_return;   // queued again by ended() of another
//   …                                                      // the plan runs
//   for (const auto& waiting : units.ended(key)) queue.add(waiting);   // at the end of each pass
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "controller/plan/plan.h"

namespace fairlead::controller {

// By what it calls them: "app KEY", "network DOCKER-NAME". By name and not by ID, for what is to be
// made has none yet.
struct Unit {
  std::set<std::string> alone;     // for this plan only
  std::set<std::string> together;  // others may use it as well, but not hold it alone
};

// Of the plan for `key`.
Unit unit_of(const std::string& key, const Plan& plan);

// All units that are held now. Pure: who is to be queued is returned.
class Units {
 public:
  // True: held until release(key). False: nothing is held, and `key` waits. What somebody waits for
  // is given to nobody who comes later, so that a stream of small plans can't keep a large one off.
  bool take(const std::string& key, Unit unit);

  // A pass over `key` has ended: what it holds is free, and unless it was refused in this very pass
  // it waits for nothing. The keys that may try again.
  std::set<std::string> ended(const std::string& key);

 private:
  std::set<std::string> may_try() const;

  std::map<std::string, Unit> held_;
  std::map<std::string, Unit> waiting_;
  std::map<std::string, std::uint64_t> since_;  // of waiting_: the order in which they came
  std::set<std::string> refused_;               // of waiting_: since their pass began
  std::uint64_t last_ = 0;
};

}  // namespace fairlead::controller
