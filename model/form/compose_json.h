// The resolved model in Compose's long form, as `docker compose config` prints it: for
// `fairlead config` and for digests. Keys in a stable order.
//
// It moves with Compose. A digest that moves with it costs one pass in which nothing is found to
// do; nothing here is part of a spec hash, see canonical.h.
//
// What is printed is what was declared, with defaults only where Compose prints them: `fairlead
// config` of a manifest reads back as the same App, and tests/conformance compares it with Compose
// itself. What Compose has no word for stands under `x-fairlead`, labels and annotations of the
// envelope under `x-labels` and `x-annotations`.
//
// It holds the values of variables and the content of configs that stand in the manifest, never
// that of secrets. Who shows it to others masks it (Controller::desired_json); who prints it as a
// manifest doubles its dollars (to_yaml.h). The digest of an App is made of it and of the keyed
// digests of its files (decode/resolve.cpp), so a changed secret is a changed App.
//
//   const auto json = to_json(app);   // {"name":"shop","services":{"web":{…}},…,"x-fairlead":{…}}
//   to_yaml(json);                    // what `fairlead config` prints
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "model/app.h"

namespace fairlead::model {

// In the shape of a Compose file: `services`, `networks`, … by key.
boost::json::value to_json(const App& app);
// In the shape of its own document: apiVersion, kind, metadata, spec.
boost::json::value to_json(const SharedNetwork& network);

// As Go writes a duration: 1m30s, 1.5s, 100ms, 0s. Days are hours: 48h0m0s. Fractions to nine
// significant digits.
std::string duration_text(Nanoseconds value);

}  // namespace fairlead::model
