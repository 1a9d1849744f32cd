#include "controller/diff/network.h"

#include <algorithm>

#include "controller/diff/fields.h"
#include "model/cidr.h"

namespace fairlead::controller {
namespace {

// The actual pool that a declared one should be: same subnet, else the first of the same family.
const docker::IpamConfig* counterpart(const model::IpamPool& pool, const docker::Network& actual) {
  for (const auto& each : actual.ipam)
    if (model::canonical_address(each.subnet) == model::canonical_address(pool.subnet))
      return &each;
  for (const auto& each : actual.ipam)
    // A changed subnet is a changed value, and not one pool missing and another too many.
    if (pool.subnet.empty() || model::is_ipv6(each.subnet) == model::is_ipv6(pool.subnet))
      return &each;
  return nullptr;
}

void diff_pool(Fields& fields, const model::IpamPool& pool, const docker::Network& actual) {
  static const docker::IpamConfig kNone;
  const auto* found = counterpart(pool, actual);
  if (found == nullptr) found = &kNone;
  auto declared = [&](const std::string& field, const std::string& want, const std::string& is) {
    if (!want.empty() && model::canonical_address(want) != model::canonical_address(is))
      fields.differ(field, want, is);
  };
  declared("subnet", pool.subnet, found->subnet);
  declared("gateway", pool.gateway, found->gateway);
  declared("ip_range", pool.ip_range, found->ip_range);
  for (const auto& [host, address] : pool.aux_addresses) {
    const auto is = found->aux_addresses.find(host);
    declared("aux_addresses." + host, address, is == found->aux_addresses.end() ? "" : is->second);
  }
}

}  // namespace

std::vector<Drift> diff_network(const model::Network& desired, const docker::Network& actual) {
  Fields fields{Kind::kNetwork, desired.key, desired.docker_name};
  // The engine reports no driver for a config-only network.
  if (desired.driver && !desired.driver->empty() && !desired.config_only.value_or(false))
    fields.text("driver", desired.driver, actual.driver);
  fields.subset("driver_opts", desired.driver_opts, actual.options);
  fields.flag("internal", desired.internal, actual.internal);
  fields.flag("attachable", desired.attachable, actual.attachable);
  // `enable_ipv4` is not read back.
  fields.flag("enable_ipv6", desired.enable_ipv6, actual.enable_ipv6);
  fields.flag("config_only", desired.config_only, actual.config_only);
  fields.text("config_from", desired.config_from, actual.config_from);
  if (desired.ipam_driver && !desired.ipam_driver->empty())
    fields.text("ipam.driver", desired.ipam_driver, actual.ipam_driver);
  fields.subset("ipam.options", desired.ipam_options, actual.ipam_options);
  for (const auto& pool : desired.ipam)
    diff_pool(fields, pool, actual);
  fields.subset("labels", desired.labels, actual.labels.map());
  return std::move(fields.found);
}

std::vector<const docker::Network*> overlapping(const model::Network& wanted,
                                                const Observed& observed) {
  std::vector<const docker::Network*> found;
  const auto overlaps = [&wanted](const docker::IpamConfig& theirs) {
    return std::ranges::any_of(wanted.ipam, [&theirs](const auto& ours) {
      return model::overlap(ours.subnet, theirs.subnet);
    });
  };
  for (const auto& [id, other] : observed.networks)
    // A namesake is the network itself, or a clash of another kind (plan/networks.cpp).
    if (other.name != wanted.docker_name && std::ranges::any_of(other.ipam, overlaps))
      found.push_back(&other);
  return found;
}

}  // namespace fairlead::controller
