// JSON values as YAML text: block style, strings quoted where YAML would read something else.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace fairlead::model {

std::string to_yaml(const boost::json::value& value);

// `text` with each `$` doubled: what was interpolated once reads back as it is.
std::string escape_dollars(std::string_view text);

}  // namespace fairlead::model
