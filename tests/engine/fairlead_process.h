// A running `fairlead run` with its own manifests and state folders.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/engine/process.h"

namespace fairlead::engine_test {

// Long enough for a daemon at the tests' pace to read the directory and list the engine several
// times: what has not changed by then is at rest.
inline constexpr std::chrono::seconds kSeveralPasses{4};

class FairleadProcess {
 public:
  // Does not start it. `docker_host` as in DOCKER_HOST.
  explicit FairleadProcess(std::string docker_host);
  ~FairleadProcess();
  FairleadProcess(const FairleadProcess&) = delete;
  FairleadProcess& operator=(const FairleadProcess&) = delete;

  void start();
  // SIGTERM and a wait; the exit code.
  int stop();
  // SIGKILL: a crash.
  void crash();
  bool running();
  // SIGSTOP and SIGCONT: what happens in between is seen all at once.
  void freeze();
  void thaw();

  // Writes manifests/NAME, atomically.
  void put(const std::string& name, const std::string& manifest);
  void remove(const std::string& name);

  // `fairlead ARGUMENTS… --state-dir …`, the client side.
  Output ask(std::vector<std::string> arguments) const;
  // What `describe APP` says; empty when the daemon does not know it.
  std::string describe(const std::string& app) const;
  std::string log() const { return read_text(folder_.path / "fairlead.log"); }

  std::vector<std::string> more_arguments;              // of `run`
  std::map<std::string, std::string> more_environment;  // of the daemon
  std::filesystem::path manifests;
  std::filesystem::path state;

 private:
  TemporaryFolder folder_;
  std::string docker_host_;
  pid_t pid_ = 0;
};

}  // namespace fairlead::engine_test
