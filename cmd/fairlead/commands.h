// One function per command; each returns an exit code. Data goes to stdout, messages to stderr.
#pragma once

#include <string>

#include "base/result.h"
#include "cmd/fairlead/options.h"

namespace fairlead::cli {

int run(const Options& options);        // run.cpp: the daemon
int validate(const Options& options);   // offline.cpp: manifests only, no engine
int config(const Options& options);     // offline.cpp: print the resolved model
int plan(const Options& options);       // plan.cpp: what would be done, and why
int replay(const Options& options);     // replay.cpp: the plan of a recording
int diff(const Options& options);       // plan.cpp: exit 0 in sync, 1 differences, 2 error
int get(const Options& options);        // query.cpp: tables
int describe(const Options& options);   // query.cpp: everything of one App
int events(const Options& options);     // query.cpp, follow.cpp
int reconcile(const Options& options);  // query.cpp: now, resetting back-off
int prune(const Options& options);      // query.cpp: consent to removals over the budget
int version(const Options& options);    // main.cpp

// "error: what; next step" on stderr, and the exit code for it.
int fail(const Error& error);

}  // namespace fairlead::cli
