// What must not be repeated in what is said about an App: one place that knows all of it.
#pragma once

#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "controller/desired/store.h"
#include "controller/objects/drift.h"
#include "docker/types.h"
#include "model/masks.h"

namespace fairlead::controller {

struct HiddenValues {
  model::Masks variables;  // whose values came into the manifest from outside
  model::Masks all;        // environments of its containers and contents of secrets besides
  std::set<std::vector<std::string>> hooks;  // commands of the manifest of now
};

// `entry` may be null: the App left the manifests.
HiddenValues hidden_values(const DesiredEntry* entry);

// True if the container is what the manifest of now asks for. What an older one says may hold older
// values of variables, which nobody knows any more: that is not shown at all.
bool of_this_manifest(const DesiredEntry* entry, const docker::Container& container);
// Of KEY=VALUE entries, which may be older than the manifest.
model::Masks values_of(const std::vector<std::string>& environment);

// What may be shown of each. What is cut is cut afterwards: half a secret is known by no mask.
std::string without_values(std::string_view text, const model::Masks& masks);
// What hooks write may be anything that they know.
Error without_values(Error error, const HiddenValues& hidden);
// "(hidden)" for what is there, where what should be there holds such a value: it may be an older
// one of the same secret. References to images and names are none, and have to be seen.
Drift without_values(Drift drift, const model::Masks& masks);
boost::json::value without_values(boost::json::value value, const model::Masks& masks);

}  // namespace fairlead::controller
