// Errors are values: Result<T> is what every fallible function in Fairlead returns.
//
// An Error says how the loop must react (ErrorClass), why in one word from a closed list (Reason,
// shared by metrics, events, logs and conditions), what happened in words, and what to do next.
//
//   auto text = read_file(path, kTextFileLimit);
//   if (!text) return std::unexpected(std::move(text.error()).with_context("policy"));
//   if (text->empty())
//     return failure(ErrorClass::kInvalid, Reason::kInvalidManifest, "the policy is empty");
//
// Class and reason are chosen where the error is made, by whoever knows most; on the way up only
// context is put before the message. Nobody decides by a message: whoever must tell two cases apart
// compares reasons.
//
// When not: what must hold inside is FL_ASSERT (base/assert.h); a search that finds nothing is an
// optional; a wrong manifest is a list of diagnostics with file, line and column
// (model/diagnostic.h). Exceptions stay inside the function that calls a throwing library, or end
// in caught() (base/guard.h). What is left aside on purpose is cast to void, with the reason beside
// it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace fairlead {

// What the reconcile loop does with a failure (controller/backoff.h, controller/reconcile.cpp). One
// App's error holds up no other App, but for kEngineUnavailable and kUnknown, which are the
// engine's.
enum class ErrorClass {
  kTransient,  // retry with back-off
  kBlocked,    // something else must change first: slow retry and a condition on the App
  kInvalid,    // no retry until the spec or the engine changes
  kUnknown,    // the request may have run, or may still run: observe before any other mutation
};

std::string_view to_string(ErrorClass value);

// The closed list of reasons. `to_string` gives the CamelCase word that users see everywhere: in
// logs, events, conditions and metrics, so a word that is here once keeps its meaning, and alerts
// written for it keep working. A new one needs its row in result.cpp (the table is asserted to be
// complete), and stands before kInternalError, which metrics/metrics.cpp counts up to.
enum class Reason {
  kNone,  // no error
  // Manifests and source
  kInvalidManifest,  // a file can't be decoded, or contradicts itself
  kDuplicateApp,
  kSourceUnavailable,  // the manifests directory is missing, empty or unreadable
  kNotFound,           // what is asked for, or counted on, is not there
  // Networks
  kInvalidNetworkName,
  kResourceRecreationAttempt,  // a change that would need the network to be made anew
  kInternalInconsistency,      // the inventory is damaged, or says what can't be
  kNetworkAmbiguous,           // several networks have the name
  kSubnetOverlap,              // another network has a part of the subnet
  kAddressPoolExhausted,       // the engine has no subnet left to choose
  kAddressInUse,               // somebody else has the address
  kInUse,                      // somebody is on the network that is to go
  kInvalidNetworkConfig,       // the engine refuses the network as it is declared
  kInvalidEndpoint,            // an address or alias that the network can't give
  // Names and ownership
  kNameTaken,     // an object that is not ours has the name
  kNotOwner,      // not ours to change: an object, an engine, a state directory
  kContended,     // somebody keeps changing a value back (controller/guard/contention.h)
  kPruneBlocked,  // removal is held back (controller/guard/removal.h)
  kSuspended,
  // Containers, volumes, images
  kImageNotFound,           // neither the engine nor the registry has the image
  kImagePullFailed,         // the registry, or the way to it, fails
  kInvalidContainerConfig,  // the engine refuses the container or volume as it is declared
  kPortConflict,            // somebody else has the host port
  kMountSourceMissing,      // a folder that is to be mounted is not there
  kCommandNotRunnable,      // the command is not in the image, or may not be run
  kHookFailed,              // a lifecycle hook ended with another code than 0
  kContainerStuck,          // the container can't be killed
  kRemovalStuck,
  kCrashLooping,        // the container ends again and again
  kJobFailed,           // it has ended as often as it may
  kUnhealthy,           // its health check says so
  kDependencyNotReady,  // what it depends on can never be ready
  kVolumeMismatch,      // the volume that has the name is another's, or a different one
  kVolumeRecreated,     // the volume was lost, with what it held
  kNotApplied,          // the engine shows a value in another way than it was given
  kStateConflict,       // the object has changed meanwhile; a fresh look decides
  // Engine
  kEngineUnavailable,     // no answer
  kEngineUncertain,       // a request may have run
  kEngineError,           // an answer that says nothing else
  kEngineDiskFull,        // no space left, on the engine's disk or ours
  kEngineFirewallBroken,  // the engine's chains are gone; a restart of it makes them
  kEngineTooOld,          // the engine does not know what is asked for
  kTimeout,               // no end in time
  kPermissionDenied,      // a file or folder that may not be read, or is not trusted
  kPolicyDenied,          // the policy file does not allow it
  kInternalError,         // a fault in Fairlead itself
};

std::string_view to_string(Reason value);

// An error as a value: copied, compared and kept (a status shows the last one).
struct Error {
  ErrorClass error_class = ErrorClass::kTransient;
  Reason reason = Reason::kInternalError;
  std::string message;  // what failed, with the object; never contains secrets
  std::string hint;     // the next step for a human; may be empty

  // The same error with "context: " put before the message. Used on the way up: a file's name, an
  // operation, an object. Takes the error apart, hence `std::move(error).with_context(…)`.
  Error with_context(std::string_view context) &&;

  friend bool operator==(const Error&, const Error&) = default;
};

// The value, or why there is none.
template <typename T>
using Result = std::expected<T, Error>;

// For what has no value: `return {};` is success.
using Status = Result<void>;

// For `return failure(…)`. The message says what failed and names the object; the hint is the next
// step of a human, as an imperative, without a full stop. Neither ever holds a secret.
inline std::unexpected<Error> failure(ErrorClass error_class, Reason reason, std::string message,
                                      std::string hint = {}) {
  return std::unexpected(Error{error_class, reason, std::move(message), std::move(hint)});
}

}  // namespace fairlead
