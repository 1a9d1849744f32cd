// One form for values that the engine treats alike, so that a manifest is compared with what the
// engine made of it and not with how it is written: `/app/` is `/app`, an empty text or 0 asks for
// the default where the engine takes it so.
//
// The differs bring both sides into this form; requests carry the value as it is written. What is
// missing here, or new in an engine, is caught by the readings of plan/plan.h: said once, never a
// reason to replace a container twice.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace fairlead::controller {

// `path` is the engine's name of a field, "Config.WorkingDir", as in docker::Settings. Null: the
// value asks for nothing, so whatever the engine has stands.
boost::json::value normalised(std::string_view path, const boost::json::value& value);

// "sigkill", "KILL" and "9" are SIGKILL; what is unknown stays as it is, in capitals.
std::string signal_name(std::string_view text);
// A published port: "0" is, like "", any free one.
std::string host_port(const std::string& text);

}  // namespace fairlead::controller
