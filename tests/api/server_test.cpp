// The server over real sockets.
#include "api/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/support/fake_view.h"
#include "tests/support/temporary_folder.h"

namespace fairlead::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

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
    server = make_server(io.get_executor(), options, view, commands, *metrics, log);
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error().message;
    thread = std::thread([this] { io.run(); });
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
  SystemClock clock{io.get_executor()};
  Logger log{clock, [](const LogRecord&) {}};
  test::FakeView view = test::populated_view();
  test::FakeCommands commands;
  std::unique_ptr<metrics::Metrics> metrics = metrics::make_metrics(view, log, {"1", "c", "cc"});
  std::unique_ptr<Server> server;
  std::thread thread;
};

TEST_F(ServerTest, ServesMetricsOnTcpAndTheApiOnTheSocket) {
  serve();
  EXPECT_THAT(exchange("GET /metrics HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange("GET /api/v1/apps HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
  const auto local = request(options.socket_path, "GET", Target::of("api", "v1", "apps"));
  ASSERT_TRUE(local) << local.error().message;
  EXPECT_EQ(local->status, 200);
  EXPECT_THAT(local->body, HasSubstr("shop"));
}

TEST_F(ServerTest, TheSocketBelongsToItsOwner) {
  serve();
  struct stat found{};
  ASSERT_EQ(stat(options.socket_path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(ServerTest, KeepsAConnectionForSeveralRequests) {
  serve();
  const std::string one = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const auto reply =
      exchange(one + one + "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  std::size_t answers = 0;
  for (std::size_t at = 0; (at = reply.find("HTTP/1.1 200", at)) != std::string::npos; ++at)
    ++answers;
  EXPECT_EQ(answers, 3u) << reply;
}

TEST_F(ServerTest, LeavesTheBodyOutOfAHead) {
  serve();
  const auto reply = exchange("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(reply, HasSubstr("Content-Length: 3"));
  EXPECT_EQ(reply.substr(reply.find("\r\n\r\n")), "\r\n\r\n");
}

TEST_F(ServerTest, ClosesOnGarbageAndOnTooMuch) {  // F114
  serve();
  EXPECT_THAT(exchange("\x16\x03\x01 not http\r\n\r\n"), testing::Not(HasSubstr("200 OK")));
  const auto huge = exchange(
      "POST /api/v1/reconcile HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Length: 1000000\r\n\r\n" +
      std::string(10000, 'x'));
  EXPECT_THAT(huge, testing::Not(HasSubstr("202")));
  EXPECT_THAT(exchange("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200"))
      << "and lives";
}

TEST_F(ServerTest, HangsUpOnASlowClient) {
  options.idle_deadline = std::chrono::milliseconds(300);
  serve();
  const auto begin = std::chrono::steady_clock::now();
  exchange("GET /healthz HTTP/1.1\r\nHo");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
}

class HeldConnections : public ServerTest, public testing::WithParamInterface<int> {};

// Whoever holds all connections and says nothing keeps neither /healthz nor /readyz from being
// seen, however many they are; everything else has to wait.
TEST_P(HeldConnections, LeaveHealthAnswered) {
  serve();
  const std::string rest = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  std::vector<int> idle;
  for (int i = 0; i < GetParam(); ++i)
    idle.push_back(connect_tcp());
  for (const char* path : {"/healthz", "/readyz?verbose"})
    EXPECT_THAT(exchange(std::string("GET ") + path + rest), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange("GET /metrics" + rest),
              StartsWith(GetParam() < 4 ? "HTTP/1.1 200" : "HTTP/1.1 503"));
  // A health place is for one question, whatever the client asks to be kept.
  if (GetParam() >= 4) {
    EXPECT_THAT(exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
                HasSubstr("Connection: close"));
  }
  for (const int fd : idle)
    close(fd);
  EXPECT_TRUE(a_place_is_free());
}
INSTANTIATE_TEST_SUITE_P(Numbers, HeldConnections, testing::Values(3, 4, 8, 12, 40));

TEST_F(ServerTest, IdleConnectionsGiveTheirPlaceBack) {
  options.idle_deadline = std::chrono::milliseconds(300);
  serve();
  std::vector<int> idle;
  for (int i = 0; i < 4; ++i)
    idle.push_back(connect_tcp());
  EXPECT_TRUE(a_place_is_free());
  for (const int fd : idle)
    close(fd);
}

TEST_F(ServerTest, SaysWhatCannotBeBound) {
  serve();
  Options second = options;
  second.listen = "127.0.0.1:" + std::to_string(server->port());
  second.socket_path = folder / "second.sock";
  auto rival = make_server(io.get_executor(), second, view, commands, *metrics, log);
  const auto started = rival->start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr(std::to_string(server->port())));
  EXPECT_NE(started.error().hint, "");
}

TEST(Client, SaysThatNoDaemonListens) {
  const auto reply = request("/nonexistent/fairlead.sock", "GET", Target::of("healthz"));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, HasSubstr("/nonexistent/fairlead.sock"));
  EXPECT_NE(reply.error().hint, "");
}

}  // namespace
}  // namespace fairlead::api
