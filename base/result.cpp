#include "base/result.h"

#include "base/enum_text.h"

namespace fairlead {
namespace {

constexpr EnumText<ErrorClass> kClasses[] = {{ErrorClass::kTransient, "Transient"},
                                             {ErrorClass::kBlocked, "Blocked"},
                                             {ErrorClass::kInvalid, "Invalid"},
                                             {ErrorClass::kUnknown, "Unknown"}};
static_assert(covers(kClasses));

// As users see them, in alerts and scripts too: a word here is never changed.
constexpr EnumText<Reason> kReasons[] = {
    {Reason::kNone, ""},
    {Reason::kInvalidManifest, "InvalidManifest"},
    {Reason::kDuplicateApp, "DuplicateApp"},
    {Reason::kSourceUnavailable, "SourceUnavailable"},
    {Reason::kNotFound, "NotFound"},
    {Reason::kInvalidNetworkName, "InvalidNetworkName"},
    {Reason::kResourceRecreationAttempt, "ResourceRecreationAttempt"},
    {Reason::kInternalInconsistency, "InternalInconsistency"},
    {Reason::kNetworkAmbiguous, "NetworkAmbiguous"},
    {Reason::kSubnetOverlap, "SubnetOverlap"},
    {Reason::kAddressPoolExhausted, "AddressPoolExhausted"},
    {Reason::kAddressInUse, "AddressInUse"},
    {Reason::kInUse, "InUse"},
    {Reason::kInvalidNetworkConfig, "InvalidNetworkConfig"},
    {Reason::kInvalidEndpoint, "InvalidEndpoint"},
    {Reason::kNameTaken, "NameTaken"},
    {Reason::kNotOwner, "NotOwner"},
    {Reason::kContended, "Contended"},
    {Reason::kPruneBlocked, "PruneBlocked"},
    {Reason::kSuspended, "Suspended"},
    {Reason::kImageNotFound, "ImageNotFound"},
    {Reason::kImagePullFailed, "ImagePullFailed"},
    {Reason::kInvalidContainerConfig, "InvalidContainerConfig"},
    {Reason::kPortConflict, "PortConflict"},
    {Reason::kMountSourceMissing, "MountSourceMissing"},
    {Reason::kCommandNotRunnable, "CommandNotRunnable"},
    {Reason::kHookFailed, "HookFailed"},
    {Reason::kContainerStuck, "ContainerStuck"},
    {Reason::kRemovalStuck, "RemovalStuck"},
    {Reason::kCrashLooping, "CrashLooping"},
    {Reason::kJobFailed, "JobFailed"},
    {Reason::kUnhealthy, "Unhealthy"},
    {Reason::kDependencyNotReady, "DependencyNotReady"},
    {Reason::kVolumeMismatch, "VolumeMismatch"},
    {Reason::kVolumeRecreated, "VolumeRecreated"},
    {Reason::kNotApplied, "NotApplied"},
    {Reason::kStateConflict, "StateConflict"},
    {Reason::kEngineUnavailable, "EngineUnavailable"},
    {Reason::kEngineUncertain, "EngineUncertain"},
    {Reason::kEngineError, "EngineError"},
    {Reason::kEngineDiskFull, "EngineDiskFull"},
    {Reason::kEngineFirewallBroken, "EngineFirewallBroken"},
    {Reason::kEngineTooOld, "EngineTooOld"},
    {Reason::kTimeout, "Timeout"},
    {Reason::kPermissionDenied, "PermissionDenied"},
    {Reason::kPolicyDenied, "PolicyDenied"},
    {Reason::kInternalError, "InternalError"},
};
static_assert(covers(kReasons));

}  // namespace

std::string_view to_string(ErrorClass value) {
  return text_of(kClasses, value);
}

std::string_view to_string(Reason value) {
  return text_of(kReasons, value);
}

Error Error::with_context(std::string_view context) && {
  message = std::string(context) + ": " + message;
  return std::move(*this);
}

}  // namespace fairlead
