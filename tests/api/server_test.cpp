// The server over real sockets.
#include "api/server.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "api/client.h"
#include "tests/api/serving.h"

namespace fairlead::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

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
  idle.reserve(static_cast<std::size_t>(GetParam()));
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
  idle.reserve(4);
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
  auto rival = make_server(io.get_executor(), second, context());
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
