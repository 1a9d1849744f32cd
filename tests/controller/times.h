// Moments of a test's own clock.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace fairlead::controller {

inline SteadyTime at(int second) {
  return SteadyTime(std::chrono::seconds(second));
}

}  // namespace fairlead::controller
