// `fairlead run`: the daemon. Builds every part in order; destruction runs in reverse.
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <utility>

#include "api/server.h"
#include "base/child.h"
#include "base/pool.h"
#include "base/trust.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/decoding.h"
#include "cmd/fairlead/wire.h"
#include "controller/controller.h"
#include "controller/record/instance_lock.h"
#include "metrics/metrics.h"
#include "watch/directory.h"

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

// From SIGTERM to the end, whatever the engine does. Calls are cut before that
// (ControllerOptions::stop_grace). docs/cli.md promises five seconds.
constexpr auto kPatience = std::chrono::milliseconds(4500);

// Whether the state directory is still ours. A look that hangs is no answer, and not repeated
// sooner.
constexpr auto kLookPause = std::chrono::seconds(2);
constexpr auto kLookDeadline = std::chrono::minutes(1);

// Made for its owner alone, and judged before anything in it is believed.
Status make_state_dir(const std::string& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) {
    return failure(ErrorClass::kInvalid, Reason::kPermissionDenied,
                   "state directory " + path + ": " + failed.message(),
                   "give another one with --state-dir");
  }
  auto fine = check_folder(path);
  if (!fine) {
    fine.error().hint = "give another one with --state-dir, or chown it";
    return std::unexpected(std::move(fine.error()).with_context("state directory"));
  }
  ::chmod(path.c_str(), 0700);
  return {};
}

// Before any of it is read: a disk that does not answer is looked for among these.
void say_starting(Logger& log, const Options& options) {
  log.info("fairlead starting",
           {{"policy", options.policy.empty() ? "default" : options.policy},
            {"age_identity", options.age_identity.empty() ? "none" : options.age_identity},
            {"state_dir", options.state_dir}});
}

void say_start(Logger& log, const Options& options, const std::string& instance) {
  log.info("fairlead started",
           {{"version", FAIRLEAD_VERSION},
            {"manifests", options.manifests},
            {"engine", options.engine},
            {"docker_host", options.docker_host.empty() ? "default" : options.docker_host},
            {"state_dir", options.state_dir},
            {"instance", instance}});
  if (options.engine == "embedded") {
    log.warn("embedded engine: nothing real is started; this is a model of Docker in memory");
  }
}

// The revision is not known to this build.
metrics::BuildInfo build_info() {
  metrics::BuildInfo info;
  info.version = FAIRLEAD_VERSION;
  info.compiler = __VERSION__;
  return info;
}

// Everything that lives as long as the daemon, in order of construction.
struct Daemon {
  std::unique_ptr<World> world;
  std::unique_ptr<controller::InstanceLock> lock;
  std::unique_ptr<controller::Inventory> inventory;
  std::unique_ptr<watch::Directory> directory;
  std::unique_ptr<controller::Controller> controller;
  std::unique_ptr<metrics::Metrics> metrics;
  std::unique_ptr<api::Server> server;
  bool lock_lost = false;

  int exit_code() const { return lock_lost || controller->failed() ? kFailed : kOk; }
};

std::unique_ptr<controller::Controller> make_controller(
    Daemon& daemon, const Pace& pace, const std::string& read_only, model::DecodeOptions decoding,
    std::shared_ptr<const model::HostAccess> access) {
  auto& world = *daemon.world;
  controller::ControllerOptions options;
  options.read_only_reason = read_only;
  options.resync_interval = from_seconds(pace.resync);
  options.prune.grace = from_seconds(pace.removal_grace);
  options.decoding = std::move(decoding);
  options.access = std::move(access);
  return std::make_unique<controller::Controller>(
      controller::ControllerParts{world.io.get_executor(), world.clock, world.random, *world.log,
                                  *daemon.directory, *world.engine, *daemon.inventory, &world.pool,
                                  &world.helpers},
      options);
}

// Written by a thread of its own: a disk that does not answer holds up creations, and no more.
// Without the lock it is a copy, and nothing is written.
Status open_inventory(Daemon& daemon, const Options& options) {
  auto& world = *daemon.world;
  auto file = daemon.lock
                  ? controller::written_away(controller::file_on_disk(*daemon.lock, kInventoryFile),
                                             world.io.get_executor())
                  : controller::copy_of_file(options.state_dir + "/" + kInventoryFile);
  daemon.inventory = std::make_unique<controller::Inventory>(std::move(file), world.clock);
  auto loaded = daemon.inventory->load(world.random.hex(32));
  if (!loaded) return std::unexpected(std::move(loaded.error()).with_context(options.state_dir));
  if (const auto torn = daemon.inventory->torn(); torn > 0 && daemon.lock)
    world.log->info("the last write of the state had not ended: left out", {{"bytes", torn}});
  if (options.adopt_instance.empty()) return loaded;
  return daemon.inventory->take_over(options.adopt_instance);
}

