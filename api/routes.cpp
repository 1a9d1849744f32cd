#include "api/routes.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "api/follow.h"
#include "api/json.h"
#include "api/readiness.h"
#include "api/replies.h"

namespace fairlead::api {
namespace {

namespace json = boost::json;

// The version is part of the type: Prometheus chooses its parser by it.
constexpr const char* kMetricsText = "text/plain; version=0.0.4; charset=utf-8";

// The message names the key: a typing error is seen by reading it.
Response no_such_app(const std::string& name) {
  return explain({ErrorClass::kInvalid, Reason::kNotFound,
                  "no App or Network has the key '" + name + "'", "fairlead get apps lists them"});
}

// Of a table's text: single blanks between words.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto blank = text.find(' ');
    words.emplace_back(text.substr(0, blank));
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  }
  return words;
}

// A switch of the query: there without a value means true. nullopt: neither true nor false.
std::optional<bool> flag(const Call& call, std::string_view key) {
  const auto value = call.target.parameter(key);
  if (!value || *value == "false") return false;
  if (value->empty() || *value == "true") return true;
  return std::nullopt;
}

Response bad_flag(const char* key) {
  return bad_request(std::string(key) + " is true or false", "leave it out for false");
}

// Where a reader goes on: the header of one that was cut off, or else the parameter `after`. False:
// what was given is no place.
bool place_of(const Call& call, std::optional<Position>& place) {
  auto text = call.target.parameter("after");
  if (!call.request.last_event_id.empty()) text = call.request.last_event_id;
  if (!text) return true;
  place = parse_position(call.context.view, *text);
  return place.has_value();
}

Response bad_place() {
  return bad_request("after, and the header Last-Event-ID, are the sequence number of an event",
                     "leave them out to begin with the oldest that is kept");
}

Response get_metrics(const Call& call) {
  return {200, kMetricsText, call.context.metrics.render()};
}

// The loop answers this, so a loop that hangs says nothing, which is an answer too; what is checked
// is whether it turned lately.
Response get_healthz(const Call& call) {
  if (call.context.view.alive()) return {200, kText, "ok\n"};
  return {503, kText, "the loop has not turned lately\n"};
}

Response get_readyz(const Call& call) {
  const auto checks = readiness(call.context.view);
  if (!ready(checks)) return {503, kText, readiness_text(checks)};
  // A failure always has its reasons; a success only if they are asked for. As in Kubernetes.
  if (!call.target.parameter("verbose")) return {200, kText, "ok\n"};
  return {200, kText, readiness_text(checks)};
}

Response get_index(const Call&) {
  std::string out = "Fairlead keeps Docker at what a directory says.\n\n";
  for (const auto& route : routes()) {
    std::string line = std::string(route.method) + " " + route.pattern;
    for (const auto& word : words_of(route.query))
      line += (line.contains('?') ? "&" : "?") + word + "=";
    // In a column, as far as the longest path lets it.
    line.resize(std::max<std::size_t>(line.size() + 1, 52), ' ');
    out += line + route.about + (route.access == Access::kLocal ? " (Unix socket)\n" : "\n");
  }
  return {200, kText, out};
}

Response get_api(const Call&) {
  json::array items;
  for (const auto& route : routes()) {
    json::array query;
    for (auto& word : words_of(route.query))
      query.emplace_back(std::move(word));
    items.push_back(json::object{{"method", route.method},
                                 {"path", route.pattern},
                                 {"query", std::move(query)},
                                 {"about", route.about},
                                 {"unixSocketOnly", route.access == Access::kLocal}});
  }
  return list_response(std::move(items));
}

