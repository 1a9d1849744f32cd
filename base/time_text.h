// Times and durations as text, for logs, status and tables.
#pragma once

#include <string>

#include "base/clock.h"

namespace fairlead {

// RFC 3339 in UTC with milliseconds: 2026-11-23T02:14:07.412Z.
std::string to_rfc3339(WallTime time);

// RFC 3339 with any fraction and offset, as the engine writes it. Epoch if it can't be read, or
// lies outside of 1678 to 2261 (the engine writes year 1 for "never").
WallTime from_rfc3339(const std::string& text);

// As kubectl writes ages: 45s, 3m20s, 5h, 2d. Rounded down; what is below zero is 0s.
std::string to_age(Duration duration);

}  // namespace fairlead
