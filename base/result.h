// Errors are values: Result<T> is what every fallible function in Fairlead returns.
//
// An Error says how the loop must react (ErrorClass), why in one word from a closed list (Reason,
// shared by metrics, events, logs and conditions), what happened in words, and what to do next.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace fairlead {

// What the reconcile loop does with a failure.
enum class ErrorClass {
  kTransient,  // retry with back-off
  kBlocked,    // something else must change first: slow retry and a condition on the App
  kInvalid,    // no retry until the spec or the engine changes
  kUnknown,    // the request may have run, or may still run: observe before any other mutation
};

std::string_view to_string(ErrorClass value);

// The closed list of reasons. `to_string` gives the CamelCase word that users see everywhere.
enum class Reason {
  kNone,
  // Manifests and source
  kInvalidManifest,
  kDuplicateApp,
  kSourceUnavailable,
  kNotFound,
  // Networks
  kInvalidNetworkName,
  kResourceRecreationAttempt,
  kInternalInconsistency,
  kNetworkAmbiguous,
  kSubnetOverlap,
  kAddressPoolExhausted,
  kAddressInUse,
  kInUse,
  kInvalidNetworkConfig,
  kInvalidEndpoint,
  // Names and ownership
  kNameTaken,
  kNotOwner,
  kContended,
  kPruneBlocked,
  kSuspended,
  // Containers, volumes, images
  kImageNotFound,
  kImagePullFailed,
  kInvalidContainerConfig,
  kPortConflict,
  kMountSourceMissing,
  kCommandNotRunnable,
  kHookFailed,
  kContainerStuck,
  kRemovalStuck,
  kCrashLooping,
  kJobFailed,
  kUnhealthy,
  kDependencyNotReady,
  kVolumeMismatch,
  kVolumeRecreated,
  kNotApplied,
  kStateConflict,
  // Engine
  kEngineUnavailable,
  kEngineUncertain,
  kEngineError,
  kEngineDiskFull,
  kEngineFirewallBroken,
  kEngineTooOld,
  kTimeout,
  kPermissionDenied,
  kPolicyDenied,
  kInternalError,
};

std::string_view to_string(Reason value);

struct Error {
  ErrorClass error_class = ErrorClass::kTransient;
  Reason reason = Reason::kInternalError;
  std::string message;  // what failed, with the object; never contains secrets
  std::string hint;     // the next step for a human; may be empty

  // The same error with "context: " put before the message. Used on the way up.
  Error with_context(std::string_view context) &&;

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = std::expected<T, Error>;

using Status = Result<void>;

inline std::unexpected<Error> failure(ErrorClass error_class, Reason reason, std::string message,
                                      std::string hint = {}) {
  return std::unexpected(Error{error_class, reason, std::move(message), std::move(hint)});
}

}  // namespace fairlead
