// A volume is missing or different. Volumes hold data: nothing here removes one (F049).
//
//   what there is                          what follows
//   nothing, and never was                 create
//   nothing, but it was there once (F078)  create, and say that its content is lost
//                                          (VolumeRecreated); with `volumeRecreate: refuse`
//                                          nothing, and the command that restores it
//   ours, and different                    refused (VolumeMismatch); used as it is
//   somebody else's                        refused (NameTaken); its services wait
//   external, and missing                  refused (NotFound); its services wait
//
// "Once" is what the inventory remembers, so it survives restarts. An engine makes a missing volume
// by itself when a container that mounts it is created, empty and without labels: that one is told
// by made_in_place() (record/runs.h) and treated as one that was lost.
//
// Why is a lost volume made again at all? Compose does, and most services can start with an empty
// one. Those that must not say `volumeRecreate: refuse`. Either way it is said until somebody
// acknowledges it, for data that is missing is noticed late.
//
// What is compared: driver and driver_opts. Labels are the engine's word for whose it is and can't
// be changed; what a driver makes of its options may be a reading (readings.h).
//
//   refusal           class    what helps, as its hint says
//   VolumeRecreated   Blocked  `docker volume create` with our labels, as the hint has it, and data
//   VolumeMismatch    Invalid  the old value, or the data moved by hand
//   NameTaken         Blocked  `external: true` with that name, or another `name:`
//   NotFound          Blocked  made by hand
//
// A service that mounts a volume which is refused waits, but for VolumeMismatch: that one is used
// as it is, since the data is in it.
#pragma once

#include "controller/plan/planner.h"

namespace fairlead::controller {

// Fills Planner::volumes and unusable_volumes; before the services.
void plan_volumes(Planner& p);

}  // namespace fairlead::controller
