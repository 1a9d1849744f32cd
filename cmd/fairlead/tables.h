// The tables that people read, made of the daemon's JSON. The first row is the head; a cell that is
// not known is a dash. Pure, but for the time of day that ages are counted from.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace fairlead::cli {

using Row = std::vector<std::string>;
using Json = boost::json::object;

std::string or_dash(const std::string& value);
// How long ago: "5m"; a dash for no time.
std::string age_of(const std::string& rfc3339);

// `wide` adds columns.
std::vector<Row> apps_table(const std::vector<Json>& apps, bool wide);
std::vector<Row> containers_table(const std::vector<Json>& apps, bool wide);
std::vector<Row> networks_table(const std::vector<Json>& apps, bool wide);
std::vector<Row> files_table(const std::vector<Json>& files, bool wide);
std::vector<Row> events_table(const std::vector<Json>& events);

}  // namespace fairlead::cli
