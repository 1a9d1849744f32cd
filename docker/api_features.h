// What engines do differently, as data: one row per difference, with the API version that brought
// it. Nothing else compares versions. Rows were seen on 20.10 (1.41), 26.1 (1.45) and 28.5 (1.51);
// the others are from the Engine API's change log.
#pragma once

#include <cstdint>
#include <string>

namespace fairlead::docker {

enum class ApiFeature : std::uint8_t {
  // A create takes several endpoints, each with a MAC address of its own; health checks have a
  // start interval.
  kSeveralEndpoints,
  kEndpointMac,
  kStartInterval,
  // A fixed address outside the network's subnets is refused by create and connect, not by start.
  kAddressCheckedAtCreate,
  // `HostConfig.NetworkMode` is looked up at every connect and start: once no network has that name
  // or ID any more, both fail for good.
  kModeMustExist,
  // `Aliases` has what was sent and nothing else; before, the engine adds the container's short ID.
  kNoShortIdAlias,
  // A network with IPv6 and without an IPv6 subnet gets one.
  kIpv6Pools,
  kGwPriority,
};

// `api_version` as negotiated, "1.41".
bool has(const std::string& api_version, ApiFeature feature);

}  // namespace fairlead::docker
