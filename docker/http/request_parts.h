// What several requests have in common: the parts of their targets that may be missing, and images.
// Private to docker/. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/target.h"
#include "model/image_reference.h"

namespace fairlead::docker {

// With `filters`, if there is a label to filter by ("key" or "key=value"). Without one everything
// is listed, so whoever means "ours" gives a label.
Target filtered(const Target& target, const std::vector<std::string>& labels);
// With `platform` (OS/ARCH[/VARIANT]), if it is not the engine's own.
Target on_platform(const Target& target, const std::string& platform);
// Invalid, InvalidManifest, if it is none: nothing is asked of the engine then, whose own answer
// would be about a path.
Result<model::ImageReference> image_of(const std::string& reference);

}  // namespace fairlead::docker
