// One pass's input as text, and back: what `fairlead plan --record` writes and `fairlead replay`
// reads. The replay runs the very function that planned (plan_of), without engine and manifests.
//
// A recording is as secret as the inventory: it holds the environments of the App's containers. The
// content of configs and secrets is not in it, only its keyed digest. Where links lead on the host
// is not in it either: a replay judges paths by their text.
//
//   fairlead plan shop --record shop.json    # asks the daemon for nothing: it gathers for itself
//   fairlead replay shop.json                # prints the plan that was, or would be, made from it
//
// For a report of a wrong plan: what was decided from is all in there, and a fix can be tried on
// it. Recordings of another form (a member changed its meaning) are refused, with both numbers,
// rather than read by guess; one version reads what it wrote.
//
//   {"form":1,"input":{"key":"shop","app":{…},"refused":false,"observed":{…},"policy":{…},…}}
//
// Who reports a fault sends such a file only after a look into it: environments of containers are
// in it in the clear, and so are values of variables that the manifest was interpolated with.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "controller/pass/input.h"

namespace fairlead::controller {

// One JSON object on one line: `form`, `input`. Enums are numbers in it, times nanoseconds: it is
// for programs.
std::string record_input(const PassInput& input);

// Invalid, with what is wrong and where, for everything that record_input() did not write. Members
// that it does not know are passed over. It blocks for the parsing alone.
Result<PassInput> read_recording(std::string_view text);

}  // namespace fairlead::controller
