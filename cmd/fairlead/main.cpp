// The command line. CLI11 stays in this one file: it is dear to compile.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <sstream>
#include <string>

#include "base/pool.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/print.h"

namespace fairlead::cli {
namespace {

struct Verb {
  const char* name;
  const char* help;
  const char* example;
  int (*run)(const Options&);
  const char* names;  // help of the positional arguments; null: takes none
  bool manifests, engine, output;
};

// The commands, in the order of --help. What several take is said by the flags at the end.
constexpr Verb kVerbs[] = {
    {"run", "Keep the engine at what the manifests say (the daemon)",
     "fairlead run --manifests /etc/fairlead/manifests", run, nullptr, true, true, false},
    {"validate", "Check manifests without an engine", "fairlead validate manifests/shop.yaml",
     validate, "Files or directories", true, false, false},
    {"config", "Print the resolved model", "fairlead config manifests/shop.yaml -o json", config,
     "Files or directories", true, false, true},
    {"plan", "Show what would be done, and why", "fairlead plan shop", plan, "Apps (default: all)",
     true, true, true},
    {"replay", "Plan again what `plan --record` has recorded, without engine and manifests",
     "fairlead replay shop.json", replay, "Recordings", false, false, true},
    {"diff", "Show drift by field: exit 0 none, 1 differences, 2 error", "fairlead diff shop", diff,
     "Apps (default: all)", true, true, true},
    {"get", "List resources: apps, containers, networks, files",
     "fairlead get apps -o wide\n  fairlead get apps --watch", get,
     "apps | containers | networks | files, then names", false, false, true},
    {"describe", "Everything about one resource", "fairlead describe app shop", describe,
     "app NAME, or network NAME", false, false, true},
    {"events", "What happened, newest last",
     "fairlead events --app shop\n  fairlead events --follow -n 10\n"
     "  fairlead events -f -o json | jq -r .message",
     events, nullptr, false, false, true},
    {"reconcile", "Reconcile now, without waiting for a back-off", "fairlead reconcile shop",
     reconcile, "Apps (default: all)", false, false, false},
    {"prune", "Consent to the removal of Apps that left the manifests",
     "fairlead prune --confirm shop", prune, "Apps", false, false, false},
    {"version", "Print the version", "fairlead version", version, nullptr, false, false, false},
};

// Of commands that ask an engine themselves.
void add_engine_options(CLI::App& command, Options& options) {
  command.add_option("--engine", options.engine, "docker, or embedded (an in-process model)")
      ->envname("FAIRLEAD_ENGINE")
      ->check(CLI::IsMember({"docker", "embedded"}))
      ->capture_default_str();
  command
      .add_option("--docker-host", options.docker_host,
                  "unix:///path or tcp://host:port (default: DOCKER_HOST, else the usual socket)")
      ->envname("FAIRLEAD_DOCKER_HOST");
}

void add_pace_options(CLI::App& command, Pace& pace) {
  struct Wait {
    const char* name;
    const char* environment;
    double Pace::* seconds;
    const char* help;
  };
  // A table, for all are the same but for their names.
  static constexpr Wait kWaits[] = {
      {"--settle", "FAIRLEAD_SETTLE", &Pace::settle,
       "Seconds for which a changed directory must stay the same"},
      {"--rescan", "FAIRLEAD_RESCAN", &Pace::rescan, "Seconds between two readings of it"},
      {"--resync", "FAIRLEAD_RESYNC", &Pace::resync,
       "Seconds between two full lists of the engine"},
      {"--removal-grace", "FAIRLEAD_REMOVAL_GRACE", &Pace::removal_grace,
       "Seconds for which something must have left the manifests before it is removed"},
      {"--engine-timeout", "FAIRLEAD_ENGINE_TIMEOUT", &Pace::engine_timeout,
       "Seconds without a byte after which a request to the engine is given up"},
  };
  for (const auto& wait : kWaits) {
    command.add_option(wait.name, pace.*wait.seconds, wait.help)
        ->envname(wait.environment)
        // Zero would make a loop of what is a pause.
        ->check(CLI::Range(0.05, 3600.0))
        ->capture_default_str();
  }
}

void add_run_options(CLI::App& command, Options& options) {
  command
      .add_option("--listen", options.listen,
                  "ADDR:PORT for /metrics, /healthz, /readyz; none for no listener")
      ->envname("FAIRLEAD_LISTEN")
      ->capture_default_str();
  command.add_option("--log-format", options.log_format, "auto, text, logfmt or json")
      ->envname("FAIRLEAD_LOG_FORMAT")
      ->check(CLI::IsMember({"auto", "text", "logfmt", "json"}))
      ->capture_default_str();
  command.add_option("--log-level", options.log_level, "debug, info, warn or error")
      ->envname("FAIRLEAD_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  command
      .add_option("--pull-timeout", options.pull_timeout,
                  "Seconds without progress after which a pull is given up")
      ->envname("FAIRLEAD_PULL_TIMEOUT")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  add_pace_options(command, options.pace);
  command
      .add_option("--adopt-instance", options.adopt_instance,
                  "Take over the objects of this instance (its state directory was lost)")
      ->envname("FAIRLEAD_ADOPT_INSTANCE");
  command.set_config("--config", "", "Options from a file (key=value)")->envname("FAIRLEAD_CONFIG");
}

void add_event_options(CLI::App& command, Options& options) {
  command.add_option("--app", options.app, "Only events of this App, or of network/NAME");
  command.add_flag("-f,--follow", options.follow, "Go on as they come, until Ctrl-C");
  command.add_option("-n,--last", options.last, "Only the last NUM of those there are")
      ->type_name("NUM")
      ->check(CLI::Range(0, 1'000'000));
}

// Every command has --state-dir: by it daemon and commands find each other.
void add_verb(CLI::App& parent, const Verb& verb, Options& options, int& code) {
  auto* command = parent.add_subcommand(verb.name, verb.help);
  command->footer(std::string("Example:\n  ") + verb.example);
  command
      ->add_option("--state-dir", options.state_dir, "Where the daemon keeps its state and socket")
      ->envname("FAIRLEAD_STATE_DIR")
      ->capture_default_str();
  // What decides how manifests are read is the same for all that read them.
  if (verb.manifests) {
    command
        ->add_option("--policy", options.policy,
                     "What manifests may demand of the host (default: "
                     "/etc/fairlead/policy.yaml, else nothing)")
        ->envname("FAIRLEAD_POLICY");
    command
        ->add_flag("--trust-directory-owner", options.trust_directory_owner,
                   "Manifests may belong to whom their directory belongs to")
        ->envname("FAIRLEAD_TRUST_DIRECTORY_OWNER");
    command
        ->add_option("--age-identity", options.age_identity,
                     "File with the key of secrets that end in .age")
        ->envname("FAIRLEAD_AGE_IDENTITY");
    command->add_option("--manifests", options.manifests, "Directory of manifests")
        ->envname("FAIRLEAD_MANIFESTS")
        ->capture_default_str();
  }
  if (verb.engine) add_engine_options(*command, options);
  if (verb.run == run) add_run_options(*command, options);
  if (verb.output) {
    command->add_option("-o,--output", options.output, "table, wide, json, yaml or name")
        ->check(CLI::IsMember({"table", "wide", "json", "yaml", "name"}))
        ->capture_default_str();
  }
  if (verb.names != nullptr) command->add_option("names", options.names, verb.names);
  if (verb.run == plan || verb.run == diff) {
    command->add_flag("--offline", options.offline, "Ask the engine itself, not a running daemon");
  }
  if (verb.run == plan) {
    command->add_option(
        "--record", options.record,
        "Write what the plan of one App is decided from into this new file; implies "
        "--offline");
  }
  if (verb.run == events) add_event_options(*command, options);
  if (verb.run == get) {
    command->add_flag("-w,--watch", options.watch,
                      "apps: print them, and then each one that changes, until Ctrl-C");
  }
  if (verb.run == prune) command->add_flag("--confirm", options.confirm, "Really remove");
  // CLI11 calls it once all words are read and fine. Nothing is printed after delivered().
  command->callback([&options, &code, &verb] {
    code = verb.run(options);
    code = delivered(code, verb.run == diff ? kUsage : kFailed);
  });
}

// Help goes where all output goes; so does what is wrong with the words.
int explained(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream complaint;
  const int code = app.exit(error, out, complaint) == 0 ? kOk : kUsage;
  put_document(out.str());
  std::istringstream lines(complaint.str());
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) complain(line);
  return delivered(code, code == kOk ? kFailed : code);
}

}  // namespace

int version(const Options&) {
  say("fairlead " FAIRLEAD_VERSION);
  return kOk;
}

int main(int argc, char** argv) {
  keep_standard_places();
  // Whoever reads the output or the log may go away: that is an error of a write, and no end.
  std::signal(SIGPIPE, SIG_IGN);
  Options options;
  options.state_dir = default_state_dir();
  int code = kOk;
  CLI::App app{"Fairlead keeps plain Docker at what a directory of manifests says."};
  app.require_subcommand(1);
  app.footer("Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 timed out, 5 refused.");
  for (const auto& verb : kVerbs)
    add_verb(app, verb, options, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return explained(app, e);
  } catch (const std::exception& e) {
    complain(std::string("error: ") + e.what() + "; this is a fault of Fairlead's own");
    return kFailed;
  }
  return code;
}

}  // namespace fairlead::cli

int main(int argc, char** argv) {
  const int code = fairlead::cli::main(argc, argv);
  // A thread that hangs can't be ended, and what exit() tears down is still in its hands.
  if (fairlead::Pool::working()) std::_Exit(code);
  return code;
}
