#include "controller/guard/removal.h"

#include <algorithm>

namespace fairlead::controller {

Stays why_it_stays(const Removal& removal) {
  // In the order of the header: what lasts before what passes by itself.
  if (removal.kind == Kind::kVolume) return Stays::kVolume;
  if (!removal.ours) return Stays::kForeign;
  if (!removal.named) return Stays::kStranger;
  if (!removal.prune) return Stays::kKept;
  if (!removal.absent) return Stays::kTooEarly;
  if (removal.contended) return Stays::kContended;
  if (!removal.readable) return Stays::kUnreadable;
  if (removal.going) return Stays::kGoing;
  if (removal.used) return Stays::kUsed;
  return Stays::kGoes;
}

std::optional<Error> why_app_stays(const Departure& departure) {
  const auto stays = [&departure](const std::string& why, std::string hint) {
    return Error{ErrorClass::kBlocked, Reason::kPruneBlocked,
                 "'" + departure.key + "' left the manifests " + why, std::move(hint)};
  };
  // First what a person can mend, then what only waits for consent.
  if (!departure.broken_file.empty())
    return stays("but " + departure.broken_file + " is not a valid manifest and may still hold it",
                 "fix or delete " + departure.broken_file);
  if (departure.mentioned)
    return stays(
        "in the form that was in force, and what they say now clashes with another's",
        "`fairlead get files -o json` says with what; until then nothing of it is changed");
  if (departure.decision.withheld.contains(departure.key))
    return stays("together with too many others to remove at once",
                 "if that is meant: fairlead prune --confirm " + departure.key);
  return std::nullopt;
}

Status removes_one_of_ours(Kind kind, std::string_view id, bool recorded) {
  // The engine would take a name or the beginning of an ID for whatever fits it.
  constexpr std::size_t kFullId = 64;
  const bool full = id.size() == kFullId && std::ranges::all_of(id, [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                    });
  if (kind != Kind::kVolume && full && recorded) return {};
  return failure(ErrorClass::kBlocked, Reason::kNotOwner,
                 std::string(to_string(kind)) + " " + std::string(id.substr(0, 64)) +
                     " is not removed: " +
                     (kind == Kind::kVolume ? "volumes never are"
                      : full                ? "the inventory does not have it"
                                            : "this is no full ID"),
                 "remove it by hand if it is not needed");
}

}  // namespace fairlead::controller
