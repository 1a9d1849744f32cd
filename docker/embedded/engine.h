// An in-process model of Docker Engine: networks, containers, volumes, images, events and IDs, with
// the replies of Engine 20.10 (API 1.41) for the cases the reconcile loop depends on, and of later
// ones where they differ (api_features.h). It serves `--engine embedded`, simulation, and tests;
// tests/engine/contract*_test.cpp prove that it and dockerd answer the same scenarios alike.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "docker/engine.h"

namespace fairlead::docker {

struct EmbeddedOptions {
  std::string api_version = "1.41";
  bool any_image = false;  // true: every image reference exists (the demo engine)
  // Latency per operation, in virtual time. Starting dominates (reference figures: floor).
  bool latency = false;
  // With `latency`: calls take between half and twice their time, so that they overtake each other.
  bool jitter = false;
  // How long an event is on its way; the reply to the call that caused it may be there before it.
  Duration event_delay{};
  // Images that a pull can get, and how long it takes.
  std::set<std::string> registry{};
  Duration pull_time{};
};

// What the simulation does to one call. Consulted before each call takes effect.
struct Fault {
  enum class Kind {
    kNone,
    kFailBefore,  // transport fault, nothing ran
    kLoseReply,   // it ran; the caller gets ErrorClass::kUnknown
    kRunLate,     // the caller gets kUnknown now; it runs after `delay`
    kReply,       // engine error: `status`, `message`; nothing ran
    kStale,       // reads only: answer from the snapshot before the last mutation
    kThrow,       // it ran; the caller gets an exception, as from a fault in our client
  };
  Kind kind = Kind::kNone;
  Duration delay{};
  int status = 500;
  std::string message;
};

// How the engine shows what it holds; each may be empty. What it does is not changed by that.
struct ShownAs {
  std::function<void(Endpoint&)> endpoint{};
  std::function<void(Network&)> network{};
  std::function<void(Volume&)> volume{};
};

class EmbeddedEngine : public Engine {
 public:
  // Extra powers of tests: what a user, the kernel or a restart does behind Fairlead's back.
  // `by hand` calls emit events like the API but are not counted as calls and never faulted.
  virtual void add_image(std::string reference) = 0;
  // The image, added if need be, has a VOLUME.
  virtual void declare_volume(const std::string& reference, std::string path) = 0;
  // The same with a LABEL.
  virtual void label_image(const std::string& reference, StringMap labels) = 0;
  // Whatever it held; unknown names are passed over.
  virtual void remove_volume(const std::string& name) = 0;
  // The main process ends; the engine's restart policy applies.
  virtual void exit_container(const std::string& id_or_name, int exit_code) = 0;
  virtual void set_health(const std::string& id_or_name, std::string health) = 0;
  virtual void pause_container(const std::string& id_or_name) = 0;
  virtual void restart_engine(bool graceful) = 0;  // false: as after a kill. Ends streams
  virtual void set_reachable(bool reachable) = 0;
  virtual void set_fault_hook(std::function<Fault(Operation, std::uint64_t call)> hook) = 0;
  virtual void drop_events(bool drop) = 0;
  // Changes what a new or updated container shows: an engine that nobody has seen yet.
  virtual void set_read_back(std::function<void(Container&)> change) = 0;
  // Changes what it shows of everything else, each time that it is asked.
  virtual void set_shown(ShownAs change) = 0;

  // By hand, bypassing hook and observer. Errors are returned as from the API.
  virtual Engine& by_hand() = 0;

  virtual std::uint64_t calls(Operation operation) const = 0;
  virtual std::uint64_t mutations() const = 0;  // mutating calls that were received
};

// `clock` and `random` must outlive the engine.
std::unique_ptr<EmbeddedEngine> make_embedded_engine(Clock& clock, Random& random,
                                                     const EmbeddedOptions& options);

}  // namespace fairlead::docker
