// Field-level differences between desired and observed: what diff/ finds, the plan answers, and
// people read in `fairlead diff`, events and metrics.
#pragma once

#include <string>
#include <vector>

namespace fairlead::controller {

enum class Kind { kContainer, kNetwork, kVolume };
std::string_view to_string(Kind kind);

struct Drift {
  // Not there; another value; there, though nothing asks for it.
  enum class Type { kMissing, kChanged, kExtra };
  Kind kind = Kind::kContainer;
  Type type = Type::kChanged;
  std::string component;  // service, network key or volume key
  std::string object;     // Docker name
  std::string field;      // e.g. networks.frontend.aliases; empty for missing and extra
  std::string desired;    // as it would be shown; empty: not set
  std::string actual;
  // The manifest changed this (the object's spec hash differs): an update, not drift.
  bool from_manifest = false;
  friend bool operator==(const Drift&, const Drift&) = default;
};
std::string_view to_string(Drift::Type type);

}  // namespace fairlead::controller
