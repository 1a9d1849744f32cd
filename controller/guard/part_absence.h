// How long a part of an App (a replica of a service, a network) has been gone from its manifest.
// The grace is the part's, not the file's: whoever edits the file every few seconds must not keep
// for ever what left it long ago. Pure: time is an argument.
//
// A part counts as gone only while the file it was in is whole and valid: a file that can't be
// read, or is half-written, says nothing of any part (F082, F083). Three scans and 30 s, as for a
// whole App (prune.h), and then it may go; that it is not in use is another matter (removal.h).
//
//   absence.declare({"container/web/1", "network/shop_default"});   // each decode
//   absence.scanned(certain, now);                                  // each scan that counts
//   absence.ripe(rules, now)         // parts that this process has never seen declared may go
//   absence.recent(rules, now)       // but these, which were there a moment ago, may not yet
//
// A look at a few named files (watch::Snapshot::whole is false) doesn't count, but what it finds
// uncertain starts over.
//
// Why two questions? The leftovers of a crash, or of a time when Fairlead did not run, were never
// declared to this process; for them the count runs from its first whole scan. In memory only: a
// restart begins to count anew, which delays a removal and never hastens one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "controller/guard/prune.h"

namespace fairlead::controller {

class PartAbsence {
 public:
  // The parts of the manifest's last good version, from now on.
  void declare(std::set<std::string> declared);
  // One accepted scan of the directory. `whole`: it was complete, and that version is the one in
  // the file; if not, a part may be there after all, and what was counted so far counts no more.
  void scanned(bool whole, SteadyTime now);
  void scanned(bool whole, std::set<std::string> declared, SteadyTime now) {
    declare(std::move(declared));
    scanned(whole, now);
  }

  // May parts go that no version of the manifest has declared since this one began to count? What
  // left longer ago than an hour is among them: it is told from what was never there by nobody.
  bool ripe(const PruneRules& rules, SteadyTime now) const;
  // The others that must stay although ripe() holds: they left too lately.
  std::set<std::string> recent(const PruneRules& rules, SteadyTime now) const;

 private:
  struct Absence {
    int scans = 0;
    SteadyTime since{};
    void count(SteadyTime now) {
      if (scans++ == 0) since = now;
    }
    bool long_enough(const PruneRules& rules, SteadyTime now) const {
      return scans >= rules.scans && now - since >= rules.grace;
    }
  };
  Absence never_;                        // of what was not declared since the first scan
  std::map<std::string, Absence> left_;  // of what was declared, and is not now
  std::set<std::string> declared_;
};

// Names of parts.
std::string container_part(const std::string& service, int number);
std::string network_part(const std::string& docker_name);

}  // namespace fairlead::controller
