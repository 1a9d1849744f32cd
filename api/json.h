// What people and programs read of the controller, as JSON. Keys are lower camel case as in
// Kubernetes and stable: a key may be added, none changes its meaning. Times are RFC 3339 in UTC;
// what is not known is null. Secrets never get here: plans and status hold no environment.
//
//   { "key": "shop", "sync": "Synced", "conditions": [{"type": "Ready", "status": "True", …}], … }
//
// Used by the routes, by the streams, and by commands that plan without a daemon: the same shape
// wherever it comes from, so scripts need not know. Words are the enums' own (base/enum_text.h).
// Pure; on the controller's thread, whose values it reads.
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
// unsupported[] containersDesired networksDesired containers[…] networks[…]
//
// `key` is the App's name, or network/NAME. Containers: service name id image state health
// startedAt restarts exitCode error networks[]; state "missing" is one that should be there.
boost::json::object to_json(const std::string& key, const controller::AppStatus& status);

// kind type component object field desired actual fromManifest. Values that must not be seen are
// "(hidden)" already.
boost::json::object to_json(const controller::Drift& drift);

// key name id driver subnet internal external inSync endpoints capacity. An empty id: it is not
// there.
boost::json::object to_json(const controller::NetworkStatus& network);

// app inSync operations[{verb kind object component reason after[]}] refusals[{class reason message
// hint kind component object position}] drift[] waiting[]
//
// `after` holds indexes of `operations`: what must have ended well before.
boost::json::object to_json(const std::string& app, const controller::Plan& plan);

// sequence type reason app object message count first last. Type is Normal or Warning.
boost::json::object to_json(const controller::EventRecord& event);

// file valid decoding diagnostics[{severity file line column path message expected hint}]. While it
// is being decoded `valid` is of the version before.
boost::json::object to_json(const controller::FileStatus& file);

// startedAt now ready source{…} engine{…} queue{…} watcher{…} orphans{} apps files. Enough to see
// why nothing happens: /readyz says whether, this says what.
boost::json::object status_json(const controller::View& view);

// {"error": {class reason message hint}}. Of a reply with a status from 400.
boost::json::object to_json(const Error& error);

// One line with a line feed, always valid UTF-8. Passwords in URLs are taken out, and what a
// terminal would obey is escaped (base/printable.h): whoever pipes it through `jq -r` gets the
// text, though, with what was in it.
std::string to_text(const boost::json::value& value);

}  // namespace fairlead::api
