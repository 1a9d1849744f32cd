#include "tests/engine/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace fairlead::engine_test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

[[noreturn]] void become(const std::vector<std::string>& arguments, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int input = open("/dev/null", O_RDONLY);
  dup2(input, 0);
  dup2(output, 1);
  dup2(output, 2);
  std::vector<char*> argv;
  for (const auto& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  dprintf(2, "cannot run %s\n", argv[0]);
  _exit(127);
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Output run(const std::vector<std::string>& arguments, std::chrono::seconds limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = fork();
  if (child == 0) become(arguments, ends[1]);
  close(ends[1]);
  Output output;
  const auto deadline = steady_clock::now() + limit;
  char buffer[4096];
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    pollfd waiting{ends[0], POLLIN, 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) != 1) {
      kill(child, SIGKILL);
      break;
    }
    const auto size = read(ends[0], buffer, sizeof buffer);
    if (size <= 0) break;
    output.text.append(buffer, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  output.exit_code = exit_code_of(status);
  return output;
}

pid_t start(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t child = fork();
  if (child == 0) become(arguments, output);
  close(output);
  return child;
}

int wait_for_exit(pid_t pid, milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  for (;;) {
    int status = 0;
    if (waitpid(pid, &status, WNOHANG) == pid) return exit_code_of(status);
    if (steady_clock::now() > deadline) return -1;
    std::this_thread::sleep_for(milliseconds(10));
  }
}

bool eventually(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(200));
  }
  return true;
}

bool stays(const std::function<bool()>& condition, std::chrono::seconds span) {
  const auto deadline = steady_clock::now() + span;
  while (steady_clock::now() < deadline) {
    if (!condition()) return false;
    std::this_thread::sleep_for(milliseconds(200));
  }
  return true;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  const auto beside = path.parent_path() / ("." + path.filename().string() + ".new");
  std::ofstream(beside, std::ios::binary) << text;
  std::filesystem::rename(beside, path);
}

std::string trim(std::string text) {
  while (!text.empty() && isspace(static_cast<unsigned char>(text.back())))
    text.pop_back();
  return text;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    all.push_back(line);
  return all;
}

}  // namespace fairlead::engine_test
