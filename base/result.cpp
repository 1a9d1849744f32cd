#include "base/result.h"

#include <array>

namespace fairlead {
namespace {

struct ReasonName {
  Reason reason;
  std::string_view name;
};

constexpr std::array kReasonNames = {
    ReasonName{Reason::kNone, ""},
    ReasonName{Reason::kInvalidManifest, "InvalidManifest"},
    ReasonName{Reason::kDuplicateApp, "DuplicateApp"},
    ReasonName{Reason::kSourceUnavailable, "SourceUnavailable"},
    ReasonName{Reason::kNotFound, "NotFound"},
    ReasonName{Reason::kInvalidNetworkName, "InvalidNetworkName"},
    ReasonName{Reason::kResourceRecreationAttempt, "ResourceRecreationAttempt"},
    ReasonName{Reason::kInternalInconsistency, "InternalInconsistency"},
    ReasonName{Reason::kNetworkAmbiguous, "NetworkAmbiguous"},
    ReasonName{Reason::kSubnetOverlap, "SubnetOverlap"},
    ReasonName{Reason::kAddressPoolExhausted, "AddressPoolExhausted"},
    ReasonName{Reason::kAddressInUse, "AddressInUse"},
    ReasonName{Reason::kInUse, "InUse"},
    ReasonName{Reason::kInvalidNetworkConfig, "InvalidNetworkConfig"},
    ReasonName{Reason::kInvalidEndpoint, "InvalidEndpoint"},
    ReasonName{Reason::kNameTaken, "NameTaken"},
    ReasonName{Reason::kNotOwner, "NotOwner"},
    ReasonName{Reason::kContended, "Contended"},
    ReasonName{Reason::kPruneBlocked, "PruneBlocked"},
    ReasonName{Reason::kSuspended, "Suspended"},
    ReasonName{Reason::kImageNotFound, "ImageNotFound"},
    ReasonName{Reason::kImagePullFailed, "ImagePullFailed"},
    ReasonName{Reason::kInvalidContainerConfig, "InvalidContainerConfig"},
    ReasonName{Reason::kPortConflict, "PortConflict"},
    ReasonName{Reason::kMountSourceMissing, "MountSourceMissing"},
    ReasonName{Reason::kCommandNotRunnable, "CommandNotRunnable"},
    ReasonName{Reason::kHookFailed, "HookFailed"},
    ReasonName{Reason::kContainerStuck, "ContainerStuck"},
    ReasonName{Reason::kRemovalStuck, "RemovalStuck"},
    ReasonName{Reason::kCrashLooping, "CrashLooping"},
    ReasonName{Reason::kJobFailed, "JobFailed"},
    ReasonName{Reason::kUnhealthy, "Unhealthy"},
    ReasonName{Reason::kDependencyNotReady, "DependencyNotReady"},
    ReasonName{Reason::kVolumeMismatch, "VolumeMismatch"},
    ReasonName{Reason::kVolumeRecreated, "VolumeRecreated"},
    ReasonName{Reason::kNotApplied, "NotApplied"},
    ReasonName{Reason::kStateConflict, "StateConflict"},
    ReasonName{Reason::kEngineUnavailable, "EngineUnavailable"},
    ReasonName{Reason::kEngineUncertain, "EngineUncertain"},
    ReasonName{Reason::kEngineError, "EngineError"},
    ReasonName{Reason::kEngineDiskFull, "EngineDiskFull"},
    ReasonName{Reason::kEngineFirewallBroken, "EngineFirewallBroken"},
    ReasonName{Reason::kEngineTooOld, "EngineTooOld"},
    ReasonName{Reason::kTimeout, "Timeout"},
    ReasonName{Reason::kPermissionDenied, "PermissionDenied"},
    ReasonName{Reason::kPolicyDenied, "PolicyDenied"},
    ReasonName{Reason::kInternalError, "InternalError"},
};

}  // namespace

std::string_view to_string(ErrorClass value) {
  switch (value) {
    case ErrorClass::kTransient:
      return "Transient";
    case ErrorClass::kBlocked:
      return "Blocked";
    case ErrorClass::kInvalid:
      return "Invalid";
    case ErrorClass::kUnknown:
      return "Unknown";
  }
  return "Unknown";
}

std::string_view to_string(Reason value) {
  for (const auto& row : kReasonNames) {
    if (row.reason == value) return row.name;
  }
  return "InternalError";
}

Error Error::with_context(std::string_view context) && {
  message = std::string(context) + ": " + message;
  return std::move(*this);
}

}  // namespace fairlead
