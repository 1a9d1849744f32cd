// Times and durations as text, for logs, status and tables; and the engine's times, read.
//
// Text is for people and for comparing by eye: nothing decides by what it has written here. What
// the engine writes is read back (`Created`, `StartedAt`, `FinishedAt`: Engine API, inspect), for
// ages and for "which one is newer"; those are times of the engine's clock, and ours may differ
// from it (F095). Pure; any thread; never throws.
#pragma once

#include <string>

#include "base/clock.h"

namespace fairlead {

// RFC 3339 in UTC with milliseconds, rounded down: 2026-11-23T02:14:07.412Z. Texts of that form
// sort as their times do. For times from 1970 on.
std::string to_rfc3339(WallTime time);

// RFC 3339 with any fraction and offset, as the engine writes it. Epoch, which means "not known",
// if it can't be read, or lies outside of 1678 to 2261, as nanoseconds in 64 bits reach (the engine
// writes year 1 for "never"). Digits beyond the ninth are dropped.
WallTime from_rfc3339(const std::string& text);

// As kubectl writes ages, rounded down; what is below zero (a clock that was set back) is 0s.
//
//   below 2 min   45s       below 3 h    42m      above   2d
//   below 10 min  3m20s     below 2 d    5h
std::string to_age(Duration duration);

}  // namespace fairlead
