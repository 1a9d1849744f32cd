// Walks over JSON, for what holds of every text in it: masks of secrets, passwords in URLs. A text
// that is hidden in one field and shown in its neighbour is not hidden, so the whole value is
// walked and no list of fields is kept.
//
// Used where values leave the process: the API (api/json.cpp), the command line
// (cmd/fairlead/print.cpp) and the fields of a container that are shown
// (controller/desired/hidden_values.h). Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace fairlead {

// Puts `change(text)` in place of every string in `value`, however deep. Keys stay as they are:
// those of Fairlead's own JSON are its own words. Calls itself for each level: for what was built
// here, or what a parser with a limit on depth has made (Boost.JSON's own is 32).
void change_strings(boost::json::value& value,
                    const std::function<std::string(std::string_view)>& change);

// The same value without_passwords(): for whatever is about to be shown. A copy is changed; what is
// compared with or sent to the engine must keep its passwords.
boost::json::value without_passwords(boost::json::value value);

}  // namespace fairlead
