// Where one object's fields differ: what the differs of all kinds have in common. Only what the
// manifest declares is compared; an undeclared field is whatever the engine says.
//
//   Fields fields{Kind::kNetwork, "front", "shop_front"};
//   fields.text("driver", desired.driver, actual.driver);
//   fields.subset("labels", desired.labels, actual.labels);   // labels.KEY for each that differs
//   return std::move(fields.found);
//
// Texts are compared as they are: whoever has values of several spellings brings both sides into
// one form first. A field's name is the manifest's path beneath its object; it is what metrics and
// the oscillation breaker know the value by, so it stays.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/objects/drift.h"
#include "docker/types.h"

namespace fairlead::controller {

// Only an aggregate with helpers; ContainerFields (container.cpp) adds those that ask
// docker/container_fields.h for the form. All found here are kChanged and not from_manifest: the
// caller knows whether the hash differs.
struct Fields {
  Kind kind = Kind::kContainer;
  std::string component;  // service or key
  std::string object;     // Docker name
  std::vector<Drift> found{};

  void differ(const std::string& field, const std::string& desired, const std::string& actual) {
    found.push_back(
        {kind, Drift::Type::kChanged, component, object, field, desired, actual, false});
  }
  void text(const std::string& field, const std::optional<std::string>& desired,
            const std::string& actual) {
    if (desired && *desired != actual) differ(field, *desired, actual);
  }
  void flag(const std::string& field, const std::optional<bool>& desired, bool actual) {
    if (desired && *desired != actual)
      differ(field, *desired ? "true" : "false", actual ? "true" : "false");
  }
  // Every declared entry, as FIELD.KEY. What the engine has besides does not count.
  void subset(std::string_view field, const docker::StringMap& desired,
              const docker::StringMap& actual) {
    for (const auto& [key, value] : desired) {
      const auto same = actual.find(key);
      std::string path(field);
      path.append(".").append(key);
      text(path, value, same == actual.end() ? "" : same->second);
    }
  }
};

}  // namespace fairlead::controller
