// The canonical form: one stable spelling of a desired value, and the hashes made from it.
//
// Spec hashes decide whether a container is replaced, so the form has an explicit version and
// golden tests: an upgrade of Fairlead must not recreate anything (F092).
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "model/app.h"

namespace fairlead::model {

inline constexpr int kSpecHashVersion = 1;

// Hash of what makes a container be replaced when it changes: everything of the service except
// what the engine can change in place (endpoints, restart policy, limits) and what is not part of
// the container (depends_on, prune, …). Labels are included: they can't be changed (F059).
std::string container_spec_hash(const App& app, const Service& service);

// True for settings that the engine changes on a living container.
bool changes_in_place(const std::string& key);

std::string network_spec_hash(const Network& network);
std::string volume_spec_hash(const Volume& volume);

// The resolved model in Compose's long form, for `fairlead config` and digests. Keys in a stable
// order.
boost::json::value to_json(const App& app);
boost::json::value to_json(const SharedNetwork& network);

// SHA-256 of a value's canonical text (keys sorted).
std::string sha_of(const boost::json::value& value);

// The same as YAML text.
std::string to_yaml(const boost::json::value& value);

// As Go writes a duration: 1m30s, 1.5s, 100ms, 0s.
std::string duration_text(Nanoseconds value);

// `text` with each `$` doubled: what was interpolated once reads back as it is.
std::string escape_dollars(std::string_view text);

}  // namespace fairlead::model
