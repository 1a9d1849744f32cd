// What must not be repeated in what is said about an App: one place that knows all of it.
#pragma once

#include "base/result.h"
#include "controller/desired.h"
#include "model/masks.h"

namespace fairlead::controller {

struct HiddenValues {
  model::Masks variables;  // whose values came into the manifest from outside
  model::Masks all;        // environments of its containers and contents of secrets besides
};

// `entry` may be null: the App left the manifests.
HiddenValues hidden_values(const DesiredEntry* entry);

// The error as it may be shown. What hooks write may be anything that they know.
Error without_values(Error error, const HiddenValues& hidden);

}  // namespace fairlead::controller
