// What the tests of the model print when a manifest has diagnostics that it should not have.
#pragma once

#include <string>

#include "model/manifest.h"

namespace fairlead::model {

inline std::string all_text(const Manifest& manifest) {
  std::string text;
  for (const auto& each : manifest.diagnostics)
    text += to_string(each) + "\n";
  return text;
}

}  // namespace fairlead::model
