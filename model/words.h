// What a manifest calls the choices that it has: one table for each, to read by and to print by.
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
