// Field-level differences between desired and observed: what diff/ finds, the plan answers, and
// people read in `fairlead diff`, events and metrics.
//
// A drift is a statement about one field of one object, not yet about what to do: the plan may
// correct it, refuse to, wait, or know it for a reading (plan/readings.h). The same value is shown
// in the status, said in a log line and an event, counted by metrics, and makes the key by which
// the oscillation breaker counts (guard/contention.h).
//
// Values are texts in the manifest's words, for people; nobody computes with them. Those of the
// environment are "(hidden)" (diff/container.h), and those that came into the manifest from outside
// are masked by the planner before anybody sees them (desired/hidden_values.h).
//
//   kind       type      component  object      field          desired    actual
//   container  changed   web        shop-web-1  mem_limit      536870912  1073741824
//   container  missing   web        shop-web-1
//   network    extra     old        shop_old
//   container  changed   web        shop-web-1  environment.A  (hidden)   (another value)
#pragma once

#include <string>
#include <vector>

namespace fairlead::controller {

// What can drift, and what the inventory keeps. In its file, in labels of metrics and in the API
// the words of to_string(): container, network, volume.
enum class Kind { kContainer, kNetwork, kVolume };
std::string_view to_string(Kind kind);

// One difference. Of an object that is missing or too many there is one, without field and values.
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
  // The manifest changed this (the object's spec hash differs), or a roll-out of our own is
  // half-way: an update, not drift. Neither shown as drift nor counted by the oscillation breaker.
  bool from_manifest = false;
  friend bool operator==(const Drift&, const Drift&) = default;
};
std::string_view to_string(Drift::Type type);

}  // namespace fairlead::controller
