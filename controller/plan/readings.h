// Readings: what the engine made of a value that it was given. One that was seen right after the
// value was given is no drift: it is said once (`NotApplied`), and never answered. Why:
// docs/decisions/0005-readings.md.
//
// A reading is the field with both values. If the manifest asks for another value, or somebody
// changes the actual one, it is no reading any more but drift.
//
//   first look after            what may be a reading
//   a create                    every difference of the object: Memory::unread
//   an update of limits         differences of limits: Memory::fresh, part_of(ID, "limits")
//   a connect                   differences of that endpoint: likewise, "networks.NAME"
//
// So a real drift that comes between the create and the first look is taken for a reading. It is
// said, and ends with another value in the manifest.
//
// Example: a volume is declared with `o: size=1m`, and shown with `size=1048576` right after the
// create. That is noted as {driver_opts.o, size=1m, size=1048576}, said once (NotApplied) and left
// alone. Should it show a third value one day, that is a difference like any other.
//
// Seen from outside: the log's `value not applied` with both values, once, and the App's condition
// NotApplied as long as it holds.
#pragma once

#include <string>
#include <string_view>

#include "controller/objects/drift.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// True if the engine showed exactly this difference when it had just been given the value. `id`: of
// the container or network; of a volume its name. `fresh`: the value was given to a living one, and
// this is the first look since.
bool is_reading(const Planner& p, const std::string& id, const Drift& drift, bool fresh);

// If it is one: it is said and left alone, and true is returned. Notes what is to be remembered
// (Plan::compared).
bool not_applied(Planner& p, const std::string& id, const Drift& drift, bool fresh = false);

// What was not compared in this pass keeps the readings that are known of it; they would be
// forgotten otherwise, and the same difference would be drift in the next pass. `start`: of fields;
// "" is all.
void keep_readings(Planner& p, const std::string& id, std::string_view start);

}  // namespace fairlead::controller
