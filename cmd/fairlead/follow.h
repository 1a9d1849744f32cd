// Commands that go on: `events --follow` and `get apps --watch`. Each prints as things happen and
// ends with
//   130  Ctrl-C (as a shell tells of it; the signal is left to itself)
//   141  the reader of standard output has gone, noticed at once, not with the next line
//   1    the daemon ended or fell silent, 4 when it did not even hang up; says what to do
//
// They do not reconnect: whoever follows a daemon that was stopped wants to know that it was. A
// stream of JSON can be begun anew from its last event by `after` of the API (docs/api.md).
//
// Each line is passed on as it is printed, whatever standard output is: a pipe to `jq` or `grep`
// sees it at once. What was missed (an event `gap`) is a note on standard error.
#pragma once

#include <string>
#include <vector>

#include "base/target.h"
#include "cmd/fairlead/options.h"

namespace fairlead::cli {

// One line for each event of `target`, from those that are there. JSON: one object a line. YAML:
// one document each. name: the objects' names. Columns are as wide as is usual and grow: what comes
// later is not known.
int follow_events(const Options& options, const Target& target);

// The table of all Apps (of `names`, if there are any), then one row for each that changes. JSON:
// {"type": "ADDED", "object": {…}} a line, as a Kubernetes watch. YAML: the same as documents.
// name: the App's name each time. A name that no App has is waited for.
int watch_apps(const Options& options, const std::vector<std::string>& names);

}  // namespace fairlead::cli
