#include "controller/access/host_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/paths.h"

namespace fairlead::controller {
namespace {

namespace fs = std::filesystem;

using Identity = std::pair<dev_t, ino_t>;

// In a folder that may hold a hard link to a socket; one of more is taken to hold it.
constexpr int kMostEntries = 100'000;

std::optional<Identity> identity(const std::string& path) {
  // Follows links: of what a path leads to, not of the link.
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

// \040 and the like, as the kernel writes blanks.
std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

// To look at one of these could mean to wait for a server; no socket is reached through them.
bool remote(std::string_view type) {
  for (const std::string_view each : {"nfs", "cifs", "smb", "ceph", "fuse", "autofs", "afs"}) {
    if (type.starts_with(each)) return true;
  }
  return false;
}

struct Mount {
  std::string device;  // MAJOR:MINOR
  std::string root;    // the folder of its file system that it shows
  std::string point;
  std::string type;
};

// proc_pid_mountinfo(5): `36 35 98:0 /root /mount/point options … - type source options`.
std::vector<Mount> all_mounts() {
  std::vector<Mount> found;
  std::ifstream in("/proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Mount mount;
    std::string word;
    words >> word >> word >> mount.device >> mount.root >> mount.point;
    while (words >> word && word != "-") {
    }
    words >> mount.type;
    mount.root = unescape(mount.root);
    mount.point = unescape(mount.point);
    found.push_back(std::move(mount));
  }
  return found;
}

std::vector<std::string> mounts_beneath(const std::vector<Mount>& mounts, const std::string& top) {
  std::vector<std::string> found;
  for (const auto& mount : mounts)
    // A recursive bind takes what is mounted beneath along.
    if (mount.point != top && beneath(mount.point, top) && !remote(mount.type))
      found.push_back(mount.point);
  return found;
}

// Where a path stands on its file system, by whichever mount it is reached.
struct Location {
  std::string device;
  std::string path;

  bool holds(const Location& other) const {
    return device == other.device && beneath(other.path, path);
  }
};

// Of two mounts on one point the later one covers the other.
std::optional<Location> location_of(const std::vector<Mount>& mounts, const std::string& path) {
  const Mount* on = nullptr;
  for (const auto& mount : mounts)
    if (beneath(path, mount.point) && (on == nullptr || mount.point.size() >= on->point.size()))
      on = &mount;
  if (on == nullptr) return std::nullopt;
  return Location{on->device, clean_path(on->root + "/" + path.substr(on->point.size()))};
}

// A hard link stands on the same device as what it links to.
bool holds_link(const std::string& folder, const Identity& socket) {
  std::error_code failed;
  auto entries = fs::recursive_directory_iterator(
      folder, fs::directory_options::skip_permission_denied, failed);
  int seen = 0;
  for (; !failed && entries != fs::recursive_directory_iterator(); entries.increment(failed)) {
    if (++seen > kMostEntries) return true;
    struct stat status{};
    if (::lstat(entries->path().c_str(), &status) != 0) continue;
    if (Identity{status.st_dev, status.st_ino} == socket) return true;
    // Another file system: no hard link can be there.
    if (status.st_dev != socket.first) entries.disable_recursion_pending();
  }
  return false;
}

class RealFiles final : public model::HostFiles {
 public:
  std::optional<std::string> real_path(const std::string& path) const override {
    std::error_code failed;
    // Absolute first: of a relative path nothing need exist.
    auto found = fs::weakly_canonical(fs::absolute(path, failed), failed);
    if (failed) return std::nullopt;
    return clean_path(found.string());
  }

  bool reaches(const std::string& path, const std::vector<std::string>& sockets) const override {
    const auto mounts = all_mounts();
    std::set<Identity> folders;  // from which a socket is reached, and the sockets themselves
    std::set<Identity> linked;   // sockets that have more than one name
    std::vector<Location>
        their_places;  // a second mount may show a folder above what we see of them
    for (const auto& socket : sockets) {
      const std::string real = real_path(socket).value_or(socket);
      // By name, which needs no look at the disk, and holds for a socket that is not there yet.
      if (beneath(socket, path) || beneath(real, path)) return true;
      struct stat status{};
      if (::stat(real.c_str(), &status) != 0) continue;
      if (auto place = location_of(mounts, real)) their_places.push_back(std::move(*place));
      if (status.st_nlink > 1) linked.insert({status.st_dev, status.st_ino});
      // The socket and every folder above it, by identity: a second mount of one of them has the
      // same.
      for (std::string each = real; each.size() > 1; each.resize(each.rfind('/'))) {
        if (const auto found = identity(each)) folders.insert(*found);
      }
    }
    if (folders.empty()) return false;
    std::vector<std::string> places = mounts_beneath(mounts, path);
    places.push_back(path);
    return std::ranges::any_of(places, [&](const std::string& place) {
      const auto stands = location_of(mounts, place);
      const auto holds = [&stands](const Location& socket) { return stands->holds(socket); };
      if (stands && std::ranges::any_of(their_places, holds)) return true;
      const auto is = identity(place);
      if (!is) return false;
      return folders.contains(*is) || std::ranges::any_of(linked, [&](const Identity& socket) {
               return socket.first == is->first && holds_link(place, socket);
             });
    });
  }
};

}  // namespace

std::shared_ptr<const model::HostFiles> host_files() {
  return std::make_shared<const RealFiles>();
}

}  // namespace fairlead::controller
