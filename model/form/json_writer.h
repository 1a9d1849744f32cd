// Private to model/: JSON built from what is declared.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/app.h"
#include "model/form/canonical.h"

namespace fairlead::model {

inline boost::json::object to_object(const StringMap& map) {
  boost::json::object out;
  for (const auto& [key, value] : map)
    out[key] = value;
  return out;
}

inline boost::json::array to_array(const std::vector<std::string>& list) {
  boost::json::array out;
  for (const auto& each : list)
    out.push_back(boost::json::string(each));
  return out;
}

// Puts what is declared, leaves out what is not: an added key of a later version changes no hash.
struct Writer {
  boost::json::object out{};

  template <typename T>
  Writer& put(const char* key, const T& value) {
    out[key] = value;
    return *this;
  }
  template <typename T>
  Writer& maybe(const char* key, const std::optional<T>& value) {
    if (value) out[key] = *value;
    return *this;
  }
  Writer& maybe(const char* key, const std::optional<Nanoseconds>& value) {
    if (value) out[key] = std::to_string(value->count()) + "ns";
    return *this;
  }
  Writer& text(const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
    return *this;
  }
  Writer& map(const char* key, const StringMap& value) {
    if (!value.empty()) out[key] = to_object(value);
    return *this;
  }
  Writer& list(const char* key, const std::vector<std::string>& value) {
    if (!value.empty()) out[key] = to_array(value);
    return *this;
  }
  Writer& flag(const char* key, bool value) {
    if (value) out[key] = true;
    return *this;
  }
  Writer& array(const char* key, boost::json::array value) {
    if (!value.empty()) out[key] = std::move(value);
    return *this;
  }
  Writer& words(const char* key, const std::optional<std::vector<std::string>>& value) {
    if (value) out[key] = to_array(*value);
    return *this;
  }
};

// What the form for hashes and the form for people have in common. They are kept apart otherwise:
// a hash must not move when Compose prints something in a new way (F092).
inline const char* name_of(Mount::Type type) {
  static constexpr const char* kTypes[] = {"volume", "bind", "tmpfs", "image"};
  return kTypes[static_cast<int>(type)];
}
inline Writer mount_head(const Mount& mount) {
  Writer writer;
  writer.put("type", name_of(mount.type))
      .text("source", mount.source)
      .put("target", mount.target)
      .flag("read_only", mount.read_only);
  return writer;
}
inline boost::json::object environment_object(
    const std::map<std::string, std::optional<std::string>>& environment) {
  boost::json::object out;
  for (const auto& [key, value] : environment)
    out[key] = value.value_or("");
  return out;
}
inline boost::json::array hooks_array(const std::vector<Hook>& hooks) {
  boost::json::array out;
  for (const auto& hook : hooks) {
    Writer writer;
    writer.words("command", hook.command)
        .text("image", hook.image)
        .maybe("user", hook.user)
        .maybe("working_dir", hook.working_dir)
        .flag("privileged", hook.privileged)
        .flag("per_replica", hook.per_replica);
    if (!hook.environment.empty()) writer.put("environment", environment_object(hook.environment));
    out.push_back(std::move(writer.out));
  }
  return out;
}
// Lifecycle hooks: both forms have them.
inline Writer& put_hooks(Writer& writer, const Service& service) {
  return writer.array("pre_start", hooks_array(service.pre_start))
      .array("post_start", hooks_array(service.post_start))
      .array("pre_stop", hooks_array(service.pre_stop));
}

boost::json::object to_object(const Network& network);
boost::json::object to_object(const Volume& volume);

}  // namespace fairlead::model
