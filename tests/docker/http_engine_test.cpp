// The transport against an engine that misbehaves (F066–F072).
#include "docker/http_engine.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>

#include "tests/docker/await.h"
#include "tests/docker/scripted_server.h"

namespace fairlead::docker {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

void wait(int ms) {
  std::this_thread::sleep_for(milliseconds(ms));
}

class HttpEngineTest : public testing::Test {
 protected:
  void talk_to(const ScriptedServer& server) {
    HttpOptions options;
    options.host = server.host();
    options.connect_deadline = milliseconds(300);
    options.first_byte_deadline = milliseconds(300);
    options.between_bytes_deadline = milliseconds(300);
    auto made = make_http_engine(io.get_executor(), options);
    ASSERT_TRUE(made);
    engine = std::move(*made);
  }

  template <typename T>
  Result<T> call(Task<Result<T>> task) {
    return await(io, std::move(task));
  }

  boost::asio::io_context io;
  std::unique_ptr<Engine> engine;
};

TEST_F(HttpEngineTest, NegotiatesTheLowerVersionAndUsesIt) {
  std::string ping;
  std::string info;
  std::string list;
  ScriptedServer server({[&](Peer& peer) {
    ping = peer.read_request();
    peer.reply(200, "OK");
    info = peer.read_request();
    peer.reply(200, R"({"ID":"E1","ServerVersion":"20.10.24"})");
    list = peer.read_request();
    peer.reply(200, "[]");
  }});
  talk_to(server);
  const auto connected = call(engine->connect());
  ASSERT_TRUE(connected) << connected.error().message;
  EXPECT_EQ(connected->api_version, "1.41");
  EXPECT_EQ(connected->id, "E1");
  ASSERT_TRUE(call(engine->list_containers({"a=b"})));
  EXPECT_THAT(ping, StartsWith("GET /_ping "));
  EXPECT_THAT(info, StartsWith("GET /v1.41/info "));
  EXPECT_THAT(list, StartsWith("GET /v1.41/containers/json?all=1&filters=%7B%22label"));
  EXPECT_EQ(server.connections(), 1) << "one kept-alive connection";
}

TEST_F(HttpEngineTest, RefusesAnEngineThatIsTooOld) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    peer.write_text("HTTP/1.1 200 OK\r\nApi-Version: 1.30\r\nContent-Length: 2\r\n\r\nOK");
  }});
  talk_to(server);
  const auto connected = call(engine->connect());
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().reason, Reason::kEngineTooOld);
}

TEST_F(HttpEngineTest, AReadOnADeadKeptAliveConnectionIsRepeatedOnAFreshOne) {
  ScriptedServer server({[](Peer& peer) {
                           peer.read_request();
                           peer.reply(200, "[]");
                         },
                         [](Peer& peer) {
                           peer.read_request();
                           peer.reply(200, "[]");
                         }});
  talk_to(server);
  ASSERT_TRUE(call(engine->list_networks()));
  wait(50);  // the server has closed the connection; the pool does not know
  EXPECT_TRUE(call(engine->list_networks()));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpEngineTest, AMutationWithoutAReplyIsUnknownAndNeverRepeated) {
  int received = 0;
  ScriptedServer server({[&](Peer& peer) { received += peer.read_request().empty() ? 0 : 1; }});
  talk_to(server);
  const auto created = call(engine->create_network(NetworkSpec{.name = "n"}));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().error_class, ErrorClass::kUnknown);
  EXPECT_EQ(received, 1);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpEngineTest, ASilentEngineTimesOut) {
  ScriptedServer server({[](Peer& peer) {
                           peer.read_request();
                           wait(700);
                           peer.reply(200, "[]");  // too late: must not answer the next request
                         },
                         [](Peer& peer) {
                           peer.read_request();
                           peer.reply(200, R"([{"Id":"n1","Name":"fresh"}])");
                         }});
  talk_to(server);
  const auto begin = std::chrono::steady_clock::now();
  const auto listed = call(engine->list_networks());
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().reason, Reason::kEngineUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(600));
  wait(500);
  const auto again = call(engine->list_networks());
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 1u);
  EXPECT_EQ(again->front().name, "fresh");
}