Response get_apps(const Call& call) {
  const auto watch = flag(call, "watch");
  if (!watch) return bad_flag("watch");
  std::optional<Position> place;
  if (!place_of(call, place)) return bad_place();
  // Otherwise it would look as if it had been heard.
  if (!*watch && place) return bad_request("after goes with watch=true", "leave it out");
  if (*watch) {
    return {
        .content_type = kSentEvents, .body = "", .source = watch_apps(call.context.view, place)};
  }
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

// Planned now, from what is known: nothing is asked of the engine.
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

// The rows of all Apps, each with the key of its App.
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
  const auto& view = call.context.view;
  const auto follow = flag(call, "follow");
  if (!follow) return bad_flag("follow");
  EventQuery query;
  query.app = call.target.parameter("app");
  if (!place_of(call, query.after)) return bad_place();
  // A reader that comes back wants what it has missed, and not so many of the last ones.
  if (const auto last = call.target.parameter("last"); last && call.request.last_event_id.empty()) {
    std::uint64_t number = 0;
    const auto* const stop = last->data() + last->size();
    const auto [end, failed] = std::from_chars(last->data(), stop, number);
    if (failed != std::errc() || end != stop) {
      return bad_request("last is a number of events, not '" + *last + "'",
                         "leave it out for all that are kept");
    }
    query.last = number;
  }
  if (*follow) {
    return {
        .content_type = kSentEvents, .body = "", .source = follow_events(view, std::move(query))};
  }
  const auto begin = begin_of(view, query);
  json::array items;
  for (const auto& event : view.events()) {
    if (event.sequence <= begin || (query.app && event.app != *query.app)) continue;
    items.push_back(to_json(event));
  }
  return list_response(std::move(items));
}

Response get_status(const Call& call) {
  return json_response(status_json(call.context.view));
}

// For the event that tells of it.
std::string name_of(const std::optional<Identity>& who) {
  return who ? "uid " + std::to_string(who->uid) : "somebody unknown";
}

// 202: it was taken. Whether it helped is in the events.
Response accepted(const std::vector<std::string>& apps) {
  json::array names;
  for (const auto& app : apps)
    names.push_back(json::value(app));
  return json_response(json::object{{"accepted", true}, {"apps", std::move(names)}}, 202);
}

// Without `app` it is all of them: that does no harm.
Response post_reconcile(const Call& call) {
  const auto app = call.target.parameter("app").value_or("");
  const auto asked = call.context.commands.reconcile_now(app, name_of(call.request.who));
  if (!asked) return explain(asked.error());
  return accepted(app.empty() ? std::vector<std::string>() : std::vector{app});
}

Response post_prune(const Call& call) {
  const auto apps = call.target.parameters("app");
  // Consent is given by name: nobody means "everything" by leaving a word out.
  if (apps.empty() || std::ranges::any_of(apps, &std::string::empty)) {
    return bad_request("name the Apps to remove", "/api/v1/prune?app=NAME, once for each");
  }
  const auto confirmed = call.context.commands.confirm_prune(apps, name_of(call.request.who));
  if (!confirmed) return explain(confirmed.error());
  return accepted(apps);
}

// Of a handler that has all it needs at once, a coroutine.
template <Response (*handler)(const Call&)>
Task<Response> at_once(const Call& call) {
  co_return handler(call);
}

// In the order in which the index shows them.
constexpr Route kRoutes[] = {
    {"GET", "/", "", Access::kPublic, "this page", at_once<get_index>},
    {"GET", "/metrics", "", Access::kMonitoring, "Prometheus text format", at_once<get_metrics>},
    {"GET", "/healthz", "", Access::kMonitoring, "does the loop turn?", at_once<get_healthz>},
    {"GET", "/readyz", "verbose", Access::kMonitoring, "manifests read, engine seen?",
     at_once<get_readyz>},
    {"GET", "/api/v1", "", Access::kLocal, "this list as JSON", at_once<get_api>},
    {"GET", "/api/v1/apps", "watch after", Access::kLocal,
     "all Apps and Networks; as a stream with watch=true", at_once<get_apps>},
    {"GET", "/api/v1/apps/{name}", "", Access::kLocal, "one of them", at_once<get_app>},
    {"GET", "/api/v1/apps/{name}/plan", "", Access::kLocal, "what would be done now",
     at_once<get_plan>},
    {"GET", "/api/v1/apps/{name}/drift", "", Access::kLocal, "what is out of line",
     at_once<get_drift>},
    {"GET", "/api/v1/apps/{name}/desired", "", Access::kLocal, "the resolved model",
     at_once<get_desired>},
    {"GET", "/api/v1/networks", "", Access::kLocal, "networks of all Apps", at_once<get_networks>},
    {"GET", "/api/v1/files", "", Access::kLocal, "manifest files and diagnostics",
     at_once<get_files>},
    {"GET", "/api/v1/events", "app after last follow", Access::kLocal,
     "what happened; as a stream with follow=true", at_once<get_events>},
    {"GET", "/api/v1/status", "", Access::kLocal, "engine, source and queue", at_once<get_status>},
    {"POST", "/api/v1/reconcile", "app", Access::kLocal, "reconcile now", at_once<post_reconcile>},
    {"POST", "/api/v1/prune", "app", Access::kLocal, "confirm a removal", at_once<post_prune>},
};

