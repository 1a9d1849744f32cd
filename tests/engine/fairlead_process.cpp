#include "tests/engine/fairlead_process.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace fairlead::engine_test {

using std::chrono::milliseconds;

namespace {

// A daemon in a hurry: what it would wait for in minutes, tests wait for in seconds.
const std::pair<std::string, std::string> kPace[] = {{"--settle", "0.1"},
                                                     {"--rescan", "0.5"},
                                                     {"--resync", "1"},
                                                     {"--removal-grace", "2"},
                                                     {"--engine-timeout", "10"}};

}  // namespace

FairleadProcess::FairleadProcess(std::string docker_host) : docker_host_(std::move(docker_host)) {
  manifests = folder_.path / "manifests";
  state = folder_.path / "state";
  std::filesystem::create_directories(manifests);
  std::filesystem::create_directories(state);
}

FairleadProcess::~FairleadProcess() {
  if (running()) crash();
}

void FairleadProcess::start() {
  std::vector<std::string> words = {"env"};
  for (const auto& [name, value] : more_environment)
    words.push_back(name + "=" + value);
  words.insert(words.end(), {FAIRLEAD_BINARY, "run", "--manifests", manifests, "--state-dir", state,
                             "--engine", "docker", "--docker-host", docker_host_, "--listen",
                             "127.0.0.1:0", "--log-format", "logfmt", "--log-level", "debug"});
  for (const auto& [option, seconds] : kPace) {
    // One that the test sets itself would be given twice.
    if (std::ranges::find(more_arguments, option) == more_arguments.end())
      words.insert(words.end(), {option, seconds});
  }
  words.insert(words.end(), more_arguments.begin(), more_arguments.end());
  pid_ = engine_test::start(words, folder_.path / "fairlead.log");
}

int FairleadProcess::stop() {
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  const int code = wait_for_exit(pid_, milliseconds(20'000));
  if (code == -1) {
    crash();
    return code;
  }
  pid_ = 0;
  return code;
}

void FairleadProcess::crash() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  wait_for_exit(pid_, milliseconds(10'000));
  pid_ = 0;
}

bool FairleadProcess::running() {
  if (pid_ <= 0) return false;
  if (wait_for_exit(pid_, milliseconds(0)) == -1) return true;
  pid_ = 0;
  return false;
}

void FairleadProcess::freeze() {
  if (pid_ > 0) kill(pid_, SIGSTOP);
}

void FairleadProcess::thaw() {
  if (pid_ > 0) kill(pid_, SIGCONT);
}

void FairleadProcess::put(const std::string& name, const std::string& manifest) {
  write_text(manifests / name, manifest);
}

void FairleadProcess::remove(const std::string& name) {
  std::filesystem::remove(manifests / name);
}

Output FairleadProcess::ask(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), FAIRLEAD_BINARY);
  arguments.insert(arguments.end(), {"--state-dir", state.string()});
  return run(arguments);
}

std::string FairleadProcess::describe(const std::string& app) const {
  const auto output = ask({"describe", "app", app});
  return output.ok() ? output.text : std::string();
}

}  // namespace fairlead::engine_test
