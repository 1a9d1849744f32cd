// The resolved model in Compose's long form, as `docker compose config` prints it: for
// `fairlead config` and for digests. Keys in a stable order.
//
// It moves with Compose. A digest that moves with it costs one pass in which nothing is found to
// do; nothing here is part of a spec hash, see canonical.h.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "model/app.h"

namespace fairlead::model {

boost::json::value to_json(const App& app);
boost::json::value to_json(const SharedNetwork& network);

// As Go writes a duration: 1m30s, 1.5s, 100ms, 0s.
std::string duration_text(Nanoseconds value);

}  // namespace fairlead::model
