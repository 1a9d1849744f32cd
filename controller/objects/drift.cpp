#include "controller/objects/drift.h"

namespace fairlead::controller {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kContainer:
      return "container";
    case Kind::kNetwork:
      return "network";
    case Kind::kVolume:
      return "volume";
  }
  return "unknown";
}

std::string_view to_string(Drift::Type type) {
  switch (type) {
    case Drift::Type::kMissing:
      return "missing";
    case Drift::Type::kChanged:
      return "changed";
    case Drift::Type::kExtra:
      return "extra";
  }
  return "unknown";
}

}  // namespace fairlead::controller