TEST_F(HttpEngineTest, AReplyThatStallsHalfWayTimesOut) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    peer.write_text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{");
    wait(600);
  }});
  talk_to(server);
  EXPECT_FALSE(call(engine->list_networks()));
}

TEST_F(HttpEngineTest, ReadsRepliesInAnyPiecesAndChunks) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    const std::string reply =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\n[{\"Id\r\n9\r\n\":\"n1\"}]\n\r\n0\r\n\r\n";
    for (const char c : reply) {
      peer.write_text(std::string(1, c));
      wait(1);
    }
  }});
  talk_to(server);
  const auto listed = call(engine->list_networks());
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(listed->front().id, "n1");
}

TEST_F(HttpEngineTest, GarbageIsAnErrorNotACrash) {
  const std::vector<std::string> garbage = {
      "",
      "\r\n\r\n",
      "SSH-2.0-OpenSSH\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{]}",
      "HTTP/1.1 999999 X\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"};
  for (const auto& bytes : garbage) {
    ScriptedServer server({[&](Peer& peer) {
      peer.read_request();
      peer.write_text(bytes);
    }});
    talk_to(server);
    EXPECT_FALSE(call(engine->list_networks())) << bytes;
  }
}

TEST_F(HttpEngineTest, NobodyListeningIsSaidWithANextStep) {
  HttpOptions options;
  options.host = "unix:///nonexistent/docker.sock";
  auto made = make_http_engine(io.get_executor(), options);
  ASSERT_TRUE(made);
  engine = std::move(*made);
  const auto pinged = call(engine->ping());
  ASSERT_FALSE(pinged);
  EXPECT_EQ(pinged.error().reason, Reason::kEngineUnavailable);
  EXPECT_THAT(pinged.error().message, HasSubstr("/nonexistent/docker.sock"));
  EXPECT_NE(pinged.error().hint, "");
}

// F055: the error is in the stream, after 200.
TEST_F(HttpEngineTest, APullFailsByWhatItsStreamSays) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    peer.reply(200,
               "{\"status\":\"Pulling\"}\n{\"errorDetail\":{\"message\":\"manifest unknown\"}}\n");
  }});
  talk_to(server);
  std::vector<std::string> lines;
  const auto pulled = call(
      engine->pull_image({"a:1", ""}, [&](const std::string& line) { lines.push_back(line); }));
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().reason, Reason::kImageNotFound);
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(HttpEngineTest, APullThatIsCutIsNotASuccess) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    peer.write_text(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "15\r\n{\"status\":\"Pulling\"}\n\n\r\n");
  }});
  talk_to(server);
  EXPECT_FALSE(call(engine->pull_image({"a:1", ""}, nullptr)));
}

TEST_F(HttpEngineTest, EventsArriveWhileTheStreamIsOpen) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    peer.write_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string event =
        "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"c1\"}}\n";
    char size[8];
    std::snprintf(size, sizeof size, "%zx\r\n", event.size());
    peer.write_text(size + event + "\r\n");
    wait(400);  // silence longer than between_bytes_deadline is fine on this stream
    peer.write_text(size + event + "\r\n0\r\n\r\n");
  }});
  talk_to(server);
  int connected = 0;
  int events = 0;
  const auto ended = call(
      engine->stream_events([&connected] { ++connected; }, [&events](const Event&) { ++events; }));
  EXPECT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(connected, 1);
  EXPECT_EQ(events, 2);
}

TEST(HttpOptions, TakesTheUsualVariables) {
  std::map<std::string, std::string> set;
  const auto environment = [&set](const std::string& name) { return set[name]; };
  EXPECT_EQ(http_options_from(environment)->host, "unix:///var/run/docker.sock");
  set = {{"DOCKER_HOST", "tcp://10.0.0.1:2376"}, {"DOCKER_TLS_VERIFY", "1"}, {"HOME", "/home/x"}};
  const auto options = http_options_from(environment);
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->tls);
  EXPECT_EQ(options->cert_path, "/home/x/.docker");
  set = {{"DOCKER_HOST", "ssh://somewhere"}};
  EXPECT_FALSE(http_options_from(environment));
}

}  // namespace
}  // namespace fairlead::docker
