// What must not be repeated in what is said about an App: one place that knows all of it (F105).
//
//   where it is said                        what is hidden
//   drift, plan, refusals, waiting lines    values from outside the manifest (variables)
//   errors of the engine and of hooks       likewise; of hooks everything
//   last words, `docker inspect`'s error    everything, and the container's own environment
//   the model that the API shows            everything
//
// Why not everything everywhere? A plan that says "tag is (hidden), wanted (hidden)" helps nobody,
// and what stands in the manifest itself everybody who reads plans may read. What came from outside
// it, from an `.env`, a credential or a secret, they may not.
//
// What an older manifest made may hold older values, which nobody knows any more:
// of_this_manifest() tells, and then the text is not shown at all.
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

// Made for a pass and thrown away after it. Empty for a shared network, and for an App that left.
struct HiddenValues {
  model::Masks variables;  // whose values came into the manifest from outside
  model::Masks all;        // environments of its containers and contents of secrets besides
  std::set<std::vector<std::string>> hooks;  // commands of the manifest of now
};

// `entry` may be null: the App left the manifests. Then nothing is known, and what would need it is
// not shown. Costs a look at all services and secrets of the App.
HiddenValues hidden_values(const DesiredEntry* entry);

// True if the container is what the manifest of now asks for. What an older one says may hold older
// values of variables, which nobody knows any more: that is not shown at all.
bool of_this_manifest(const DesiredEntry* entry, const docker::Container& container);
// Of KEY=VALUE entries, which may be older than the manifest: a container's, as inspect shows it,
// or a hook's. PATH is left out: an image's own, and its parts are the beginning of every path.
model::Masks values_of(const std::vector<std::string>& environment);

// What may be shown of each; passwords in URLs go too. What is cut is cut afterwards: half a secret
// is known by no mask.
std::string without_values(std::string_view text, const model::Masks& masks);
// What hooks write may be anything that they know.
Error without_values(Error error, const HiddenValues& hidden);
// "(hidden)" for what is there, where what should be there holds such a value: it may be an older
// one of the same secret. References to images and names are none, and have to be seen.
Drift without_values(Drift drift, const model::Masks& masks);
boost::json::value without_values(boost::json::value value, const model::Masks& masks);

}  // namespace fairlead::controller
