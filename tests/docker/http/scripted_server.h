// An engine that says exactly what a test tells it: one script per accepted connection, in a thread
// of its own.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace fairlead::docker {

// One accepted connection, blocking.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  // The next request, up to its blank line and Content-Length; "" when the client hung up.
  std::string read_request() {
    std::string text;
    char byte = 0;
    while (text.find("\r\n\r\n") == std::string::npos) {
      if (read(fd_, &byte, 1) != 1) return "";
      text += byte;
    }
    const auto at = text.find("Content-Length: ");
    auto left = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
    for (; left > 0 && read(fd_, &byte, 1) == 1; --left)
      text += byte;
    return text;
  }
  // What the client has sent beyond that, so far.
  std::string surplus() {
    char bytes[4096];
    const auto length = recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
    return length > 0 ? std::string(bytes, static_cast<std::size_t>(length)) : "";
  }
  void write_text(const std::string& text) {
    static_cast<void>(send(fd_, text.data(), text.size(), MSG_NOSIGNAL));
  }
  void reply(int status, const std::string& body, const std::string& headers = "") {
    write_text("HTTP/1.1 " + std::to_string(status) + " X\r\nApi-Version: 1.41\r\n" + headers +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

 private:
  int fd_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    static_cast<void>(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    listen(listener_, 8);
    thread_ = std::thread([this] { serve(); });
  }
  // No further connections; the running script comes to its end.
  void stop() {
    if (!thread_.joinable()) return;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (auto& each : peers_)
      each.join();
    peers_.clear();
  }
  ~ScriptedServer() {
    stop();
    close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string host() const { return "unix://" + path(); }
  int connections() const { return connections_; }

 private:
  std::string path() const { return (folder_.path / "s").string(); }
  void serve() {
    for (const auto& script : scripts_) {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      ++connections_;
      peers_.emplace_back([&script, fd] {
        Peer peer(fd);
        script(peer);
        close(fd);
      });
    }
  }

  test::TemporaryFolder folder_;
  std::vector<Script> scripts_;
  int listener_ = -1;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
  std::vector<std::thread> peers_;  // of thread_, until it has ended
};

}  // namespace fairlead::docker
