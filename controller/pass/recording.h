// One pass's input as text, and back: what `fairlead plan --record` writes and `fairlead replay`
// reads. The replay runs the very function that planned (plan_of), without engine and manifests.
//
// A recording is as secret as the inventory: it holds the environments of the App's containers. The
// content of configs and secrets is not in it, only its keyed digest. Where links lead on the host
// is not in it either: a replay judges paths by their text.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "controller/pass/input.h"

namespace fairlead::controller {

std::string record_input(const PassInput& input);

// Invalid, with what is wrong and where, for everything that record_input() did not write.
Result<PassInput> read_recording(std::string_view text);

}  // namespace fairlead::controller
