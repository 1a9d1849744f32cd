#include "docker/api_features.h"

#include "docker/types.h"

namespace fairlead::docker {
namespace {

struct Row {
  ApiFeature feature;
  int minor;  // of API 1.x
};

// In which version each began. A later one has it too: no version has taken one back.
constexpr Row kRows[] = {
    {ApiFeature::kSeveralEndpoints, 44},
    {ApiFeature::kEndpointMac, 44},
    {ApiFeature::kStartInterval, 44},
    {ApiFeature::kModeMustExist, 44},
    {ApiFeature::kAddressCheckedAtCreate, 44},
    {ApiFeature::kNoShortIdAlias, 45},
    {ApiFeature::kIpv6Pools, 46},
    {ApiFeature::kGwPriority, 48},
};

}  // namespace

bool has(const std::string& api_version, ApiFeature feature) {
  for (const auto& row : kRows) {
    if (row.feature == feature) return api_at_least(api_version, 1, row.minor);
  }
  // An enumerator without a row: nothing is sent that an engine may not know.
  return false;
}

}  // namespace fairlead::docker
