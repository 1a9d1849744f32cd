// The production controller on a virtual clock over the embedded engine: one process, one seed.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/controller.h"
#include "docker/embedded/engine.h"

namespace fairlead::simulation {

// Files in memory, scanned every ten virtual seconds; what the scan sees is always whole.
class MemoryDirectory final : public watch::Directory {
 public:
  MemoryDirectory(Clock& clock, const std::map<std::string, std::string>& files)
      : clock_(clock), files_(files), stop_(clock) {}

  Task<Result<watch::Snapshot>> next() override;
  void follow(std::shared_ptr<const watch::Followed> paths) override;
  void again() override {}  // manifests are decoded at once here
  void stop() override;
  watch::Statistics statistics() const override { return {}; }

 private:
  Clock& clock_;
  const std::map<std::string, std::string>& files_;
  std::map<std::string, watch::File> last_;
  std::shared_ptr<const watch::Followed> followed_ = std::make_shared<const watch::Followed>();
  bool followed_more_ = false;
  Signal stop_;
  SteadyTime given_at_{};
  std::uint64_t number_ = 0;
  bool stopped_ = false;
};

// The disk that the state is on, and what it does with a write.
struct SimulatedDisk {
  SimulatedDisk(Clock& clock, std::uint64_t seed) : random(seed), released(clock) {}

  void hold() { held = true; }
  void release() {
    held = false;
    released.notify();
  }

  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
  std::optional<Error> refusal;  // of every write that ends
  int writes = 0;                // begun
  SeededRandom random;           // its own: how long it takes
  Signal released;
  bool held = false;  // no write ends
};

// Any image, latencies as measured, events that come after the reply.
docker::EmbeddedOptions lifelike_engine();

class SimulatedFleet {
 public:
  explicit SimulatedFleet(std::uint64_t seed,
                          const docker::EmbeddedOptions& options = lifelike_engine());
  ~SimulatedFleet();

  // Starts the controller; again after crash(): then only what was on disk survives.
  void start();
  // The process dies: nothing of it reaches the engine or the disk any more.
  void crash();
  // As SIGTERM does. True if the process has ended within `limit`.
  bool stop(Duration limit);
  // The process dies at its n-th mutation (from 1): before it is sent, or after it took effect.
  void crash_at(std::uint64_t mutation, bool after_effect);
  bool crashed() const;

  void run_for(Duration duration);
  // True if `reached` became true within `limit` of virtual time.
  bool run_until(const std::function<bool()>& reached, Duration limit);
  // Every desired App is Ready.
  bool all_ready() const;
  bool converges_within(Duration limit);

  // Runs one call by hand, as a user with the docker command.
  template <typename T>
  Result<T> by_hand(Task<Result<T>> task) {
    std::optional<Result<T>> result;
    boost::asio::co_spawn(io, std::move(task), [&result](std::exception_ptr, Result<T> value) {
      result = std::move(value);
    });
    run_until([&result] { return result.has_value(); }, std::chrono::minutes(1));
    return std::move(*result);
  }

  controller::Controller& controller();

  boost::asio::io_context io;
  VirtualClock clock;
  SeededRandom random;
  std::unique_ptr<docker::EmbeddedEngine> engine;
  SimulatedDisk disk;
  std::map<std::string, std::string> files;  // edits take effect at the next scan
  std::vector<std::string> log;

 private:
  struct Process;
  void drain(Process& process);
  std::vector<std::unique_ptr<Process>> processes_;  // the last one is alive
  std::uint64_t crash_mutation_ = 0;
  bool crash_after_ = false;
};

}  // namespace fairlead::simulation
