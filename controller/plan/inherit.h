// What a new container takes over from the one that it replaces: the content of anonymous volumes,
// as Compose does. They are mounted by name at the same place; the spec hash knows nothing of it.
// Nothing is copied, and nothing is removed with the old container (F049).
//
// Only volumes that nobody named: 64 hexadecimal digits are what the engine calls those. Named ones
// are in the manifest, and mounted by it.
//
// The old container keeps them mounted as well until it is removed; both run at once only with
// `start-first`, and then share them, as they share named ones.
#pragma once

#include "controller/plan/action.h"
#include "controller/plan/planner.h"

namespace fairlead::controller {

// What a replacement is created with: `spec`, the label that says what it replaces, and the
// anonymous volumes of `replaced`. Where the manifest asks for an anonymous volume at the same
// place, that mount gets the old one; what the manifest does not name goes into `inherited`, for
// the executor to mount if the image still declares a volume there. Volumes that `volumes_from`
// brings are the other service's to carry over.
CreateContainer inheriting(const Planner& p, const model::Service& service,
                           docker::ContainerSpec spec, const docker::Container& replaced);

}  // namespace fairlead::controller
