// JSON values as YAML text: block style, strings quoted where YAML would read something else. For
// what people read and may feed back: `fairlead config` and `-o yaml` (cmd/fairlead/print.cpp).
//
// No yaml-cpp: what it writes without quotes other parsers read as numbers or booleans. Here a text
// is plain only if it is a word of letters, digits and `_-./` that begins with a letter and is none
// that any YAML version takes for something else (yes, no, on, off, y, n, null, nan, …). All else
// is in double quotes, with control characters escaped, so that no text moves a terminal's cursor
// (F114).
//
//   {"a": {"port": "80", "on": true, "list": []}}  →  a:
//                                                       port: "80"
//                                                       "on": true
//                                                       list: []
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace fairlead::model {

// Ends with a newline. Keys in the order of the value; doubles with nine significant digits.
// Recurses as deep as the value: for what was made here, not for a stranger's JSON.
std::string to_yaml(const boost::json::value& value);

// `text` with each `$` doubled: what was interpolated once reads back as it is. Of the whole
// document that is printed, as Compose does it.
std::string escape_dollars(std::string_view text);

}  // namespace fairlead::model