// Without the lock this process only reads; `read_only` then says who has it.
Status take_lock(Daemon& daemon, const Options& options, std::string& read_only) {
  auto lock = controller::lock_instance(options.state_dir);
  if (lock) {
    daemon.lock = std::move(*lock);
    return {};
  }
  // A state directory that can't be locked at all is an error; one that is locked is another
  // daemon's.
  if (lock.error().reason != Reason::kNotOwner) return std::unexpected(lock.error());
  read_only = lock.error().message;
  daemon.world->log->error("read-only: another Fairlead holds the state directory",
                           {{"reason", to_string(lock.error().reason)},
                            {"err", lock.error().message},
                            {"hint", lock.error().hint}});
  return {};
}

// What can fail before anything is written comes first, then the lock, then what only its holder
// does. The server is last: whoever gets an answer finds everything there. The socket is the
// lock's, so that commands reach whoever acts; a read-only daemon goes on without the TCP listener,
// whose address is most likely taken by the other one.
Status build(Daemon& daemon, const Options& options) {
  auto world = make_world(options);
  if (!world) return std::unexpected(world.error());
  daemon.world = std::move(*world);
  auto& log = *daemon.world->log;
  say_starting(log, options);
  auto access = load_access(options);
  if (!access) return std::unexpected(access.error());
  if (!options.age_identity.empty()) {
    auto trusted = check_age_identity(options.age_identity);
    if (!trusted) return trusted;
  }
  auto made = make_state_dir(options.state_dir);
  if (!made) return made;

  std::string read_only;
  auto locked = take_lock(daemon, options, read_only);
  if (!locked) return locked;
  auto opened = open_inventory(daemon, options);
  if (!opened) return opened;
  say_start(log, options, daemon.inventory->instance());

  watch::Options watching;
  watching.path = options.manifests;
  watching.settle_time = from_seconds(options.pace.settle);
  watching.rescan_interval = from_seconds(options.pace.rescan);
  watching.followed = {model::kEnvironmentFile};
  watching.trust_directory_owner =
      options.trust_directory_owner || (*access)->trust_directory_owner;
  daemon.directory =
      watch::watch_directory(daemon.world->io.get_executor(), daemon.world->clock, watching);
  auto key = daemon.lock ? keep_digest_key(*daemon.lock, daemon.world->random)
                         : stored_digest_key(options.state_dir);
  if (!key) return std::unexpected(key.error());
  daemon.controller = make_controller(daemon, options.pace, read_only,
                                      decode_options(options, options.manifests, *key), *access);
  daemon.metrics = metrics::make_metrics(*daemon.controller, log, build_info());
  daemon.controller->set_telemetry(*daemon.metrics);
  daemon.world->engine->set_observer(
      [metrics = daemon.metrics.get()](const docker::CallRecord& call) {
        metrics->docker_call(call);
      });
  api::Options serving;
  serving.listen = options.listen == "none" ? "" : options.listen;
  if (read_only.empty()) serving.socket_path = socket_path(options);
  daemon.server =
      api::make_server(daemon.world->io.get_executor(), serving,
                       api::Context{*daemon.controller, *daemon.controller, *daemon.metrics, log});
  auto started = daemon.server->start();
  if (!started && read_only.empty()) return started;
  if (!started) log.warn("no listener", {{"err", started.error().message}});
  if (!serving.listen.empty() && started) {
    log.info("serving", {{"listen", serving.listen},
                         {"port", daemon.server->port()},
                         {"socket", serving.socket_path}});
  }
  return {};
}

// SIGHUP is the terminal that was closed; under nohup it is ignored, and stays so.
void listen_for_the_end(boost::asio::signal_set& signals) {
  signals.add(SIGINT);
  signals.add(SIGTERM);
  struct sigaction hangup{};
  const bool ignored = sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
  if (!ignored) signals.add(SIGHUP);
}

