// What `plan`, `diff` and `replay` share: plans as the API writes them (api/json.h), got and shown.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "base/result.h"
#include "cmd/fairlead/options.h"

namespace fairlead::cli {

// Of the named Apps, else of all: from a running daemon, or without one from manifests and engine.
// With --record the inputs of the plans instead.
Result<std::vector<boost::json::object>> collect_plans(const Options& options);

// Prints them as the options ask.
int show_plans(const Options& options, const std::vector<boost::json::object>& plans);

// `plan --record` (replay.cpp).
int record_plan(const Options& options);

}  // namespace fairlead::cli
