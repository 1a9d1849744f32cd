// What the command line and the environment (FAIRLEAD_*) can set: a word on the command line, else
// the variable, else the default here. One struct for all commands; main.cpp says which command
// takes which, and the rest keeps its default.
//
// docs/cli.md is the users' page; a new option gets its line there.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"

namespace fairlead::cli {

// Exit codes, the same for every command (docs/cli.md).
enum ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kMissing = 3,
  kTimedOut = 4,
  kRefused = 5,
  kReaderGone = 141,  // as a shell tells of a program that SIGPIPE has ended
};

// How long the daemon waits for what, in seconds. Tests shorten these; nothing else depends on
// them. Each is between 0.05 and 3600.
struct Pace {
  double settle = 0.2;         // a changed directory must be the same for so long
  double rescan = 10;          // between two readings of the directory, whatever events say
  double resync = 10;          // between two full lists of the engine, whatever events say
  double removal_grace = 30;   // what left the manifests must be gone for so long
  double engine_timeout = 30;  // without a byte of an engine's reply
};

// Texts as they were given, and not checked further than main.cpp does.
struct Options {
  std::string manifests = "manifests";
  std::string engine = "docker";  // docker or embedded
  std::string docker_host;        // empty: DOCKER_HOST, else the default socket
  std::string state_dir;
  std::string listen = "127.0.0.1:9478";  // "none": no TCP listener
  std::string log_format = "auto";
  std::string log_level = "info";
  int pull_timeout = 60;  // seconds without progress
  Pace pace;
  std::string adopt_instance;
  std::string policy;                  // file; empty: the usual place, if it is there
  bool trust_directory_owner = false;  // besides the policy's trustDirectoryOwner
  std::string age_identity;            // file with the key that secrets are encrypted for
  std::string output = "table";
  std::vector<std::string> names;  // positional arguments of the command
  bool offline = false;            // plan, diff: never ask a daemon
  std::string record;              // plan: the file to write what it is decided from to
  bool watch = false;              // get: go on with what changes
  bool follow = false;             // events: go on as they come
  int last = -1;                   // events: only so many of those there are; -1: all
  bool confirm = false;
  std::string app;  // events: only of this App
};

// /var/lib/fairlead for root, else $XDG_STATE_HOME/fairlead or ~/.local/state/fairlead. The same
// for daemon and commands, so that they find each other without a word, as long as both are one
// user's.
std::string default_state_dir();

Duration from_seconds(double seconds);

// Where the daemon of this state directory listens.
std::string socket_path(const Options& options);

}  // namespace fairlead::cli