void stop_in_order(Daemon& daemon, boost::asio::steady_timer& patience) {
  daemon.controller->stop();
  // What can't be cut, such as a disk that does not answer. The state on disk is whole after each
  // of its writes.
  patience.expires_after(kPatience);
  patience.async_wait([&daemon](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    daemon.world->log->warn("stopped without waiting any longer");
    end_children();
    std::_Exit(daemon.exit_code());
  });
}

void stop_without_lock(Daemon& daemon, boost::asio::steady_timer& patience, const Error& why) {
  // Not removed from disk, not written: whatever is there now is another daemon's.
  daemon.lock_lost = true;
  daemon.world->log->error(
      "the state directory is no longer ours: stopping",
      {{"reason", to_string(why.reason)},
       {"err", why.message},
       {"hint", why.hint + "; or start with --adopt-instance " + daemon.inventory->instance()}});
  stop_in_order(daemon, patience);
}

// Somebody may empty the state directory in mid-run, and another daemon then take the lock there.
// What this one wrote would be lost, or worse, kept: so it ends. Nothing is written meanwhile
// (controller/record/state_file.h), and so nothing created.
Task<void> watch_state(Daemon& daemon, std::string socket, boost::asio::steady_timer& patience) {
  auto& world = *daemon.world;
  bool socket_missed = false;
  std::function<Status()> look = [lock = daemon.lock.get()] { return lock->held(); };
  std::function<bool()> look_for_socket = [socket] {
    std::error_code unknown;
    return fs::symlink_status(socket, unknown).type() != fs::file_type::not_found;
  };
  // Its own timer: a wait that the end cuts off goes with the loop.
  boost::asio::steady_timer timer(world.io);
  while (true) {
    timer.expires_after(kLookPause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    // No answer is none: a disk that hangs has not taken anything away.
    auto held = co_await world.pool.ask(look, kLookDeadline);
    if (held && !*held) {
      stop_without_lock(daemon, patience, held->error());
      co_return;
    }
    auto there = co_await world.pool.ask(look_for_socket, kLookDeadline);
    // Said once, and not made anew: whoever removed it may have had a reason.
    if (there && !*there && !std::exchange(socket_missed, true))
      world.log->error("the socket was removed: no command reaches this daemon",
                       {{"err", socket + " is not there"}, {"hint", "restart fairlead"}});
  }
}

// How late the loop runs a timer: what it does between two waits takes that long.
Task<void> measure_lag(boost::asio::io_context& io, controller::Telemetry& telemetry) {
  boost::asio::steady_timer timer(io);
  while (true) {
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
    const std::chrono::duration<double> late = std::chrono::steady_clock::now() - timer.expiry();
    telemetry.loop_lag(late.count());
  }
}

}  // namespace

// The end of the controller is the end: what else runs on the loop is cut off with it, and helpers
// that a pool still waits for are killed. One signal is listened to; a second one changes nothing,
// and the patience goes on.
int run(const Options& options) {
  Daemon daemon;
  auto built = build(daemon, options);
  if (!built) return fail(built.error());
  auto& world = *daemon.world;
  int code = kOk;
  boost::asio::signal_set signals(world.io);
  listen_for_the_end(signals);
  boost::asio::steady_timer patience(world.io);
  signals.async_wait([&daemon, &patience](const boost::system::error_code& failed, int number) {
    if (failed) return;
    daemon.world->log->info("stopping", {{"signal", number}});
    stop_in_order(daemon, patience);
  });
  boost::asio::co_spawn(world.io, daemon.controller->run(),
                        [&daemon, &signals, &patience, &code](const std::exception_ptr& failed) {
                          code = failed ? static_cast<int>(kFailed) : daemon.exit_code();
                          signals.cancel();
                          patience.cancel();
                          daemon.server->stop();
                          daemon.world->io.stop();
                        });
  boost::asio::co_spawn(world.io, measure_lag(world.io, *daemon.metrics),
                        [](const std::exception_ptr& failed) {
                          if (failed) std::rethrow_exception(failed);
                        });
  if (daemon.lock) {
    boost::asio::co_spawn(world.io, watch_state(daemon, socket_path(options), patience),
                          [](const std::exception_ptr& failed) {
                            if (failed) std::rethrow_exception(failed);
                          });
  }
  world.io.run();
  world.log->info("stopped");
  end_children();
  // Before the lock is given back: whoever gets it must be the only one who writes.
  if (Pool::working()) std::_Exit(code);
  return code;
}

}  // namespace fairlead::cli
