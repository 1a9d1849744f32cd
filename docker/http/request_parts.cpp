#include "docker/http/request_parts.h"

#include <utility>

#include "docker/encode.h"

namespace fairlead::docker {

Target filtered(const Target& target, const std::vector<std::string>& labels) {
  return labels.empty() ? target : target.with("filters", label_filter(labels));
}
Target on_platform(const Target& target, const std::string& platform) {
  return platform.empty() ? target : target.with("platform", platform);
}

Result<model::ImageReference> image_of(const std::string& reference) {
  auto parsed = model::parse_image_reference(reference);
  if (parsed) return std::move(*parsed);
  // The text itself is not repeated: it may hold a password.
  return failure(ErrorClass::kInvalid, Reason::kInvalidManifest, "image: " + parsed.error().message,
                 parsed.error().hint.empty() ? model::kImageForm : parsed.error().hint);
}

}  // namespace fairlead::docker
