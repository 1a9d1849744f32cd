#include "watch/link_chain.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <deque>
#include <sstream>

namespace fairlead::watch {
namespace {

// As the kernel (path_resolution(7)).
constexpr int kMaxLinks = 40;

// Doubled slashes and `.` are no steps; `..` is one, to be taken where it stands: behind a link it
// leads to the parent of the link's target.
std::deque<std::string> split(const std::string& path) {
  std::deque<std::string> steps;
  std::istringstream stream(path);
  for (std::string step; std::getline(stream, step, '/');) {
    if (!step.empty() && step != ".") steps.push_back(step);
  }
  return steps;
}

std::string start_of(const std::string& path) {
  if (path.starts_with('/')) return "/";
  char here[PATH_MAX] = {};
  return ::getcwd(here, sizeof here) == nullptr ? "/" : here;
}

std::string join(const std::string& directory, const std::string& name) {
  return directory == "/" ? directory + name : directory + "/" + name;
}

std::string parent(const std::string& directory) {
  const auto slash = directory.find_last_of('/');
  return slash == 0 || slash == std::string::npos ? "/" : directory.substr(0, slash);
}

std::string read_link(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

}  // namespace

// As the kernel walks: a link's target takes the link's place among the steps that are left.
LinkChain follow_links(const std::string& path) {
  LinkChain chain;
  chain.target = start_of(path);
  std::deque<std::string> steps = split(path);
  Link last;
  int links = 0;
  while (!steps.empty()) {
    const std::string step = steps.front();
    steps.pop_front();
    if (step == "..") {
      chain.target = parent(chain.target);
      continue;
    }
    last = Link{chain.target, step};
    const std::string next = join(chain.target, step);
    struct stat status{};
    // Not there, or not to be entered: its coming is an event in `last`.
    if (::lstat(next.c_str(), &status) != 0) break;
    if (!S_ISLNK(status.st_mode)) {
      chain.target = next;
      continue;
    }
    chain.links.push_back(last);
    const std::string target = read_link(next);
    if (target.empty() || ++links > kMaxLinks) return chain;
    // A relative target goes on from the folder that holds the link.
    if (target.starts_with('/')) chain.target = "/";
    const auto more = split(target);
    steps.insert(steps.begin(), more.begin(), more.end());
  }
  if (!last.name.empty()) chain.links.push_back(last);
  return chain;
}

}  // namespace fairlead::watch
