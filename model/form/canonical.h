// The canonical form: one stable spelling of a desired value, and the hashes made from it.
//
// Spec hashes decide whether a container is replaced, so the form has an explicit version and
// golden tests: an upgrade of Fairlead must not recreate anything (F092). The spelling is its own:
// it shares no function that shapes a value with compose_json.h, which follows what Compose prints.
// That both list the same members is the price, and wanted: neither moves because the other did.
// What they have in common are the settings as they are kept (model/setting_keys.h).
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "model/app.h"

namespace fairlead::model {

inline constexpr int kSpecHashVersion = 1;

// Hash of what makes a container be replaced when it changes: everything of the service except
// what the engine can change in place (endpoints, restart policy, limits) and what is not part of
// the container (depends_on, prune, …). Labels are included: they can't be changed (F059).
std::string container_spec_hash(const App& app, const Service& service);

std::string network_spec_hash(const Network& network);
std::string volume_spec_hash(const Volume& volume);

// SHA-256 of a value's canonical text (keys sorted).
std::string sha_of(const boost::json::value& value);

}  // namespace fairlead::model
