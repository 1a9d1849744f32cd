#include "tests/engine/private_engine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace fairlead::engine_test {

namespace {

using std::chrono::seconds;

void bring_up_loopback() {
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) _exit(3);
  close(fd);
}

// Makes / a mount that nobody outside shares. In a chroot it is a mere folder, and neither private
// mounts nor unpacked images are possible: then the chroot becomes the root of the namespace.
bool own_root() {
  const int here = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  // Joining the namespace that one is in leads to its true root.
  if (here < 0 || space < 0 || setns(space, CLONE_NEWNS) != 0) return false;
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  if (fchdir(here) != 0) return false;
  const std::string root = std::filesystem::current_path();
  if (root == "/") return true;
  return mount(root.c_str(), root.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
         chdir(root.c_str()) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
         umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

// PID 1 of the namespaces: a fresh /proc for runc, loopback, and reaping, until it is killed.
[[noreturn]] void be_init(int ready) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGCHLD, SIG_IGN);
  if (!own_root()) _exit(1);
  if (mount("proc", "/proc", "proc", 0, nullptr) != 0) _exit(2);
  bring_up_loopback();
  if (write(ready, "+", 1) != 1) _exit(4);
  for (;;)
    pause();
}

// Enters the namespaces of `init` and runs dockerd there. Reports dockerd's PID as this side of
// the namespaces sees it, and ends when dockerd ends.
[[noreturn]] void be_waiter(pid_t init, const std::string& path, std::vector<std::string> arguments,
                            int log, int report) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto folder = "/proc/" + std::to_string(init) + "/ns/";
  int spaces[3];
  const char* names[] = {"net", "pid", "mnt"};
  for (int i = 0; i < 3; ++i)
    spaces[i] = open((folder + names[i]).c_str(), O_RDONLY | O_CLOEXEC);
  for (int space : spaces) {
    if (setns(space, 0) != 0) _exit(1);
  }
  const pid_t dockerd = fork();
  if (dockerd == 0) {
    setsid();
    dup2(log, 1);
    dup2(log, 2);
    std::vector<char*> argv;
    for (auto& argument : arguments)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    setenv("PATH", path.c_str(), 1);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  if (write(report, &dockerd, sizeof dockerd) != sizeof dockerd) _exit(2);
  close(report);
  waitpid(dockerd, nullptr, 0);
  _exit(0);
}

}  // namespace

PrivateEngine::PrivateEngine() {
  if (!choice_.problem.empty()) {
    problem = choice_.problem;
  } else if (geteuid() != 0) {
    problem = "a private dockerd needs root";
  } else if (!start_namespaces()) {
    problem = "can't make network, mount and process namespaces here";
  } else if (!start_daemon()) {
    problem = "dockerd does not answer:\n" + read_text(folder_.path / "dockerd.log");
  } else if (auto imported = docker({"import", SAMPLE_IMAGE_TAR, "fairlead/sample:1"});
             !imported.ok()) {
    problem = "the sample image could not be imported: " + imported.text;
  }
}

PrivateEngine::~PrivateEngine() {
  if (init_ > 0) kill(init_, SIGKILL);  // takes dockerd, containerd and all containers with it
  if (keeper_ > 0) waitpid(keeper_, nullptr, 0);
  if (waiter_ > 0) waitpid(waiter_, nullptr, 0);
}

bool PrivateEngine::start_namespaces() {
  int ready[2];
  int pids[2];
  if (pipe2(ready, O_CLOEXEC) != 0 || pipe2(pids, O_CLOEXEC) != 0) return false;
  keeper_ = fork();
  if (keeper_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID) != 0) _exit(1);
    const pid_t init = fork();
    if (init == 0) be_init(ready[1]);
    if (write(pids[1], &init, sizeof init) != sizeof init) _exit(2);
    close(ready[1]);
    close(pids[1]);
    waitpid(init, nullptr, 0);
    _exit(0);
  }
  close(ready[1]);
  close(pids[1]);
  char go = 0;
  const bool ok =
      read(pids[0], &init_, sizeof init_) == sizeof init_ && read(ready[0], &go, 1) == 1;
  close(ready[0]);
  close(pids[0]);
  return ok;
}

bool PrivateEngine::start_daemon() {
  const auto in_folder = [&](const char* name) { return (folder_.path / name).string(); };
  std::filesystem::remove(folder_.path / "dockerd.pid");  // of a killed dockerd
  std::vector<std::string> arguments = {
      "dockerd",     "--host",          host(),      "--data-root",           in_folder("data"),
      "--exec-root", in_folder("exec"), "--pidfile", in_folder("dockerd.pid")};
  const auto log_file = in_folder("dockerd.log");
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  int report[2];
  if (log < 0 || pipe2(report, O_CLOEXEC) != 0) return false;
  waiter_ = fork();
  if (waiter_ == 0) be_waiter(init_, choice_.path, arguments, log, report[1]);
  close(report[1]);
  close(log);
  const bool known = read(report[0], &dockerd_, sizeof dockerd_) == sizeof dockerd_;
  close(report[0]);
  return known && eventually([&] { return answers(); }, seconds(60));
}

bool PrivateEngine::answers() const {
  return run({"docker", "-H", host(), "version", "--format", "{{.Server.Version}}"}, seconds(5))
      .ok();
}

void PrivateEngine::kill_daemon() {
  kill(dockerd_, SIGKILL);
  waitpid(waiter_, nullptr, 0);
  waiter_ = dockerd_ = 0;
}

void PrivateEngine::freeze_daemon() {
  kill(dockerd_, SIGSTOP);
}

void PrivateEngine::thaw_daemon() {
  kill(dockerd_, SIGCONT);
}

std::vector<std::string> PrivateEngine::beside(std::vector<std::string> arguments) const {
  std::vector<std::string> whole = {"nsenter", "--net", "--target", std::to_string(init_)};
  whole.insert(whole.end(), arguments.begin(), arguments.end());
  return whole;
}

Output PrivateEngine::docker(std::vector<std::string> arguments) const {
  std::vector<std::string> whole = {"docker", "-H", host()};
  whole.insert(whole.end(), arguments.begin(), arguments.end());
  return run(whole);
}

std::vector<std::string> PrivateEngine::list(std::vector<std::string> arguments) const {
  const auto output = docker(std::move(arguments));
  return output.ok() ? lines(output.text) : std::vector<std::string>{};
}

void PrivateEngine::clear() const {
  const auto remove = [this](std::vector<std::string> command,
                             const std::vector<std::string>& all) {
    if (all.empty()) return;
    command.insert(command.end(), all.begin(), all.end());
    docker(command);
  };
  remove({"rm", "-fv"}, list({"ps", "-aq"}));
  remove({"network", "rm"}, list({"network", "ls", "-q", "--filter", "type=custom"}));
  remove({"volume", "rm"}, list({"volume", "ls", "-q"}));
}

PrivateEngine& shared_engine() {
  static PrivateEngine engine;
  return engine;
}

bool unavailable(const PrivateEngine& engine) {
  if (engine.problem.empty()) return false;
  const char* ci = std::getenv("CI");
  const bool required = ci != nullptr && std::string(ci) == "true" && !engine.not_fetched();
  [&] {
    if (required) FAIL() << engine.problem;
    GTEST_SKIP() << engine.problem;
  }();
  return true;
}

}  // namespace fairlead::engine_test
