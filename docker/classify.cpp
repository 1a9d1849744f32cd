#include "docker/classify.h"

#include <optional>
#include <string>

namespace fairlead::docker {
namespace {

using enum ErrorClass;

// One rule: the first whose operation, status and message all fit decides. 0 fits every status, no
// operation every operation, "" every message.
struct Rule {
  std::optional<Operation> operation;
  int status;
  std::string_view fragment;
  ErrorClass error_class;
  Reason reason;
  std::string_view hint;
};

constexpr auto kAny = std::nullopt;

// Hints that several rules share.
constexpr std::string_view kCheckImage =
    "check the reference, or make the image available to the engine";
constexpr std::string_view kFitAddress =
    "give the network a subnet, and the service an address in it";
constexpr std::string_view kFreeAddresses =
    "remove unused networks, or give this one a subnet of its own";

// From special to general: a rule with a message stands before one without, and one for an
// operation before one for all. Statuses are left out (0) where versions differ in them, and
// messages where the status alone is certain. Fragments are parts of messages that several versions
// share.
constexpr Rule kRules[] = {
    // The host, whatever the call (F021, F076). First: these words come inside other errors.
    {kAny, 0, "no space left on device", kBlocked, Reason::kEngineDiskFull,
     "free disk space on the engine's host"},
    {kAny, 0, "No chain/target/match", kBlocked, Reason::kEngineFirewallBroken,
     "restart dockerd: its firewall rules were flushed"},
    {kAny, 400, "client version", kTransient, Reason::kEngineTooOld, ""},
    // Networks (F001, F004, F005, F007, F008). A 409 is a name or, where it does not say so, a
    // subnet.
    {Operation::kNetworkCreate, 0, "Pool overlaps", kBlocked, Reason::kSubnetOverlap,
     "choose another subnet, or remove the other network"},
    {Operation::kNetworkCreate, 0, "could not find an available", kBlocked,
     Reason::kAddressPoolExhausted, kFreeAddresses},
    {Operation::kNetworkCreate, 0, "fully subnetted", kBlocked, Reason::kAddressPoolExhausted,
     kFreeAddresses},
    {Operation::kNetworkCreate, 409, "already exists", kBlocked, Reason::kNameTaken,
     "remove or rename the other network"},
    {Operation::kNetworkCreate, 0, "networks have same bridge name", kBlocked, Reason::kNameTaken,
     "choose another bridge name"},
    {Operation::kNetworkCreate, 409, "", kBlocked, Reason::kSubnetOverlap, "choose another subnet"},
    {Operation::kNetworkCreate, 403, "", kInvalid, Reason::kInvalidNetworkConfig, ""},
    {Operation::kNetworkCreate, 404, "", kInvalid, Reason::kInvalidNetworkConfig,
     "is the network driver installed?"},
    {Operation::kNetworkCreate, 400, "", kInvalid, Reason::kInvalidNetworkConfig, ""},
    {Operation::kNetworkCreate, 500, "invalid", kInvalid, Reason::kInvalidNetworkConfig, ""},
    {Operation::kNetworkRemove, 403, "has active endpoints", kBlocked, Reason::kInUse,
     "detach the containers on it"},
    {kAny, 400, "is ambiguous", kBlocked, Reason::kNetworkAmbiguous,
     "remove all but one of the networks of this name, by ID"},
    // Endpoints (F012, F017). A 404 of a connect may be network or container: a fresh look tells.
    {Operation::kNetworkConnect, 403, "already exists in network", kTransient,
     Reason::kStateConflict, ""},
    {Operation::kNetworkConnect, 403, "Address already in use", kBlocked, Reason::kAddressInUse,
     "free the address, or choose another"},
    {Operation::kNetworkConnect, 404, "", kTransient, Reason::kStateConflict, ""},
    {Operation::kNetworkConnect, 0, "does not belong to any of this network's subnets", kInvalid,
     Reason::kInvalidEndpoint, kFitAddress},
    {Operation::kNetworkConnect, 400, "", kInvalid, Reason::kInvalidEndpoint, kFitAddress},
    {Operation::kNetworkDisconnect, 404, "", kTransient, Reason::kStateConflict, ""},
    // Create (F025, F043, F052, F057). "No such container" is one that is linked to or shared with.
    {Operation::kContainerCreate, 404, "No such image", kBlocked, Reason::kImageNotFound,
     kCheckImage},
    {Operation::kContainerCreate, 409, "is already in use", kBlocked, Reason::kNameTaken,
     "remove or rename the other container"},
    {Operation::kContainerCreate, 400, "invalid endpoint settings", kInvalid,
     Reason::kInvalidEndpoint, kFitAddress},
    {Operation::kContainerCreate, 400, "bind source path does not exist", kBlocked,
     Reason::kMountSourceMissing, "create the directory on the engine's host"},
    {Operation::kContainerCreate, 0, "No such container", kBlocked, Reason::kNotFound,
     "start the container that it names, or remove the link"},
    {Operation::kContainerCreate, 400, "", kInvalid, Reason::kInvalidContainerConfig, ""},
    {Operation::kContainerCreate, 404, "", kTransient, Reason::kStateConflict, ""},
    // Start (F009, F017, F031, F040, F042). What the manifest alone can mend is Invalid, or each
    // back-off would start a container that can't run.
    {Operation::kContainerStart, 404, "network", kTransient, Reason::kStateConflict, ""},
    {Operation::kContainerStart, 403, "Address already in use", kBlocked, Reason::kAddressInUse,
     "free the address, or choose another"},
    {Operation::kContainerStart, 0, "port is already allocated", kBlocked, Reason::kPortConflict,
     "free the host port, or publish another"},
    {Operation::kContainerStart, 0, "address already in use", kBlocked, Reason::kPortConflict,
     "free the host port, or publish another"},
    {Operation::kContainerStart, 0, "executable file not found", kInvalid,
     Reason::kCommandNotRunnable, "check `command` and `entrypoint`"},
    {Operation::kContainerStart, 0, "no such file or directory", kInvalid,
     Reason::kCommandNotRunnable, "check `command` and `entrypoint`"},
    {Operation::kContainerStart, 0, "permission denied", kInvalid, Reason::kCommandNotRunnable,
     "is the command executable for this user?"},
    {Operation::kContainerStart, 0, "does not belong to any of this network's subnets", kInvalid,
     Reason::kInvalidEndpoint, kFitAddress},
    {Operation::kContainerStart, 400, "user specified IP address", kInvalid,
     Reason::kInvalidEndpoint, "give the network a subnet"},
    {Operation::kContainerStart, 0, "marked for removal", kTransient, Reason::kStateConflict, ""},
    {Operation::kContainerStart, 400, "", kInvalid, Reason::kCommandNotRunnable,
     "check `command` and `entrypoint`"},
    // Stop, remove, rename (F028, F039). "Already in progress" ends by itself.
    {kAny, 0, "did not receive an exit event", kBlocked, Reason::kContainerStuck,
     "the process can't be killed; look at the host"},
    {kAny, 409, "already in progress", kTransient, Reason::kStateConflict, ""},
    {Operation::kContainerRename, 409, "", kBlocked, Reason::kNameTaken,
     "remove or rename the other container"},
    {Operation::kContainerUpdate, 400, "", kInvalid, Reason::kInvalidContainerConfig, ""},
    // Volumes and images (F050, F054).
    {Operation::kVolumeCreate, 400, "", kInvalid, Reason::kInvalidContainerConfig, ""},
    {Operation::kVolumeCreate, 404, "", kBlocked, Reason::kInvalidContainerConfig,
     "is the volume driver installed?"},
    {Operation::kImageInspect, 404, "", kBlocked, Reason::kImageNotFound, kCheckImage},
    {Operation::kImagePull, 0, "toomanyrequests", kTransient, Reason::kImagePullFailed,
     "the registry limits pulls"},
    {Operation::kImagePull, 0, "unauthorized", kBlocked, Reason::kImagePullFailed,
     "log in to the registry"},
    // Registries say "denied" of what is private and of what does not exist.
    {Operation::kImagePull, 0, "denied", kBlocked, Reason::kImageNotFound, kCheckImage},
    {Operation::kImagePull, 0, "manifest unknown", kBlocked, Reason::kImageNotFound, kCheckImage},
    {Operation::kImagePull, 0, "not found", kBlocked, Reason::kImageNotFound, kCheckImage},
    {Operation::kImagePull, 400, "", kInvalid, Reason::kImageNotFound, kCheckImage},
    {Operation::kImagePull, 0, "", kTransient, Reason::kImagePullFailed,
     "is the registry reachable from the engine?"},
    // The tar is ours: the same one will be refused again.
    {Operation::kImageLoad, 0, "", kBlocked, Reason::kImagePullFailed, ""},
    // What is gone is gone: a fresh look decides (F074). An unknown route is not a missing object.
    {kAny, 404, "page not found", kTransient, Reason::kEngineError, ""},
    {kAny, 404, "", kTransient, Reason::kNotFound, ""},
    {kAny, 409, "", kTransient, Reason::kStateConflict, ""},
};

// "" is found in every message.
bool fits(const Rule& rule, Operation operation, int status, std::string_view message) {
  return (!rule.operation || *rule.operation == operation) &&
         (rule.status == 0 || rule.status == status) &&
         message.find(rule.fragment) != std::string_view::npos;
}

// "container create: what". The object is in `what`, where the engine has named it.
std::string describe(Operation operation, std::string_view what) {
  std::string words(to_string(operation));
  for (auto& c : words) {
    if (c == '_') c = ' ';
  }
  return words + ": " + std::string(what);
}

}  // namespace

bool succeeded(Operation operation, int status) {
  const bool already =
      operation == Operation::kContainerStart || operation == Operation::kContainerStop;
  return (status >= 200 && status < 300) || (status == 304 && already);
}

Error classify_reply(Operation operation, int status, std::string_view message) {
  for (const auto& rule : kRules) {
    if (fits(rule, operation, status, message)) {
      return {rule.error_class, rule.reason, describe(operation, message), std::string(rule.hint)};
    }
  }
  return {kTransient, Reason::kEngineError,
          describe(operation, message) + " (HTTP " + std::to_string(status) + ")", ""};
}

Error classify_fault(Operation operation, TransportFault fault, std::string_view detail) {
  const std::string text = describe(operation, detail);
  switch (fault) {
    case TransportFault::kConnectRefused:
    case TransportFault::kNotSent:
      return {kTransient, Reason::kEngineUnavailable, text,
              "is Docker running, and is --docker-host right?"};
    case TransportFault::kPermissionDenied:
      return {kTransient, Reason::kPermissionDenied, text,
              "run as root, or as a member of the group that owns the engine's socket"};
    case TransportFault::kNotARequest:
      return {kInvalid, Reason::kInvalidManifest, text, "look for it among the manifest's names"};
    case TransportFault::kNoReply:
    case TransportFault::kTimedOut:
    case TransportFault::kMalformedReply:
    case TransportFault::kTooLarge:
      break;
  }
  // A pull changes nothing that another call would have to know; what hangs is the registry (F056).
  if (operation == Operation::kImagePull) {
    return {kTransient, Reason::kImagePullFailed, text, "is the registry reachable?"};
  }
  // The request was written: a mutation may have run, or may still run (F029, F030).
  const auto reason =
      fault == TransportFault::kTimedOut ? Reason::kTimeout : Reason::kEngineUncertain;
  // The request was written: a mutation may have run, or may still run (F029, F030). Also if the
  // reply was no reply: something has taken the request.
  if (is_mutation(operation)) return {kUnknown, reason, text, ""};
  if (fault == TransportFault::kTooLarge) {
    return {kTransient, Reason::kEngineError, text,
            "remove what nobody uses: docker network prune, docker container prune"};
  }
  if (fault == TransportFault::kMalformedReply) {
    return {kTransient, Reason::kEngineError, text, "is it Docker that answers there?"};
  }
  return {kTransient, Reason::kEngineUnavailable, text, "the engine does not answer"};
}

}  // namespace fairlead::docker
