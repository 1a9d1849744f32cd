// Replies as dockerd gave them (F065).
#include "docker/classify.h"

#include <gtest/gtest.h>

namespace fairlead::docker {
namespace {

using enum ErrorClass;

struct Recorded {
  Operation operation;
  int status;
  const char* message;
  ErrorClass error_class;
  Reason reason;
};

const Recorded kRecorded[] = {
    // Networks
    {Operation::kNetworkCreate, 409, "network with name a already exists", kBlocked,
     Reason::kNameTaken},
    {Operation::kNetworkCreate, 403, "Pool overlaps with other one on this address space", kBlocked,
     Reason::kSubnetOverlap},
    {Operation::kNetworkCreate, 400,
     "invalid pool request: Pool overlaps with other one on this "
     "address space",
     kBlocked, Reason::kSubnetOverlap},
    {Operation::kNetworkCreate, 404,
     "could not find an available, non-overlapping IPv4 address pool among the defaults to assign "
     "to the network",
     kBlocked, Reason::kAddressPoolExhausted},
    {Operation::kNetworkCreate, 400, "all predefined address pools have been fully subnetted",
     kBlocked, Reason::kAddressPoolExhausted},
    {Operation::kNetworkCreate, 403, "operation is not permitted on predefined bridge network ",
     kInvalid, Reason::kInvalidNetworkConfig},
    {Operation::kNetworkCreate, 500, "invalid CIDR address: 10.0.0.0/44", kInvalid,
     Reason::kInvalidNetworkConfig},
    {Operation::kNetworkCreate, 404, "plugin \"weave\" not found", kInvalid,
     Reason::kInvalidNetworkConfig},
    {Operation::kNetworkCreate, 403,
     "cannot create network 5b (br-x): conflicts with network 6c (br-x): networks have same bridge "
     "name",
     kBlocked, Reason::kNameTaken},
    {Operation::kNetworkRemove, 403,
     "error while removing network: network shop_a id 12 has active endpoints", kBlocked,
     Reason::kInUse},
    {Operation::kNetworkInspect, 400, "network a is ambiguous (2 matches found on name)", kBlocked,
     Reason::kNetworkAmbiguous},
    {Operation::kNetworkConnect, 403, "endpoint with name web already exists in network a",
     kTransient, Reason::kStateConflict},
    {Operation::kNetworkConnect, 403, "Address already in use", kBlocked, Reason::kAddressInUse},
    {Operation::kNetworkConnect, 400,
     "container cannot be disconnected from host network or connected to host network", kInvalid,
     Reason::kInvalidEndpoint},
    // Containers
    {Operation::kContainerCreate, 404, "No such image: web:1", kBlocked, Reason::kImageNotFound},
    {Operation::kContainerCreate, 409,
     "Conflict. The container name \"/web\" is already in use by container \"ab\". You have to "
     "remove (or rename) that container to be able to reuse that name.",
     kBlocked, Reason::kNameTaken},
    {Operation::kContainerCreate, 400,
     "invalid mount config for type \"bind\": bind source path does not exist: /srv", kBlocked,
     Reason::kMountSourceMissing},
    {Operation::kContainerCreate, 400, "No command specified", kInvalid,
     Reason::kInvalidContainerConfig},
    {Operation::kContainerStart, 404, "network 5b2 not found", kTransient, Reason::kStateConflict},
    {Operation::kContainerStart, 404, "No such container: ab", kTransient, Reason::kNotFound},
    {Operation::kContainerStart, 403, "Address already in use", kBlocked, Reason::kAddressInUse},
    {Operation::kContainerStart, 500,
     "driver failed programming external connectivity on endpoint web (12): Bind for 0.0.0.0:80 "
     "failed: port is already allocated",
     kBlocked, Reason::kPortConflict},
    {Operation::kContainerStart, 400,
     "failed to create shim task: OCI runtime create failed: runc create failed: unable to start "
     "container process: exec: \"/nope\": stat /nope: no such file or directory: unknown",
     kInvalid, Reason::kCommandNotRunnable},
    {Operation::kContainerStart, 400,
     "user specified IP address is supported only when connecting to networks with user configured "
     "subnets",
     kInvalid, Reason::kInvalidEndpoint},
    {Operation::kContainerStart, 409, "container is marked for removal and cannot be started",
     kTransient, Reason::kStateConflict},
    {Operation::kContainerRemove, 409, "removal of container ab is already in progress", kTransient,
     Reason::kStateConflict},
    {Operation::kContainerRemove, 500,
     "could not kill: container ab: tried to kill container, but did not receive an exit event",
     kBlocked, Reason::kContainerStuck},
    {Operation::kContainerRename, 409, "Conflict. The container name \"/b\" is already in use",
     kBlocked, Reason::kNameTaken},
    // Images
    {Operation::kImagePull, 404, "manifest for a:1 not found: manifest unknown", kBlocked,
     Reason::kImageNotFound},
    {Operation::kImagePull, 500, "Get \"https://r/v2/\": dial tcp: connection refused", kTransient,
     Reason::kImagePullFailed},
    {Operation::kImagePull, 500, "unauthorized: authentication required", kBlocked,
     Reason::kImagePullFailed},
    // The host
    {Operation::kContainerStart, 500, "write /var/lib/docker/x: no space left on device", kBlocked,
     Reason::kEngineDiskFull},
    {Operation::kNetworkCreate, 500,
     "Failed to Setup IP tables: iptables failed: No chain/target/match by that name.", kBlocked,
     Reason::kEngineFirewallBroken},
    {Operation::kPing, 400, "client version 1.51 is too new. Maximum supported API version is 1.41",
     kTransient, Reason::kEngineTooOld},
    {Operation::kContainerList, 404, "page not found", kTransient, Reason::kEngineError},
    {Operation::kContainerStart, 500, "something nobody has seen before", kTransient,
     Reason::kEngineError},
};

TEST(Classify, KnowsTheRecordedReplies) {
  for (const auto& reply : kRecorded) {
    const auto error = classify_reply(reply.operation, reply.status, reply.message);
    EXPECT_EQ(error.reason, reply.reason) << reply.message << " → " << to_string(error.reason);
    EXPECT_EQ(error.error_class, reply.error_class)
        << reply.message << " → " << to_string(error.error_class);
    EXPECT_NE(error.message.find(reply.message), std::string::npos) << "the engine's own words";
  }
}

// The next step is missing only where a retry is the next step.
TEST(Classify, GivesANextStepToWhatBlocks) {
  for (const auto& reply : kRecorded) {
    if (reply.error_class != kBlocked || reply.reason == Reason::kImageNotFound) continue;
    EXPECT_NE(classify_reply(reply.operation, reply.status, reply.message).hint, "")
        << reply.message;
  }
}

// F029, F030: a mutation that was sent may have run, and may still run.
TEST(Classify, AMutationWithoutAReplyIsUnknownAReadIsNot) {
  for (const auto fault :
       {TransportFault::kNoReply, TransportFault::kTimedOut, TransportFault::kMalformedReply}) {
    EXPECT_EQ(classify_fault(Operation::kContainerCreate, fault, "x").error_class, kUnknown);
    EXPECT_EQ(classify_fault(Operation::kContainerList, fault, "x").error_class, kTransient);
  }
  for (const auto fault : {TransportFault::kConnectRefused, TransportFault::kNotSent,
                           TransportFault::kPermissionDenied}) {
    EXPECT_EQ(classify_fault(Operation::kContainerCreate, fault, "x").error_class, kTransient);
  }
}

}  // namespace
}  // namespace fairlead::docker
