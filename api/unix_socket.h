// The file of a Unix socket: who may connect is decided by who may open it (unix(7): connecting
// needs the right to write it). Who did is told by the kernel.
//
// Nobody is asked for a password: whoever may open the socket is the user that the daemon runs as,
// or root, and could do all of it without us.
#pragma once

#include <sys/types.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <optional>
#include <string>

#include "api/exchange.h"
#include "base/result.h"

namespace fairlead::api {

using UnixAcceptor = boost::asio::local::stream_protocol::acceptor;

// Removes the socket file when it goes, unless somebody has put another one in its place: a daemon
// that ends late must not take away the socket of the one that came after it.
class SocketFile {
 public:
  // Device and inode are what is told apart by: a name alone says nothing.
  SocketFile(std::string path, dev_t device, ino_t inode)
      : path_(std::move(path)), device_(device), inode_(inode) {}
  ~SocketFile();
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

 private:
  std::string path_;
  dev_t device_;
  ino_t inode_;
};

// Binds `acceptor` to `path`, mode 0600 from its first moment, owned as the folder is. A socket
// that nobody listens on is left over from a crash and replaced; a live one, or a file of another
// kind, is an error: Invalid, PermissionDenied, with what to do. Changes the process's umask
// meanwhile: a file that another thread makes then is for its owner alone.
Result<std::unique_ptr<SocketFile>> listen_on(UnixAcceptor& acceptor, const std::string& path);

// Who has connected; nullopt if the kernel does not say. SO_PEERCRED, socket(7).
std::optional<Identity> peer_identity(boost::asio::local::stream_protocol::socket& socket);

}  // namespace fairlead::api
