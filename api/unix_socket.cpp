#include "api/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/trust.h"

namespace fairlead::api {
namespace {

namespace local = boost::asio::local;

// Nothing here is worth a second try by itself.
std::unexpected<Error> refuse(const std::string& path, const std::string& why, std::string hint) {
  return failure(ErrorClass::kInvalid, Reason::kPermissionDenied, "socket " + path + ": " + why,
                 std::move(hint));
}

// A full backlog (EAGAIN) also means that somebody listens. Only a connect tells: the file of a
// dead socket looks like that of a live one.
bool somebody_listens(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;  // not known: leave it alone
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int failed = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  const bool dead = failed != 0 && (errno == ECONNREFUSED || errno == ENOENT);
  ::close(fd);
  return !dead;
}

// Looked at, and not simply removed: two daemons on one state directory must find each other, and
// what else lies there is somebody's.
Status make_room(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return refuse(path, "the path is too long", "use a shorter state directory");
  }
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return {};
  // By lstat(): a link is no socket either, wherever it leads.
  if (!S_ISSOCK(found.st_mode)) {
    return refuse(path, "a file that is not a socket is there", "move it away");
  }
  if (somebody_listens(path)) {
    return refuse(path, "another process listens on it", "is another Fairlead running?");
  }
  if (::unlink(path.c_str()) != 0) return refuse(path, std::strerror(errno), "");
  return {};
}

}  // namespace

SocketFile::~SocketFile() {
  struct stat found{};
  if (::lstat(path_.c_str(), &found) != 0) return;
  // Between the look and this no other one comes: whoever has not got the lock of the state
  // directory binds no socket there (cmd/fairlead/run.cpp).
  if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

Result<std::unique_ptr<SocketFile>> listen_on(UnixAcceptor& acceptor, const std::string& path) {
  auto room = make_room(path);
  if (!room) return std::unexpected(room.error());
  boost::system::error_code failed;
  acceptor.open(local::stream_protocol(), failed);
  // A chmod after bind would leave a moment in which anyone can connect.
  const mode_t before = ::umask(0177);
  if (!failed) acceptor.bind(local::stream_protocol::endpoint(path), failed);
  ::umask(before);
  if (failed) return refuse(path, failed.message(), "may this user write to the directory?");
  // A daemon that root has started for once must not keep a user's own commands out.
  take_folders_owner(path);
  struct stat made{};
  if (::lstat(path.c_str(), &made) != 0) return refuse(path, std::strerror(errno), "");
  auto file = std::make_unique<SocketFile>(path, made.st_dev, made.st_ino);
  // Last: until here a connect is refused, and nobody has waited for an answer in vain.
  acceptor.listen(boost::asio::socket_base::max_listen_connections, failed);
  if (failed) return refuse(path, failed.message(), "");
  return file;
}

std::optional<Identity> peer_identity(local::stream_protocol::socket& socket) {
  ucred found{};
  socklen_t size = sizeof found;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) return {};
  return Identity{found.uid, found.gid, found.pid};
}

}  // namespace fairlead::api
