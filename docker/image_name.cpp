#include "docker/image_name.h"

namespace fairlead::docker {

ImageName split_reference(const std::string& reference) {
  if (const auto at = reference.find('@'); at != std::string::npos) {
    return {reference.substr(0, at), reference.substr(at + 1)};
  }
  const auto colon = reference.rfind(':');
  const auto slash = reference.rfind('/');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  if (!tagged) return {reference, "latest"};
  return {reference.substr(0, colon), reference.substr(colon + 1)};
}

std::string registry_of(const std::string& reference) {
  const auto slash = reference.find('/');
  const std::string first = reference.substr(0, slash);
  const bool host = slash != std::string::npos &&
                    (first.find_first_of(".:") != std::string::npos || first == "localhost");
  return host ? first : "docker.io";
}

}  // namespace fairlead::docker
