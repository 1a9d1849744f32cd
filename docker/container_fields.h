// The fields of a container that are compared as the engine has them, by their place in a create
// request ("Config.WorkingDir", "HostConfig.ShmSize"): one table of what engines do with each.
//
// A value has one form for all that the engine treats alike, so that a manifest is compared with
// what the engine made of it and not with how it is written: `/app/` is `/app`, an empty text or 0
// asks for the default where the engine takes it so. Both sides are brought into this form;
// requests carry the value as it is written. What is missing here, or new in an engine, is caught
// by the readings of controller/plan/plan.h: said once, never a reason to replace a container twice
// (docs/decisions/0005-readings.md).
//
//   normalised("Config.StopSignal", "term")      // "SIGTERM"
//   normalised("HostConfig.ShmSize", 0)          // null: the manifest asks for nothing
//
// A field that is not here is not read back (docker/decode.cpp), and so never seen to differ: a new
// Compose key gets its row here, in controller/request/settings.cpp, and in the contract test of
// what is read back.
//
// Never part of a spec hash: forms may be mended without replacing anybody's containers. Pure; any
// thread. Sources: moby's runconfig and daemon/container.go, and what the contract tests saw.
#pragma once

#include <boost/json/value.hpp>
#include <span>
#include <string_view>

namespace fairlead::docker {

// One row.
struct ContainerField {
  std::string_view path;
  // The one form; null: the value as it stands.
  boost::json::value (*form)(const boost::json::value& value) = nullptr;
  // Of API 1.x, since which the engine knows the field: an older one ignores it silently. 0: since
  // ever, as far as we go back.
  int since = 0;
  // True: sent and read back by way of the `settings` of docker/types.h. False: a member of its
  // own.
  bool setting = true;
  // On a host whose cgroups can't do it the engine drops the value, with a warning in its reply.
  // What is not there then is no drift.
  bool may_be_dropped = false;
};

// In the order of their paths.
std::span<const ContainerField> container_fields();
// Null for what is not in the table.
const ContainerField* find_field(std::string_view path);

// Null: the value asks for nothing, so whatever the engine has stands. A value of another kind than
// the field has stays as it is: the engine will say what it thinks of it.
boost::json::value normalised(std::string_view path, const boost::json::value& value);

}  // namespace fairlead::docker
