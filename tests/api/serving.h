// A server on real sockets, on a thread of its own, with a view that a test fills.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "api/server.h"
#include "tests/support/fake_view.h"
#include "tests/support/temporary_folder.h"

namespace fairlead::api {

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    options.listen = "127.0.0.1:0";
    options.socket_path = folder / "fairlead.sock";
    options.idle_deadline = std::chrono::seconds(20);
    options.health_deadline = std::chrono::seconds(20);
    options.max_request_bytes = 4096;
    options.max_connections = 4;
  }
  void TearDown() override {
    if (thread.joinable()) {
      boost::asio::post(io, [this] {
        server->stop();
        io.stop();
      });
      thread.join();
    }
    server.reset();
  }
  void serve() {
    server = make_server(io.get_executor(), options, context(), table);
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error().message;
    thread = std::thread([this] { io.run(); });
  }

  Context context() { return {view, commands, *metrics, log}; }
  // Runs `work` where the server runs, and waits for it.
  template <typename Work>
  void on_loop(Work work) {
    std::promise<void> done;
    boost::asio::post(io, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  int connect_tcp() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    timeval patience{30, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
  }
  // Sends `text` and reads until the server closes.
  std::string exchange(const std::string& text) const {
    const int fd = connect_tcp();
    send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    std::string reply;
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;)
      reply.append(buffer, static_cast<std::size_t>(got));
    close(fd);
    return reply;
  }

  // Waits for it: the server learns of a closed connection when it gets round to it.
  bool a_place_is_free() const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
      const auto reply = exchange("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      if (reply.starts_with("HTTP/1.1 200")) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

  test::TemporaryFolder made;
  std::filesystem::path folder = made.path;
  Options options;
  boost::asio::io_context io;
  // The loop of a daemon goes on after its server has stopped.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> loop_goes_on{
      io.get_executor()};
  SystemClock clock{io.get_executor()};
  std::vector<std::string> logged;  // messages; read on the loop
  Logger log{clock, [this](const LogRecord& record) { logged.emplace_back(record.message); }};
  test::FakeView view = test::populated_view();
  test::FakeCommands commands;
  std::unique_ptr<metrics::Metrics> metrics = metrics::make_metrics(view, log, {"1", "c", "cc"});
  std::span<const Route> table = routes();
  std::unique_ptr<Server> server;
  std::thread thread;
};

}  // namespace fairlead::api
