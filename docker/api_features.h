// What engines do differently, as data: one row per difference, with the API version that brought
// it. Nothing else compares versions. Rows were seen on 20.10 (1.41), 26.1 (1.45) and 28.5 (1.51);
// the others are from the Engine API's change log.
//
//   if (has(api, ApiFeature::kEndpointMac)) put(out, "MacAddress", endpoint.mac_address);
//
// A row is for what changes a request, a plan, or what the embedded engine answers; the contract
// tests (tests/engine/contract.h) run at each of the three versions and hold the rows to a real
// dockerd. Fields of a container that an older engine ignores are another table
// (container_fields.h), and so are keys of a manifest that need a newer one
// (controller/request/settings.h).
//
// The version asked about is the negotiated one, min(ours, the engine's): what a newer engine does
// when it is spoken to in an older version is what that version did.
#pragma once

#include <cstdint>
#include <string>

namespace fairlead::docker {

enum class ApiFeature : std::uint8_t {
  // A create takes several endpoints, each with a MAC address of its own; health checks have a
  // start interval. Before, the second endpoint is an error, and the others join by a connect
  // (F014).
  kSeveralEndpoints,
  kEndpointMac,
  kStartInterval,
  // A fixed address outside the network's subnets is refused by create and connect, not by start.
  kAddressCheckedAtCreate,
  // `HostConfig.NetworkMode` is looked up at every connect and start: once no network has that name
  // or ID any more, both fail for good (docs/decisions/0002-networks-by-name-and-id.md).
  kModeMustExist,
  // `Aliases` has what was sent and nothing else; before, the engine adds the container's short ID,
  // which is no drift.
  kNoShortIdAlias,
  // A network with IPv6 and without an IPv6 subnet gets one; before, it is refused (F006).
  kIpv6Pools,
  // An endpoint's GwPriority decides which network has the default gateway.
  kGwPriority,
};

// `api_version` as negotiated, "1.41". False for a text that is no version, "" among them: nothing
// is sent that the engine may not know.
bool has(const std::string& api_version, ApiFeature feature);

}  // namespace fairlead::docker
