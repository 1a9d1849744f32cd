// What a manifest calls the choices that it has: one table for each, to read by and to print by,
// and to name all of them in a message (choices_of() in base/enum_text.h). A choice that is added
// to the enum and not to its table does not compile.
//
// Words are Compose's, but for networkRecreate, which is Fairlead's own. They are printed by
// `fairlead config`, and the condition of a dependency stands in a label as well
// (controller/request/specs.cpp): to rename one is to change what tools read. Nothing here is in a
// spec hash; that form has its own words (form/canonical.cpp), so that it can't move with these.
//
//   value_of(kConditions, "service_healthy")               // kHealthy; nullopt for other words
//   text_of(kConditions, Dependency::Condition::kHealthy)  // "service_healthy"
//   choices_of(kMountTypes)                                // for messages: volume, bind, …
#pragma once

#include "base/enum_text.h"
#include "model/app.h"

namespace fairlead::model {

inline constexpr EnumText<Mount::Type> kMountTypes[] = {{Mount::Type::kVolume, "volume"},
                                                        {Mount::Type::kBind, "bind"},
                                                        {Mount::Type::kTmpfs, "tmpfs"},
                                                        {Mount::Type::kImage, "image"}};
static_assert(covers(kMountTypes));

inline constexpr EnumText<Dependency::Condition> kConditions[] = {
    {Dependency::Condition::kStarted, "service_started"},
    {Dependency::Condition::kHealthy, "service_healthy"},
    {Dependency::Condition::kCompletedSuccessfully, "service_completed_successfully"}};
static_assert(covers(kConditions));

inline constexpr EnumText<NetworkRecreate> kNetworkRecreates[] = {
    {NetworkRecreate::kNever, "never"},
    {NetworkRecreate::kLive, "live"},
    {NetworkRecreate::kRestart, "restart"}};
static_assert(covers(kNetworkRecreates));

}  // namespace fairlead::model
