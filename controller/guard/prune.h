// May an App that left the manifests be removed from the engine, as far as scans and numbers say?
//
// Yes only if a complete, error-free scan shows it gone in three consecutive scans and for 30 s,
// and the budget allows it: at most max(1, 30 %) of Apps in one go and never all, unless confirmed
// by `fairlead prune --confirm`. Pure: time is an argument.
//
// Why a budget? A directory can be emptied by accident: a mount that is missing, a git checkout of
// the wrong branch, an `rm` with a blank too many. Each looks like consent to remove everything,
// and is complete and without errors. So beyond a share of all Apps nothing goes unless a person
// says so, and a person's word is asked for each name.
//
//   prune.scanned(complete, mentioned, owned, now);       // each whole scan, and each with errors
//   prune.seen(mentioned, owned);                         // the others, which count nothing
//   const auto decision = prune.decide(now);
//   if (decision.allowed.contains("shop")) …              // this condition holds; see removal.h
//
// A look at a few named files shows nothing gone (docs/decisions/0013-named-scans.md), so edits of
// other files hasten no removal.
//
// One condition of several: it knows nothing of files that are broken, of ownership or of what is
// in use (removal.h has the whole list).
//
// Seen from outside: an App that waits for its grace has the line "left the manifest; its removal
// is withheld" for each object; one over the budget is Stalled with reason PruneBlocked, and the
// hint has the command. fairlead_orphaned_objects counts what is left of either.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"

namespace fairlead::controller {

// The same for Apps and for parts of them. However short the grace is made, the scans count all the
// same.
struct PruneRules {
  int scans = 3;                              // complete, in a row
  Duration grace = std::chrono::seconds(30);  // since the first of them (--removal-grace)
  double share = 0.30;  // of all known Apps, rounded down; always at least one
};

// Each name that is owned and not mentioned is in one of the three.
struct PruneDecision {
  std::set<std::string> allowed;   // candidates that may be removed now
  std::set<std::string> withheld;  // over the budget: waits for confirmation
  std::set<std::string> pending;   // not yet absent long enough
};

// Knows Apps and shared networks alike, by their keys, and nothing of why they are gone. Its state
// is lost with the process: then absence is counted from the start, and consent has to be given
// again.
class PruneGuard {
 public:
  explicit PruneGuard(PruneRules rules = {}) : rules_(rules) {}

  // One accepted scan. `complete`: whole, without read errors and without a broken file. `present`:
  // every name a valid or invalid file still mentions. `owned`: every name the inventory or the
  // engine knows. An incomplete scan clears nothing and counts nothing; absence starts over,
  // consent stays.
  void scanned(bool complete, const std::set<std::string>& present,
               const std::set<std::string>& owned, SteadyTime now);

  // Between scans that count: these are back, or there is nothing left of them.
  void seen(const std::set<std::string>& present, const std::set<std::string>& owned);

  // Consent to exceed the budget for these names (from `fairlead prune --confirm`). Ends when the
  // name reappears, or nothing of it is left. Shortens neither scans nor grace. A name that is not
  // absent now gets it too; the caller refuses those that are in the manifests
  // (Controller::confirm_prune).
  void confirm(const std::set<std::string>& names);

  // Over the budget none of those that are ripe goes, rather than some of them: what is left of a
  // directory by accident has no better half. What was allowed once stays allowed, and counts until
  // it is gone.
  PruneDecision decide(SteadyTime now) const;

 private:
  struct Absence {
    int scans = 0;
    SteadyTime since{};
    bool confirmed = false;
  };
  PruneRules rules_;
  std::map<std::string, Absence> absent_;
  std::size_t known_ = 0;              // Apps that exist in manifests or inventory, for the share
  std::set<std::string> in_progress_;  // names that got consent keep it until they reappear
};

}  // namespace fairlead::controller
