// Walks over JSON, for what holds of every text in it.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace fairlead {

// Puts `change(text)` in place of every string in `value`, however deep; keys stay. Calls itself
// for each level: for what a parser with a limit on depth has made.
void change_strings(boost::json::value& value,
                    const std::function<std::string(std::string_view)>& change);

// The same value without_passwords(): for whatever is about to be shown.
boost::json::value without_passwords(boost::json::value value);

}  // namespace fairlead
