#include "api/routes.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstdint>
#include <exception>
#include <utility>

#include "api/json.h"
#include "api/readiness.h"

namespace fairlead::api {
namespace {

namespace json = boost::json;

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr const char* kMetricsText = "text/plain; version=0.0.4; charset=utf-8";

Response json_response(const json::value& value, int status = 200) {
  return {status, kJson, to_text(value)};
}

Response list_response(json::array items) {
  return json_response(json::object{{"items", std::move(items)}});
}

struct ReasonStatus {
  Reason reason;
  int status;
};
// Everything else follows the error's class.
constexpr ReasonStatus kReasonStatus[] = {
    {Reason::kNotFound, 404},
    {Reason::kPermissionDenied, 403},
    {Reason::kPruneBlocked, 409},
    {Reason::kInternalError, 500},
};

int status_of(const Error& error) {
  for (const auto& [reason, status] : kReasonStatus) {
    if (reason == error.reason) return status;
  }
  switch (error.error_class) {
    case ErrorClass::kBlocked:
      return 409;
    case ErrorClass::kInvalid:
      return 422;
    case ErrorClass::kTransient:
    case ErrorClass::kUnknown:
      return 503;
  }
  return 500;
}

Response explain(const Error& error) {
  return error_response(status_of(error), error);
}

Response bad_request(std::string message) {
  return api::error_response(400, {ErrorClass::kInvalid, Reason::kNone, std::move(message), ""});
}

Response no_such_app(const std::string& name) {
  return explain({ErrorClass::kInvalid, Reason::kNotFound,
                  "no App or Network has the key '" + name + "'", "fairlead get apps lists them"});
}

Response get_metrics(const Call& call) {
  return {200, kMetricsText, call.context.metrics.render()};
}

Response get_healthz(const Call& call) {
  if (call.context.view.alive()) return {200, kText, "ok\n"};
  return {503, kText, "the loop has not turned lately\n"};
}

Response get_readyz(const Call& call) {
  const auto checks = readiness(call.context.view);
  if (!ready(checks)) return {503, kText, readiness_text(checks)};
  if (!call.target.parameter("verbose")) return {200, kText, "ok\n"};
  return {200, kText, readiness_text(checks)};
}

Response get_index(const Call&) {
  std::string out = "Fairlead keeps Docker at what a directory says.\n\n";
  for (const auto& route : routes()) {
    std::string line = std::string(route.method) + " " + route.pattern;
    line.resize(std::max<std::size_t>(line.size() + 1, 36), ' ');
    out += line + route.about + (route.access == Access::kLocal ? " (Unix socket)\n" : "\n");
  }
  return {200, kText, out};
}

Response get_apps(const Call& call) {
  json::array items;
  for (const auto& [key, status] : call.context.view.apps())
    items.push_back(to_json(key, status));
  return list_response(std::move(items));
}

Response get_app(const Call& call) {
  const auto& apps = call.context.view.apps();
  const auto found = apps.find(call.name);
  if (found == apps.end()) return no_such_app(call.name);
  return json_response(to_json(call.name, found->second));
}

Response get_plan(const Call& call) {
  const auto plan = call.context.view.plan(call.name);
  if (!plan) return explain(plan.error());
  return json_response(to_json(call.name, *plan));
}

Response get_drift(const Call& call) {
  const auto& apps = call.context.view.apps();
  const auto found = apps.find(call.name);
  if (found == apps.end()) return no_such_app(call.name);
  json::array items;
  for (const auto& drift : found->second.drift)
    items.push_back(to_json(drift));
  return list_response(std::move(items));
}

Response get_desired(const Call& call) {
  const auto desired = call.context.view.desired_json(call.name);
  if (!desired) return explain(desired.error());
  return json_response(*desired);
}

Response get_networks(const Call& call) {
  json::array items;
  for (const auto& [key, status] : call.context.view.apps()) {
    for (const auto& network : status.networks) {
      auto row = to_json(network);
      row["app"] = key;
      items.push_back(std::move(row));
    }
  }
  return list_response(std::move(items));
}

Response get_files(const Call& call) {
  json::array items;
  for (const auto& [name, file] : call.context.view.files())
    items.push_back(to_json(file));
  return list_response(std::move(items));
}

Response get_events(const Call& call) {
  const auto app = call.target.parameter("app");
  const auto after = call.target.parameter("after").value_or("0");
  std::uint64_t sequence = 0;
  const auto [end, failed] = std::from_chars(after.data(), after.data() + after.size(), sequence);
  if (failed != std::errc() || end != after.data() + after.size()) {
    return bad_request("after is the sequence number of an event, not '" + after + "'");
  }
  json::array items;
  for (const auto& event : call.context.view.events()) {
    if (event.sequence <= sequence || (app && event.app != *app)) continue;
    items.push_back(to_json(event));
  }
  return list_response(std::move(items));
}

Response get_status(const Call& call) {
  return json_response(status_json(call.context.view));
}

Response accepted(const std::vector<std::string>& apps) {
  json::array names;
  for (const auto& app : apps)
    names.push_back(json::value(app));
  return json_response(json::object{{"accepted", true}, {"apps", std::move(names)}}, 202);
}

Response post_reconcile(const Call& call) {
  const auto app = call.target.parameter("app").value_or("");
  const auto asked = call.context.commands.reconcile_now(app, "somebody on this machine");
  if (!asked) return explain(asked.error());
  return accepted(app.empty() ? std::vector<std::string>() : std::vector{app});
}

Response post_prune(const Call& call) {
  const auto apps = call.target.parameters("app");
  // Consent is given by name: nobody means "everything" by leaving a word out.
  if (apps.empty() || std::ranges::any_of(apps, &std::string::empty)) {
    return bad_request("name the Apps to remove: /api/v1/prune?app=NAME");
  }
  const auto confirmed = call.context.commands.confirm_prune(apps, "somebody on this machine");
  if (!confirmed) return explain(confirmed.error());
  return accepted(apps);
}

constexpr Route kRoutes[] = {
    {"GET", "/", Access::kPublic, "this page", get_index},
    {"GET", "/metrics", Access::kMonitoring, "Prometheus text format", get_metrics},
    {"GET", "/healthz", Access::kMonitoring, "does the loop turn?", get_healthz},
    {"GET", "/readyz", Access::kMonitoring, "manifests read, engine seen? (?verbose)", get_readyz},
    {"GET", "/api/v1/apps", Access::kLocal, "all Apps and Networks", get_apps},
    {"GET", "/api/v1/apps/{name}", Access::kLocal, "one of them", get_app},
    {"GET", "/api/v1/apps/{name}/plan", Access::kLocal, "what would be done now", get_plan},
    {"GET", "/api/v1/apps/{name}/drift", Access::kLocal, "what is out of line", get_drift},
    {"GET", "/api/v1/apps/{name}/desired", Access::kLocal, "the resolved model", get_desired},
    {"GET", "/api/v1/networks", Access::kLocal, "networks of all Apps", get_networks},
    {"GET", "/api/v1/files", Access::kLocal, "manifest files and diagnostics", get_files},
    {"GET", "/api/v1/events", Access::kLocal, "events (?app=&after=)", get_events},
    {"GET", "/api/v1/status", Access::kLocal, "engine, source and queue", get_status},
    {"POST", "/api/v1/reconcile", Access::kLocal, "reconcile now (?app=)", post_reconcile},
    {"POST", "/api/v1/prune", Access::kLocal, "confirm a removal (?app=)", post_prune},
};

// The pattern's segments against the target's; the one at {name} goes to `name`.
bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::string& name) {
  pattern.remove_prefix(1);
  std::size_t at = 0;
  while (!pattern.empty()) {
    if (at == segments.size()) return false;
    const auto slash = pattern.find('/');
    const auto part = pattern.substr(0, slash);
    if (part == "{name}") {
      name = segments[at];
    } else if (part != segments[at]) {
      return false;
    }
    ++at;
    pattern.remove_prefix(slash == std::string_view::npos ? pattern.size() : slash + 1);
  }
  return at == segments.size();
}

Error refused(Reason reason, std::string message, std::string hint) {
  return {ErrorClass::kInvalid, reason, std::move(message), std::move(hint)};
}

Response wrong_host() {
  return api::error_response(421,
                             refused(Reason::kPermissionDenied, "this Host is not answered here",
                                     "use a loopback address or the listen address"));
}

Response local_only() {
  return api::error_response(
      403, refused(Reason::kPermissionDenied, "the API is served on the Unix socket only",
                   "use the fairlead command on this machine"));
}

Response wrong_method(std::string_view method) {
  std::string allow(method == "GET" ? "GET, HEAD" : method);
  auto response =
      error_response(405, refused(Reason::kNone, "this path answers " + allow + " only", ""));
  response.allow = std::move(allow);
  return response;
}

Answer run(const Route& route, const Call& call) {
  try {
    return {route.handler(call), route.pattern};
  } catch (const std::exception& e) {
    return {explain({ErrorClass::kTransient, Reason::kInternalError, e.what(), ""}), route.pattern};
  }
}

bool method_fits(const Route& route, std::string_view method) {
  return method == route.method || (method == "HEAD" && route.method == std::string_view("GET"));
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Response error_response(int status, const Error& error) {
  return json_response(to_json(error), status);
}

Answer answer(const Context& context, const Request& request) {
  const auto target = parse_target(request.target);
  if (!target) return {bad_request("the path can't be read")};
  Call call{context, *target, ""};
  const auto route = std::ranges::find_if(kRoutes, [&target, &call](const Route& each) {
    return matches(each.pattern, target->segments, call.name);
  });
  const bool found = route != std::end(kRoutes);
  const bool monitoring = found && route->access == Access::kMonitoring;
  if (!request.local && !request.host_ours && !monitoring) {
    return {wrong_host(), found ? route->pattern : "other"};
  }
  if (!found) {
    return {api::error_response(
        404, refused(Reason::kNotFound, "there is no such path", "GET / lists the paths"))};
  }
  if (!request.local && route->access == Access::kLocal) return {local_only(), route->pattern};
  if (!method_fits(*route, request.method)) return {wrong_method(route->method), route->pattern};
  return run(*route, call);
}

}  // namespace fairlead::api
