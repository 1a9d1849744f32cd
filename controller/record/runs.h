// What is remembered of a container beyond what inspect says of it, by container ID: how often it
// was started again, how it ended last, and what the engine made of the values it was given.
//
// Runs and readings are kept in the inventory: neither a back-off nor a count of attempts may begin
// anew because Fairlead was restarted, and no container may be replaced for what is known already.
//
// Each is known by the container's ID, and an ID never comes back: what is kept of a container that
// is gone means nothing, and is dropped with it. A replacement begins with nothing, and so does a
// container that somebody made anew by hand.
#pragma once

#include <set>
#include <string>

#include "base/clock.h"
#include "docker/types.h"

namespace fairlead::controller {

// Fairlead's own starts after the first one. With the restarts that the engine counts they are what
// people see (report/status.h).
struct Runs {
  int starts = 0;
  int failures = 0;    // ends in a row that were answered with a start
  bool again = false;  // asked for by hand: the next start waits for nothing. Not kept
  friend bool operator==(const Runs&, const Runs&) = default;
};

// The last end of a container that is to run. In memory only: after a restart of Fairlead it is
// asked for again, and `seen` is a little later than it was.
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

// What is noted of a volume without labels that the engine made, with a container of ours, in place
// of one of ours that had just gone: by when it was made it is known again. `accepted`: the App was
// allowed to go on with it. Kept among the readings of the volume's name, though it is none.
inline Reading made_in_place(const docker::Volume& volume, bool accepted = false) {
  return {"labels", accepted ? "accepted" : "", volume.created};
}

// What of a living container is changed by a request of its own: its limits, or one endpoint. Only
// the differences in that part are the engine's reading after it.
inline std::string part_of(const std::string& container, const std::string& part) {
  return container + " " + part;
}
inline constexpr const char* kLimitsPart = "limits";

}  // namespace fairlead::controller
