// What `plan`, `diff` and `replay` share: plans as the API writes them (api/json.h), got and shown.
//
// A plan from a running daemon is what it would do now, with all that it remembers: back-off,
// readings, counted ends. One without a daemon is made by the controller itself, read-only, from
// one look at manifests and engine, and knows of memory only what is in the inventory.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "base/result.h"
#include "cmd/fairlead/options.h"

namespace fairlead::cli {

// Of the named Apps, else of all: from a running daemon, or without one from manifests and engine.
// With --record the inputs of the plans instead. Errors of either: NotFound for an App that is not
// there, EngineUnavailable where no engine answers either. A daemon that answers with an error is
// not asked around: its word stands.
Result<std::vector<boost::json::object>> collect_plans(const Options& options);

// Prints them as the options ask. 0, whatever they hold: `diff` is the one that judges.
int show_plans(const Options& options, const std::vector<boost::json::object>& plans);

// `plan --record` (replay.cpp): writes one new file, mode 0600, and shows the plan that it gives.
// It holds the environments of the App's containers.
int record_plan(const Options& options);

}  // namespace fairlead::cli
