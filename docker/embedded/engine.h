// An in-process model of Docker Engine: networks, containers, volumes, images, events and IDs, with
// the replies of Engine 20.10 (API 1.41) for the cases the reconcile loop depends on, and of later
// ones where they differ (api_features.h). It serves `--engine embedded`, simulation, and tests;
// tests/engine/contract*_test.cpp prove that it and dockerd answer the same scenarios alike.
//
//   auto engine = make_embedded_engine(clock, random, {.api_version = "1.45"});
//   engine->add_image("web:1");
//   engine->set_fault_hook([](Operation operation, std::uint64_t) -> Fault {
//     if (operation == Operation::kContainerStart) return {.kind = Fault::Kind::kLoseReply};
//     return {};
//   });
//   auto made = engine->by_hand().create_network(spec);  // what a user does behind Fairlead's back
//
// Nothing runs: a container is a state, a network a row, and no packet flows. `/sample exit N` ends
// by itself (as the sample image's program does), the first health check of a container succeeds,
// hooks succeed; everything else that a process might do is for a test to say (exit_container(),
// set_health()). What is not modelled is kept and shown and has no effect (limits, mounts, DNS), or
// is empty (logs).
//
// When something here differs from dockerd the simulation proves the wrong thing: so a new
// behaviour begins with a scenario of the contract, seen on a real one.
//
// One thread, the clock's. With a VirtualClock and a SeededRandom a run repeats exactly.
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

// What kind of engine it is; fixed for its life.
struct EmbeddedOptions {
  // Decides by api_features.h how it behaves: "1.41", "1.45" and "1.51" are held to a dockerd.
  std::string api_version = "1.41";
  // True: every image reference exists (the demo engine). False: those of add_image() and of pulls.
  bool any_image = false;
  // Calls take as long as with dockerd, in the clock's time; false: none. Starting dominates.
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
    // It ran; the caller gets ErrorClass::kUnknown (of a read Transient).
    kLoseReply,
    // The caller gets kUnknown now; it runs after `delay`: a frozen engine that wakes (F030).
    kRunLate,
    kReply,  // engine error: `status`, `message`; nothing ran
    // Reads only: answer from the state before the last mutation.
    kStale,
    // It ran; the caller gets an exception, as from a fault in our client.
    kThrow,
  };
  Kind kind = Kind::kNone;
  Duration delay{};
  int status = 500;
  std::string message;
};

// How the engine shows what it holds; each may be empty. What it does is not changed by that. For
// engines that normalise in a way that nobody has seen yet (docs/decisions/0005-readings.md).
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
  // The main process ends; the engine's restart policy applies. Of what does not run nothing comes.
  virtual void exit_container(const std::string& id_or_name, int exit_code) = 0;
  // What the health check says from now on, as an event too. Only while it runs.
  virtual void set_health(const std::string& id_or_name, std::string health) = 0;
  virtual void pause_container(const std::string& id_or_name) = 0;
  // False: as after a kill. Ends streams; containers end, and come back by their policies. Answers
  // at once: for an engine that is away for a while, set_reachable().
  virtual void restart_engine(bool graceful) = 0;
  // False: each call fails as if nobody listened, and streams end.
  virtual void set_reachable(bool reachable) = 0;
  // Asked for each call that is not by hand, with how often the operation has been called. While
  // there is a hook the state before each mutation is kept, for kStale: dear in a large fleet.
  virtual void set_fault_hook(std::function<Fault(Operation, std::uint64_t call)> hook) = 0;
  // True: events get lost, and nobody is told (F062).
  virtual void drop_events(bool drop) = 0;
  // Changes what a new or updated container shows: an engine that nobody has seen yet.
  virtual void set_read_back(std::function<void(Container&)> change) = 0;
  // Changes what it shows of everything else, each time that it is asked.
  virtual void set_shown(ShownAs change) = 0;

  // By hand, bypassing hook and observer. Errors are returned as from the API.
  virtual Engine& by_hand() = 0;

  // How often it was called, faulted or not, by others than by hand.
  virtual std::uint64_t calls(Operation operation) const = 0;
  virtual std::uint64_t mutations() const = 0;  // mutating calls that were received
};

// `clock` and `random` must outlive the engine.
std::unique_ptr<EmbeddedEngine> make_embedded_engine(Clock& clock, Random& random,
                                                     const EmbeddedOptions& options);

}  // namespace fairlead::docker
