#include "controller/objects/drift.h"

#include "base/enum_text.h"

namespace fairlead::controller {
namespace {

constexpr EnumText<Kind> kKinds[] = {
    {Kind::kContainer, "container"}, {Kind::kNetwork, "network"}, {Kind::kVolume, "volume"}};
static_assert(covers(kKinds));

constexpr EnumText<Drift::Type> kTypes[] = {{Drift::Type::kMissing, "missing"},
                                            {Drift::Type::kChanged, "changed"},
                                            {Drift::Type::kExtra, "extra"}};
static_assert(covers(kTypes));

}  // namespace

std::string_view to_string(Kind kind) {
  return text_of(kKinds, kind);
}

std::string_view to_string(Drift::Type type) {
  return text_of(kTypes, type);
}

}  // namespace fairlead::controller
