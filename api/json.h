// What people and programs read of the controller, as JSON. Keys are lower camel case as in
// Kubernetes and stable: a key may be added, none changes its meaning. Times are RFC 3339 in UTC;
// what is not known is null. Secrets never get here: plans and status hold no environment.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <string>

#include "base/result.h"
#include "controller/report/view.h"

namespace fairlead::api {

// key name kind file generation observedGeneration digest suspended removing sync health
// conditions[{type status reason message observedDigest lastTransitionTime}] drift[…] lastPlan[]
// lastError{class reason message hint position} consecutiveFailures nextRetry lastSuccess
// containersDesired networksDesired containers[…] networks[…]
boost::json::object to_json(const std::string& key, const controller::AppStatus& status);

// kind type component object field desired actual fromManifest
boost::json::object to_json(const controller::Drift& drift);

// key name id driver subnet internal external inSync endpoints capacity
boost::json::object to_json(const controller::NetworkStatus& network);

// app inSync operations[{verb kind object component reason after[]}]
// refusals[{class reason message hint kind component object position}] drift[] waiting[]
boost::json::object to_json(const std::string& app, const controller::Plan& plan);

// sequence type reason app object message count first last
boost::json::object to_json(const controller::EventRecord& event);

// file valid diagnostics[{severity file line column path message expected hint}]
boost::json::object to_json(const controller::FileStatus& file);

// startedAt now ready source{…} engine{…} queue{…} watcher{…} orphans{} apps files
boost::json::object status_json(const controller::View& view);

// {"error": {class reason message hint}}
boost::json::object to_json(const Error& error);

// One line with a line feed, always valid UTF-8.
std::string to_text(const boost::json::value& value);

}  // namespace fairlead::api
