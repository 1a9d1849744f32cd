// Walks over JSON, for what holds of every text in it.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace fairlead {

// Puts `change(text)` in place of every string in `value`, however deep; keys stay.
void change_strings(boost::json::value& value,
                    const std::function<std::string(std::string_view)>& change);

// The same value without_passwords(): for whatever is about to be shown.
boost::json::value without_passwords(boost::json::value value);

}  // namespace fairlead
