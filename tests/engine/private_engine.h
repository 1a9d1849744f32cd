// A dockerd of one's own, which tests may kill and freeze.
//
// It lives in its own network, mount and process namespaces, held by a small init process: two
// engines in one network namespace fight over docker0 and iptables, and when the init process ends
// the kernel ends every container and shim with it, however the test ended.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/engine/engine_choice.h"
#include "tests/engine/process.h"

namespace fairlead::engine_test {

class PrivateEngine {
 public:
  // Starts the namespaces, dockerd, and imports the sample image as fairlead/sample:1.
  // On failure `problem` says why.
  PrivateEngine();
  ~PrivateEngine();
  PrivateEngine(const PrivateEngine&) = delete;
  PrivateEngine& operator=(const PrivateEngine&) = delete;

  std::string problem;
  // There is no such engine on this machine, because none could be had.
  bool not_fetched() const { return !choice_.problem.empty(); }

  std::string host() const { return "unix://" + socket().string(); }
  // Its data root.
  std::filesystem::path data() const { return folder_.path / "data"; }
  bool answers() const;

  // What a crash of the engine looks like; containers die with the next start.
  void kill_daemon();
  bool start_daemon();
  void freeze_daemon();
  void thaw_daemon();

  // Removes all containers, networks and volumes.
  void clear() const;

  // The command line that runs `arguments` where the engine's 127.0.0.1 is.
  std::vector<std::string> beside(std::vector<std::string> arguments) const;

  // `docker ARGUMENTS…` against this engine.
  Output docker(std::vector<std::string> arguments) const;
  // The same, trimmed, one entry per line; empty on failure.
  std::vector<std::string> list(std::vector<std::string> arguments) const;

 private:
  std::filesystem::path socket() const { return folder_.path / "docker.sock"; }
  bool start_namespaces();

  EngineChoice choice_ = chosen_engine();
  TemporaryFolder folder_;
  pid_t keeper_ = 0;  // our child; its child is the init process of the namespaces
  pid_t init_ = 0;
  pid_t waiter_ = 0;  // our child that waits for dockerd
  pid_t dockerd_ = 0;
};

// The one engine of this program: started by the first who asks, ended with the program.
PrivateEngine& shared_engine();
// True if the engine could not be started. The test is then skipped with the reason; with CI=true
// it has failed, unless it is one of the engines that are fetched, and it could not be.
bool unavailable(const PrivateEngine& engine);

}  // namespace fairlead::engine_test
