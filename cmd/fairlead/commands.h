// One function per command; each returns an exit code. Data goes to stdout, messages to stderr.
//
// main.cpp has the table of commands with their options, and calls one of these once; after it
// delivered() (print.h) has the last word on the code. Each may block: there is nothing else to do
// in the process, but for run().
//
//   int reconcile(const Options& options) {
//     auto asked = post(options, target);
//     if (!asked) return fail(asked.error());  // words and code follow from the error
//     say("reconcile requested");
//     return kOk;
//   }
//
// For users: docs/cli.md, which names the exit codes (options.h). A command that asks a daemon does
// so over its socket and sees what the API shows; validate, config and the --offline ones look for
// themselves.
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

// "error: what; next step" on stderr, and the exit code for it: 3 for NotFound, 4 for Timeout, 5
// for what may not be done (PermissionDenied, NotOwner, PruneBlocked), else 1.
int fail(const Error& error);

}  // namespace fairlead::cli
