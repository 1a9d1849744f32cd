
#include "controller/plan/volumes.h"

#include "controller/objects/owned.h"
#include "controller/plan/denied.h"
#include "controller/plan/readings.h"

namespace fairlead::controller {
namespace {

// F078: it may have held data, and the App would start as if it were new.
void refuse_lost(Planner& p, const model::Volume& volume, const std::string& first = "") {
  p.unusable_volumes.insert(volume.key);
  std::string restore = first + "docker volume create";
  const auto spec = volume_spec(p.app.name, volume, p.policy);
  // With our labels, so that the one that is restored is ours and not a stranger's of that name.
  for (const auto& [key, value] : spec.labels)
    restore.append(" --label ").append(key).append("=").append(value);
  refuse(p, Kind::kVolume, volume.key, volume.docker_name,
         {ErrorClass::kBlocked, Reason::kVolumeRecreated,
          "volume " + volume.docker_name + " is gone, with what it held",
          "to restore it: " + restore + " " + volume.docker_name +
              ", then its data; to start with an empty one: volumeRecreate: allow"},
         volume.position);
}

// The engine would make it, empty, together with the container that mounts it.
void refuse_missing(Planner& p, const model::Volume& volume) {
  // External ones are in no list that is kept; the loop has asked (Controller::look_for_volumes).
  if (!p.memory.missing_volumes.contains(volume.docker_name)) return;
  p.unusable_volumes.insert(volume.key);
  refuse(p, Kind::kVolume, volume.key, volume.docker_name,
         {ErrorClass::kBlocked, Reason::kNotFound,
          "the external volume " + volume.docker_name + " does not exist",
          "make it: docker volume create " + volume.docker_name +
              "; or remove `external: true` from volumes." + volume.key},
         volume.position);
}

void create_missing(Planner& p, const model::Volume& volume) {
  p.plan.drift.push_back(
      {Kind::kVolume, Drift::Type::kMissing, volume.key, volume.docker_name, "", "", "", false});
  // Somebody removes it again and again: whoever mounts it waits, for the engine would make it at
  // the create.
  if (held(p, Kind::kVolume, volume.key, volume.docker_name, "")) {
    p.unusable_volumes.insert(volume.key);
    return;
  }
  // The inventory has had it with an ID: it was there once.
  const bool lost = p.memory.volumes.contains(volume.docker_name);
  if (lost && !p.app.recreate_volumes) return refuse_lost(p, volume);
  p.volumes[volume.key] = {
      add(p, {.kind = Kind::kVolume,
              .component = volume.key,
              .object = volume.docker_name,
              .action = CreateVolume{volume_spec(p.app.name, volume, p.policy), lost},
              .reason = "volume " + volume.docker_name +
                        (lost ? " is gone, with what it held" : " is missing")})};
}

void refuse_mismatch(Planner& p, const model::Volume& volume, const std::string& field,
                     const std::string& desired, const std::string& actual) {
  const Drift drift{
      Kind::kVolume, Drift::Type::kChanged, volume.key, volume.docker_name, field, desired, actual,
      false};
  // What the driver made of its options at the create.
  if (not_applied(p, volume.docker_name, drift)) return;
  p.plan.drift.push_back(drift);
  refuse(p, Kind::kVolume, volume.key, volume.docker_name,
         {ErrorClass::kInvalid, Reason::kVolumeMismatch,
          "volume " + volume.docker_name + ": " + field + " is " +
              (actual.empty() ? "not set" : actual) + ", manifest wants " + desired,
          "a volume is never re-created: move its data by hand, or put the old value back"},
         volume.position);
}

void compare(Planner& p, const model::Volume& volume, const docker::Volume& actual) {
  // Also if nothing differs: that it was looked at ends its readings.
  p.plan.compared[volume.docker_name];
  if (!volume.driver.value_or("").empty() && *volume.driver != actual.driver)
    refuse_mismatch(p, volume, "driver", *volume.driver, actual.driver);
  for (const auto& [key, value] : volume.driver_opts) {
    const std::string is = label(actual.options, key);
    if (is != value) refuse_mismatch(p, volume, "driver_opts." + key, value, is);
  }
}

// The engine made it, without labels, in place of one that had just gone (execute/act.cpp). It is
// not removed to make it anew: nobody can tell what is in it by now.
bool in_place_of_ours(const Planner& p, const docker::Volume& volume, bool accepted = false) {
  const auto known = p.memory.readings.find(volume.name);
  return volume.labels.empty() && known != p.memory.readings.end() &&
         known->second.contains(made_in_place(volume, accepted));
}

void go_on_with(Planner& p, const model::Volume& volume, const docker::Volume& actual) {
  // Noted in each pass, for readings that are not named any more are forgotten.
  p.plan.compared[volume.docker_name].insert(made_in_place(actual));
  if (!p.app.recreate_volumes && !in_place_of_ours(p, actual, true))
    return refuse_lost(p, volume, "docker volume rm " + volume.docker_name + "; ");
  p.plan.compared[volume.docker_name].insert(made_in_place(actual, true));
  compare(p, volume, actual);
}

}  // namespace

void plan_volumes(Planner& p) {
  for (const auto& volume : p.app.volumes) {
    if (denied(p, volume)) {
      p.unusable_volumes.insert(volume.key);
      continue;
    }
    if (volume.external) {
      refuse_missing(p, volume);
      continue;
    }
    auto found = p.observed.volumes.find(volume.docker_name);
    if (found == p.observed.volumes.end()) {
      create_missing(p, volume);
    } else if (in_place_of_ours(p, found->second)) {
      go_on_with(p, volume, found->second);
    } else if (!owned(found->second.labels, p.policy.instance, p.app.name)) {
      p.unusable_volumes.insert(volume.key);
      refuse(p, Kind::kVolume, volume.key, volume.docker_name,
             {ErrorClass::kBlocked, Reason::kNameTaken,
              "volume " + volume.docker_name + " exists and is not this App's",
              "to use it: `external: true, name: " + volume.docker_name + "` under volumes." +
                  volume.key + "; else give this one another `name:`"},
             volume.position);
    } else {
      compare(p, volume, found->second);
    }
  }
}

}  // namespace fairlead::controller
