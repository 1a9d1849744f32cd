// The tables that people read, made of the daemon's JSON. The first row is the head; a cell that is
// not known is a dash. Pure, but for the time of day that ages are counted from.
//
// Columns are for eyes and may change; programs ask for -o json. The most important stand on the
// left, for a terminal cuts the right. Of JSON and not of the controller's values: the daemon is
// another process, perhaps of another version.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace fairlead::cli {

using Row = std::vector<std::string>;
using Json = boost::json::object;

// For a cell that would be empty.
std::string or_dash(const std::string& value);
// How long ago: "5m"; a dash for no time.
std::string age_of(const std::string& rfc3339);

// `wide` adds columns. Containers and networks of all Apps are taken out of the Apps: one request
// gives all of them as of one moment.
std::vector<Row> apps_table(const std::vector<Json>& apps, bool wide);
std::vector<Row> containers_table(const std::vector<Json>& apps, bool wide);
std::vector<Row> networks_table(const std::vector<Json>& apps, bool wide);
std::vector<Row> files_table(const std::vector<Json>& files, bool wide);
std::vector<Row> events_table(const std::vector<Json>& events);

}  // namespace fairlead::cli
