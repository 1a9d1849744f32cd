// The images that containers need: asked of their registries as the pull policies say, each once at
// a time however many Apps wait for it (F056).
//
//   pull_policy            the registry is asked
//   missing                if the engine does not have the image
//   always                 each time that a container is made
//   never                  never; an image that is not there is Blocked, ImageNotFound
//   daily, weekly, every   if it was not asked for so long, by our memory or by the time of the tag
//
// What is remembered here may be lost without harm: it is asked again.
//
// Why not when the manifest is read? A container that exists needs no registry, and a registry that
// is away must not make a running App look wrong. So images are asked for when a container is to be
// made of them, and with a period when that is over (Controller::recall_images).
//
// Registry errors have any status and are told by their messages (F054): docker/classify.h.
// ImageNotFound and a refused login are Blocked, with what to do; other failures of a pull are
// Transient.
//
// Seen from outside: the log's `pulling image` with the progress, the event ImagePulling at the
// beginning, and fairlead_image_pulls_total by result.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "controller/request/specs.h"
#include "docker/engine.h"

namespace fairlead::controller {

class Images {
 public:
  // `progress` gets an empty line when a pull begins, and every five seconds at most while it runs
  // one like "3 of 5 layers". Engine and clock are borrowed.
  using Progress = std::function<void(const std::string& reference, const std::string& text)>;
  Images(docker::Engine& engine, Clock& clock, Progress progress)
      : engine_(engine), clock_(clock), progress_(std::move(progress)) {}

  // Succeeds when the engine has the image. Success of a pull is a clean end of its stream *and*
  // the image being there (F055). Who asks for an image that is being pulled gets that pull's
  // result, its error too. How long a pull may make no progress is the engine's client's to say
  // (HttpOptions). May take minutes: whoever waits holds nothing that others need.
  Task<Status> ensure(EnsureImage wanted);

  // What the last look-up of an image with a pull policy of some period found; null before. The
  // time of the tag counts as asked at the first look, so that a restart of Fairlead does not ask
  // all registries at once.
  struct Seen {
    std::string id;
    WallTime asked_at;  // its registry
  };
  const Seen* seen(const EnsureImage& wanted) const;

  // Labels of our own names that the image carries: a container must not inherit them (F117). Known
  // after ensure(); empty for what was not ensured here.
  std::vector<std::string> reserved_labels(const std::string& reference) const;

 private:
  struct Flight {
    explicit Flight(Clock& clock) : landed(clock) {}
    Signal landed;
    std::optional<Status> result;
  };
  Task<Status> fly(EnsureImage wanted);
  Task<Status> pull(const EnsureImage& wanted);
  void note_labels(const std::string& reference, const docker::Image& image);

  docker::Engine& engine_;
  Clock& clock_;
  Progress progress_;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, std::vector<std::string>> reserved_;  // by reference, where there are any
};

}  // namespace fairlead::controller
