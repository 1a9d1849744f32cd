#include "controller/record/hooks.h"

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <string>

namespace fairlead::controller {
namespace {

namespace json = boost::json;

using Strings = std::vector<std::string>;

json::array to_array(const std::vector<docker::ExecSpec>& list) {
  json::array out;
  for (const auto& each : list) {
    out.push_back(json::object{{"command", json::value_from(each.command)},
                               {"user", each.user},
                               {"working_dir", each.working_dir},
                               {"privileged", each.privileged},
                               {"env", json::value_from(each.env)}});
  }
  return out;
}

std::vector<docker::ExecSpec> list_from(const json::value& value) {
  std::vector<docker::ExecSpec> out;
  for (const auto& each : value.as_array()) {
    const auto& object = each.as_object();
    out.push_back({json::value_to<Strings>(object.at("command")),
                   json::value_to<std::string>(object.at("user")),
                   json::value_to<std::string>(object.at("working_dir")),
                   object.at("privileged").as_bool(), json::value_to<Strings>(object.at("env"))});
  }
  return out;
}

}  // namespace

json::object to_json(const ContainerHooks& hooks) {
  return {{"post_start", to_array(hooks.post_start)},
          {"pre_stop", to_array(hooks.pre_stop)},
          {"due", hooks.due}};
}

ContainerHooks hooks_from(const json::object& object) {
  return {list_from(object.at("post_start")), list_from(object.at("pre_stop")),
          object.at("due").as_bool()};
}

}  // namespace fairlead::controller