// The pattern's segments against the target's; the one at {name} goes to `name`. An encoded slash
// in a key is part of its segment: `team%2Fapp`, `network%2Fedge`.
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

// 421, "misdirected": the request was for somebody else.
Response wrong_host() {
  return error_response(421, refused(Reason::kPermissionDenied, "this Host is not answered here",
                                     "use a loopback address or the listen address"));
}

Response no_such_path() {
  return error_response(
      404, refused(Reason::kNotFound, "there is no such path", "GET / lists the paths"));
}

Response local_only() {
  return error_response(
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

// With what there is: a typing error is mended at once.
Response unknown_parameter(const std::string& name, const std::vector<std::string>& known) {
  std::string all;
  for (const auto& each : known)
    all += (all.empty() ? "" : ", ") + each;
  return bad_request("there is no parameter '" + name + "' here",
                     all.empty() ? "this path takes none" : "this path takes " + all);
}

bool method_fits(const Route& route, std::string_view method) {
  return method == route.method || (method == "HEAD" && route.method == std::string_view("GET"));
}

// Why `route` does not take this request; nullopt if it does. Who may ask comes first: the network
// learns nothing of methods and parameters.
std::optional<Response> objection(const Route& route, const Request& request,
                                  const ParsedTarget& target) {
  if (!request.local && route.access == Access::kLocal) return local_only();
  if (!method_fits(route, request.method)) return wrong_method(route.method);
  if (!request.body.empty() && !route.takes_body) {
    return bad_request("this path takes no body", "what it takes stands in the query");
  }
  if (route.access == Access::kMonitoring) return std::nullopt;
  const auto known = words_of(route.query);
  for (const auto& [name, value] : target.query) {
    if (std::ranges::find(known, name) == known.end()) return unknown_parameter(name, known);
  }
  return std::nullopt;
}

// The handler's reply, or a 500 that says what it threw. What is no std::exception ends the
// session, and is reported there.
Task<Response> run(const Route& route, const Call& call) {
  try {
    auto response = co_await route.handler(call);
    co_return response;
  } catch (const std::exception& e) {
    co_return explain({ErrorClass::kTransient, Reason::kInternalError, e.what(), ""});
  }
}

// Can it be read, is it for us, is there such a path, may this client ask, does it make sense: in
// this order, so that nobody learns more than he may.
Task<Answer> choose(const Context& context, std::span<const Route> table, const Request& request) {
  const auto target = parse_target(request.target);
  if (!target) co_return Answer{bad_request("the path can't be read", "it begins with a slash")};
  Call call{context, request, *target, ""};
  const auto route = std::ranges::find_if(table, [&target, &call](const Route& each) {
    return matches(each.pattern, target->segments, call.name);
  });
  const bool found = route != table.end();
  const char* const pattern = found ? route->pattern : "other";
  const bool monitoring = found && route->access == Access::kMonitoring;
  // Before "no such path": a page with another name learns nothing of what there is.
  if (!request.local && !request.host_ours && !monitoring) co_return Answer{wrong_host(), pattern};
  if (!found) co_return Answer{no_such_path(), pattern};
  if (auto why = objection(*route, request, *target)) co_return Answer{std::move(*why), pattern};
  auto response = co_await run(*route, call);
  co_return Answer{std::move(response), pattern};
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Task<Answer> answer(const Context& context, std::span<const Route> table, const Request& request) {
  auto chosen = co_await choose(context, table, request);
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none) co_return chosen;  // stopped
  // Refused ones too: who tried is of interest.
  if (request.who && request.method == "POST") {
    context.log.info("command received", {{"path", request.target},
                                          {"uid", request.who->uid},
                                          {"pid", request.who->pid},
                                          {"status", chosen.response.status}});
  }
  co_return chosen;
}

}  // namespace fairlead::api
