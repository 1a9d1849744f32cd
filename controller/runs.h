// What is remembered of a container beyond what inspect says of it, by container ID: how often it
// was started again, how it ended last, and what the engine made of the values it was given.
//
// Runs and readings are kept in the inventory: neither a back-off nor a count of attempts may begin
// anew because Fairlead was restarted, and no container may be replaced for what is known already.
#pragma once

#include <set>
#include <string>

#include "base/clock.h"

namespace fairlead::controller {

// Fairlead's own starts after the first one.
struct Runs {
  int starts = 0;
  int failures = 0;    // ends in a row that were answered with a start
  bool again = false;  // asked for by hand: the next start waits for nothing. Not kept
  friend bool operator==(const Runs&, const Runs&) = default;
};

// The last end of a container that is to run.
struct LastEnd {
  std::string finished_at;  // the engine's, which tells one end from another
  WallTime seen{};          // by our clock
  std::string output;       // the last lines that it wrote, on one line
};

// A value that was given, and what the engine showed right after. The engine normalised it, or does
// not do it here: no drift, as long as both stay the same.
struct Reading {
  std::string field;
  std::string wanted;
  std::string got;
  friend auto operator<=>(const Reading&, const Reading&) = default;
};
using Readings = std::set<Reading>;

}  // namespace fairlead::controller
