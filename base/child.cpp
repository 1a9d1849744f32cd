#include "base/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/write_all.h"

namespace fairlead {
namespace {

// A file that exists in memory only.
class UnnamedFile {
 public:
  UnnamedFile() : fd_(memfd_create("fairlead", MFD_CLOEXEC)) {}
  ~UnnamedFile() {
    if (fd_ >= 0) close(fd_);
  }
  UnnamedFile(const UnnamedFile&) = delete;
  UnnamedFile& operator=(const UnnamedFile&) = delete;

  int fd() const { return fd_; }
  // For a reader that begins at the start.
  bool fill(const std::string& bytes) const {
    return write_all(fd_, bytes) && lseek(fd_, 0, SEEK_SET) == 0;
  }
  // By position: the child shares the offset that it has written with.
  std::string read_all() const {
    std::string out;
    std::array<char, 4096> buffer{};
    off_t at = 0;
    for (;;) {
      const auto count = pread(fd_, buffer.data(), buffer.size(), at);
      if (count <= 0) return out;
      out.append(buffer.data(), static_cast<std::size_t>(count));
      at += count;
    }
  }

 private:
  int fd_;
};

// Each child leads a process group of its own, so that what it has started ends with it.
class Children {
 public:
  // False once they have been ended.
  template <typename Start>
  bool start(Start&& spawn) {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    if (const pid_t group = spawn(); group > 0) groups_.insert(group);
    return true;
  }
  void gone(pid_t group) {
    const std::lock_guard lock(mutex_);
    groups_.erase(group);
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const pid_t group : groups_)
      // SIGTERM would be a request, and the process ends without looking whether it was granted.
      ::kill(-group, SIGKILL);
  }

 private:
  std::mutex mutex_;
  std::set<pid_t> groups_;
  bool ended_ = false;
};

// Outlives the threads of a pool that nobody waits for.
Children& children() {
  static auto* const all = new Children;
  return *all;
}

// How a child begins: with its three files, and nothing else of ours.
class Beginning {
 public:
  Beginning(int in, int out, int complaint) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_adddup2(&files_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, complaint, STDERR_FILENO);
    // Sockets of libraries are not closed by exec: a child that stays would keep our port.
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    // A group of its own: the deadline kills what the helper has started too.
    posix_spawnattr_setpgroup(&attributes_, 0);
    // The daemon ignores SIGPIPE, and what is ignored stays so over an exec: the helper would write
    // on into a pipe that nobody reads.
    sigset_t signals{};
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;
  ~Beginning() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  int spawn(pid_t& child, const char* program, char** arguments) const {
    return posix_spawnp(&child, program, &files_, &attributes_, arguments, environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

// The exit status, or nullopt when it had to be killed. By a pidfd, for waitpid() knows no
// deadline, and a handler of SIGCHLD would be one for the whole process; where the kernel has none,
// without a deadline.
std::optional<int> wait_for(pid_t child, std::chrono::milliseconds deadline) {
  pollfd ended{static_cast<int>(syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
  const bool in_time = ended.fd < 0 || poll(&ended, 1, static_cast<int>(deadline.count())) == 1;
  if (ended.fd >= 0) close(ended.fd);
  // The group, not the child alone. It is still ours: nobody has waited for it.
  if (!in_time) kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) return std::nullopt;
  return status;
}

}  // namespace

std::expected<std::string, std::string> run_child(std::vector<std::string> words,
                                                  const std::string& input,
                                                  std::chrono::milliseconds deadline) {
  const UnnamedFile in;
  const UnnamedFile out;
  const UnnamedFile complaint;
  if (in.fd() < 0 || out.fd() < 0 || complaint.fd() < 0 || !in.fill(input))
    return std::unexpected(std::string("no memory file: ") + std::strerror(errno));
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  int failed = 0;
  const Beginning beginning(in.fd(), out.fd(), complaint.fd());
  // Under the lock of `children`: none is started after end_children() has looked for the last
  // time.
  const bool may = children().start([&] {
    failed = beginning.spawn(child, words.front().c_str(), arguments.data());
    return failed == 0 ? child : 0;
  });
  if (!may) return std::unexpected(words.front() + ": Fairlead is stopping");
  if (failed != 0) return std::unexpected(words.front() + ": " + std::strerror(failed));
  const auto status = wait_for(child, deadline);
  children().gone(child);
  if (!status) return std::unexpected(words.front() + " did not end in time");
  if (*status == 0) return out.read_all();
  std::string said = complaint.read_all();
  if (said.empty()) said = out.read_all();
  said = said.substr(0, said.find('\n'));
  return std::unexpected(said.empty() ? words.front() + " failed" : std::move(said));
}

void end_children() {
  children().end();
}

}  // namespace fairlead
