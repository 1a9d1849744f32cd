// `fairlead plan` and `fairlead diff`: what is out of line and what would be done, from a running
// daemon, or without one by looking at manifests and engine once.
#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <filesystem>

#include "api/client.h"
#include "api/json.h"
#include "base/target.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/decoding.h"
#include "cmd/fairlead/plans.h"
#include "cmd/fairlead/print.h"
#include "cmd/fairlead/wire.h"
#include "controller/controller.h"
#include "controller/pass/recording.h"
#include "watch/directory.h"

namespace fairlead::cli {
namespace {

// The daemon's own loop, read-only, until every App has been looked at once. Thirty seconds for an
// engine that answers slowly; one that does not answer is said as soon as it is known.
Task<void> look_once(controller::Controller& loop, World& world, Error& error) {
  const auto deadline = world.clock.steady_now() + std::chrono::seconds(30);
  while (world.clock.steady_now() < deadline) {
    if (loop.first_scan_done() && loop.engine().up) break;
    if (loop.first_scan_done() && !loop.engine().last_error.empty()) {
      error = Error{ErrorClass::kTransient, Reason::kEngineUnavailable, loop.engine().last_error,
                    "is Docker running, and is --docker-host right?"};
      break;
    }
    co_await sleep_for(world.clock, std::chrono::milliseconds(20));
  }
  loop.stop();
}

// What is planned, or, with --record, what it is decided from: in the form of the API.
Result<boost::json::object> answer(const controller::Controller& loop, const Options& options,
                                   const std::string& name) {
  if (!options.record.empty()) {
    auto input = loop.pass_input(name);
    if (!input) return std::unexpected(input.error());
    return boost::json::parse(controller::record_input(*input)).as_object();
  }
  auto plan = loop.plan(name);
  if (!plan) return std::unexpected(plan.error());
  return api::to_json(name, *plan);
}

// The whole daemon but for its server, lock and state: what it would plan is planned by the same
// code. Quietly: output is the plan. The inventory is a copy, for a daemon may be writing it; who
// has none gets a new instance ID, and nothing on the engine is his.
Result<std::vector<boost::json::object>> ask_engine(const Options& options) {
  Options quiet = options;
  quiet.log_level = "error";
  quiet.log_format = "text";
  auto made = make_world(quiet);
  if (!made) return std::unexpected(made.error());
  auto& world = **made;
  controller::Inventory inventory(
      controller::copy_of_file(options.state_dir + "/" + kInventoryFile), world.clock);
  auto loaded = inventory.load(world.random.hex(32));
  if (!loaded) return std::unexpected(std::move(loaded.error()).with_context(options.state_dir));
  watch::Options watching;
  watching.path = options.manifests;
  watching.followed = {model::kEnvironmentFile};
  watching.trust_directory_owner = trusts_directory_owner(options);
  auto snapshot = watch::scan_once(watching);
  if (!snapshot.complete) {
    return failure(ErrorClass::kBlocked, Reason::kNotFound,
                   options.manifests + ": " + snapshot.problem, "give --manifests DIR");
  }
  auto directory = single_scan(world.clock, watching, std::move(snapshot));
  controller::ControllerOptions reading;
  reading.read_only_reason = "plan only";
  auto digest_key = stored_digest_key(options.state_dir);
  if (!digest_key) return std::unexpected(digest_key.error());
  reading.decoding = decode_options(options, options.manifests, *digest_key);
  auto access = load_access(options);
  if (!access) return std::unexpected(access.error());
  reading.access = *access;
  Logger silent(world.clock, [](const LogRecord&) {}, LogLevel::kError);
  controller::Controller loop({world.io.get_executor(), world.clock, world.random, silent,
                               *directory, *world.engine, inventory},
                              reading);
  Error error;
  boost::asio::co_spawn(world.io, look_once(loop, world, error),
                        [](const std::exception_ptr& failed) {
                          if (failed) std::rethrow_exception(failed);
                        });
  boost::asio::co_spawn(world.io, loop.run(), [](const std::exception_ptr& failed) {
    if (failed) std::rethrow_exception(failed);
  });
  world.io.run();
  if (!error.message.empty()) return std::unexpected(error);
  std::vector<boost::json::object> answers;
  std::vector<std::string> names = options.names;
  if (names.empty()) {
    for (const auto& [key, status] : loop.desired().entries())
      names.push_back(key);
  }
  for (const auto& name : names) {
    auto answered = answer(loop, options, name);
    if (!answered) return std::unexpected(answered.error());
    answers.push_back(std::move(*answered));
  }
  return answers;
}

// One question for each App: a plan is made when it is asked for.
Result<std::vector<boost::json::object>> ask_daemon(const Options& options) {
  auto names = options.names;
  if (names.empty()) {
    auto apps = fetch(options, Target::of("api", "v1", "apps"));
    if (!apps) return std::unexpected(apps.error());
    for (const auto& app : rows_of(*apps)) {
      // The key of the API: a Network's has its kind before it.
      const auto kind = text(app, "kind");
      names.push_back(kind == "Network" ? "network/" + text(app, "name") : text(app, "name"));
    }
  }
  std::vector<boost::json::object> plans;
  for (const auto& name : names) {
    auto plan = fetch(options, Target::of("api", "v1", "apps", name, "plan"));
    if (!plan) return std::unexpected(plan.error());
    plans.push_back(plan->is_object() ? plan->as_object() : boost::json::object{});
  }
  return plans;
}

// What stays as it is, and why: "!"; what waits for something else: "…".
void print_refusals(const boost::json::object& plan) {
  for (const auto& refusal : rows_of(plan, "refusals")) {
    say("  ! " + text(refusal, "reason") + ": " + text(refusal, "message") + "; " +
        text(refusal, "hint"));
  }
  for (const auto& line : array_of(plan, "waiting")) {
    if (line.is_string()) say("  … " + std::string(line.as_string()));
  }
}

}  // namespace

Result<std::vector<boost::json::object>> collect_plans(const Options& options) {
  // A recording holds environments, which no answer of the API does.
  if (!options.offline && options.record.empty() && std::filesystem::exists(socket_path(options))) {
    auto plans = ask_daemon(options);
    // A socket that nobody listens on is left over: then as if there were none.
    if (plans || plans.error().reason != Reason::kEngineUnavailable) return plans;
  }
  return ask_engine(options);
}

int show_plans(const Options& options, const std::vector<boost::json::object>& plans) {
  if (print_structured(options, plans)) return kOk;
  for (const auto& each : plans) {
    const auto operations = rows_of(each, "operations");
    say(text(each, "app") + ": " +
        (operations.empty() ? "nothing to do" : std::to_string(operations.size()) + " changes"));
    for (const auto& operation : operations) {
      say("  " + padded(text(operation, "verb"), 10) + " " + padded(text(operation, "kind"), 9) +
          " " + padded(text(operation, "object"), 28) + " " + text(operation, "reason"));
    }
    print_refusals(each);
  }
  return kOk;
}

int plan(const Options& options) {
  if (!options.record.empty()) return record_plan(options);
  auto plans = collect_plans(options);
  if (!plans) return fail(plans.error());
  return show_plans(options, *plans);
}

// 0: none; 1: some; 2: an error.
int diff(const Options& options) {
  auto plans = collect_plans(options);
  if (!plans) {
    fail(plans.error());
    return kUsage;  // 2, as kubectl, flux and GNU diff agree
  }
  bool differs = false;
  for (const auto& each : *plans) {
    // What is refused is a difference, too: it stays as it is.
    differs = differs || !array_of(each, "drift").empty() || !array_of(each, "refusals").empty();
  }
  if (print_structured(options, *plans)) return differs ? kFailed : kOk;
  for (const auto& each : *plans) {
    for (const auto& drift : rows_of(each, "drift")) {
      const auto field = text(drift, "field");
      say(text(each, "app") + ": " + text(drift, "kind") + " " + text(drift, "object") + " " +
          text(drift, "type") + (field.empty() ? "" : " " + field));
      if (field.empty()) continue;
      say("  - " + text(drift, "actual"));
      say("  + " + text(drift, "desired"));
    }
    print_refusals(each);
  }
  return differs ? kFailed : kOk;
}

}  // namespace fairlead::cli
