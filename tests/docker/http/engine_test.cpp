// The transport against an engine that misbehaves (F066–F072).
#include "docker/http/engine.h"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <future>
#include <map>
#include <optional>

#include "tests/docker/await.h"
#include "tests/docker/http/scripted_server.h"

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
  // Short patience is for the tests of silence: under load any reply may be late.
  void talk_to(const ScriptedServer& server, Duration patience = std::chrono::seconds(20)) {
    HttpOptions options;
    options.host = server.host();
    options.connect_deadline = std::chrono::seconds(20);
    options.first_byte_deadline = patience;
    options.between_bytes_deadline = patience;
    options.whole_reply_deadline = 5 * patience;
    auto made = make_http_engine(io.get_executor(), options);
    ASSERT_TRUE(made);
    engine = std::move(*made);
  }

  template <typename T>
  Result<T> call(Task<Result<T>> task) {
    return await(io, std::move(task));
  }

  Task<void> pause(Duration duration) {
    boost::asio::steady_timer timer(io, duration);
    auto [failed] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    EXPECT_FALSE(failed);
  }
  Task<void> end_soon() {
    co_await pause(milliseconds(50));
    engine->stop_events();
  }
  Task<void> end_all_soon() {
    co_await pause(milliseconds(100));
    engine->cancel();
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
  ASSERT_TRUE(call(engine->list_containers({"a=b"}, "")));
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
  ASSERT_TRUE(call(engine->list_networks("")));
  wait(50);  // the server has closed the connection; the pool does not know
  EXPECT_TRUE(call(engine->list_networks("")));
  EXPECT_EQ(server.connections(), 2);
}

// Nor parsed: what follows its version is not looked at.
TEST_F(HttpEngineTest, AListThatIsKnownComesWithoutItsObjects) {
  const auto volumes = [](const char* name) {
    return [name](Peer& peer) {
      peer.read_request();
      peer.reply(200, R"({"Volumes":[{"Name":")" + std::string(name) + R"("}]})");
    };
  };
  ScriptedServer server({[=](Peer& peer) {
    volumes("one")(peer);
    volumes("one")(peer);
    volumes("two")(peer);
  }});
  talk_to(server);
  const auto first = call(engine->list_volumes({}, ""));
  ASSERT_TRUE(first && first->objects);
  const auto same = call(engine->list_volumes({}, first->version));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->version, first->version);
  EXPECT_FALSE(same->objects);
  const auto other = call(engine->list_volumes({}, first->version));
  ASSERT_TRUE(other && other->objects);
  EXPECT_NE(other->version, first->version);
  EXPECT_EQ(other->objects->front().name, "two");
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
  std::promise<void> given_up;
  std::promise<void> replied;
  ScriptedServer server(
      {[&](Peer& peer) {
         peer.read_request();
         given_up.get_future().wait_for(std::chrono::seconds(30));
         peer.reply(200, "[]");  // too late: must not answer the next request
         replied.set_value();
       },
       [](Peer& peer) {
         peer.read_request();
         peer.reply(
             200,
             R"([{"Id":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","Name":"fresh"}])");
       }});
  talk_to(server, milliseconds(300));
  const auto listed = call(engine->list_networks(""));
  given_up.set_value();
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().reason, Reason::kEngineUnavailable);
  replied.get_future().wait();
  const auto again = call(engine->list_networks(""));
  ASSERT_TRUE(again);
  ASSERT_EQ(again->objects->size(), 1u);
  EXPECT_EQ(again->objects->front().name, "fresh");
}

TEST_F(HttpEngineTest, AReplyThatStallsHalfWayTimesOut) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    peer.write_text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{");
    peer.read_request();  // until the client hangs up
  }});
  talk_to(server, milliseconds(300));
  EXPECT_FALSE(call(engine->list_networks("")));
}

TEST_F(HttpEngineTest, ReadsRepliesInAnyPiecesAndChunks) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    const std::string reply =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\n{\"Vol\r\n17\r\numes\":[{\"Name\":\"n1\"}]}\n\r\n0\r\n\r\n";
    for (const char c : reply) {
      peer.write_text(std::string(1, c));
      wait(1);
    }
  }});
  talk_to(server);
  const auto listed = call(engine->list_volumes({}, ""));
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(listed->objects->front().name, "n1");
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
    EXPECT_FALSE(call(engine->list_networks(""))) << bytes;
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
        "{\"Type\":\"volume\",\"Action\":\"create\",\"Actor\":{\"ID\":\"v1\"}}\n";
    char size[8];
    std::snprintf(size, sizeof size, "%zx\r\n", event.size());
    peer.write_text(size + event + "\r\n");
    wait(400);  // silence longer than between_bytes_deadline is fine on this stream
    peer.write_text(size + event + "\r\n0\r\n\r\n");
  }});
  talk_to(server, milliseconds(300));
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

// Streams that run at the same time: whoever ends one ends no other.
TEST_F(HttpEngineTest, EndingTheEventsLeavesAPullAlone) {
  std::atomic<bool> events_gone = false;
  ScriptedServer server({[&](Peer& peer) {
                           peer.read_request();
                           peer.write_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                           events_gone = peer.read_request().empty();
                         },
                         [&](Peer& peer) {
                           peer.read_request();
                           for (int i = 0; i < 100 && !events_gone; ++i)
                             wait(20);
                           wait(100);
                           peer.reply(200, "{\"status\":\"done\"}\n");
                         }});
  talk_to(server);
  std::optional<Status> events;
  std::optional<Status> pull;
  auto connected = [this, &pull] {
    boost::asio::co_spawn(
        io, engine->pull_image({.reference = "x:1", .platform = ""}, nullptr),
        [&pull](const std::exception_ptr&, Status done) { pull = std::move(done); });
    boost::asio::co_spawn(io, end_soon(), [](const std::exception_ptr&) {});
  };
  boost::asio::co_spawn(
      io, engine->stream_events(connected, [](const Event&) {}),
      [&events](const std::exception_ptr&, Status done) { events = std::move(done); });
  io.run();
  ASSERT_TRUE(events && pull);
  EXPECT_FALSE(*events);
  EXPECT_TRUE(*pull) << pull->error().message;
}

TEST_F(HttpEngineTest, CancelEndsEveryCallAtOnceAndEveryLaterOne) {
  ScriptedServer server({[](Peer& peer) {
                           peer.read_request();
                           peer.read_request();  // until the client hangs up
                         },
                         [](Peer& peer) {
                           peer.read_request();
                           peer.read_request();
                         }});
  talk_to(server, std::chrono::hours(1));
  std::vector<Error> errors;
  const auto keep = [&errors](const std::exception_ptr&, const Status& done) {
    errors.push_back(done.error());
  };
  boost::asio::co_spawn(io, engine->pull_image({.reference = "x:1", .platform = ""}, nullptr),
                        keep);
  boost::asio::co_spawn(io, engine->start_container(std::string(64, 'a')), keep);
  boost::asio::co_spawn(io, end_all_soon(), [](const std::exception_ptr&) {});
  io.run();
  ASSERT_EQ(errors.size(), 2u);
  io.restart();
  EXPECT_FALSE(call(engine->ping()));
  EXPECT_EQ(server.connections(), 2) << "nothing is sent any more";
}

// Bytes after a reply are nobody's, whether they come with it or later.
TEST_F(HttpEngineTest, WhatComesAfterAReplyIsNotTheNextOne) {
  const std::string list = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";
  const std::string smuggled =
      "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
      "[{\"Id\":\"feedfeedfeedfeed\",\"Name\":\"smuggled by the peer\"}] ";
  for (const int pause : {0, 30}) {
    ScriptedServer server({[&](Peer& peer) {
                             peer.read_request();
                             peer.write_text(list);
                             wait(pause);
                             peer.write_text(smuggled);
                             peer.read_request();
                           },
                           [&](Peer& peer) {
                             peer.read_request();
                             peer.write_text(list);
                           }});
    talk_to(server);
    ASSERT_TRUE(call(engine->list_networks("")));
    wait(100);
    const auto second = call(engine->list_networks(""));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_TRUE(second->objects->empty());
    EXPECT_EQ(server.connections(), 2);
  }
}

struct OddReply {
  const char* what;
  std::string text;
  ErrorClass on_create;  // how a create that is answered so is taken
};

TEST_F(HttpEngineTest, WhatIsNoReplyIsNeverTakenForOne) {
  const auto whole = [](const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  };
  const std::string id = std::string(64, 'b');
  const OddReply replies[] = {
      {"status 000", whole("000 X", "{\"Id\":\"" + id + "\"}"), ErrorClass::kUnknown},
      {"status 99", whole("099 X", "{\"Id\":\"" + id + "\"}"), ErrorClass::kUnknown},
      {"status 999", whole("999 X", "{\"Id\":\"" + id + "\"}"), ErrorClass::kUnknown},
      {"a redirect", whole("302 Found", "{\"Id\":\"" + id + "\"}"), ErrorClass::kTransient},
      {"304 of a create", whole("304 X", "").substr(0, 16) + "\r\n\r\n", ErrorClass::kTransient},
      {"no ID", whole("201 Created", "{}"), ErrorClass::kUnknown},
      {"an empty ID", whole("201 Created", R"({"Id":""})"), ErrorClass::kUnknown},
      {"a path for an ID", whole("201 Created", R"({"Id":"../../x"})"), ErrorClass::kUnknown},
      {"null", whole("201 Created", "null"), ErrorClass::kUnknown},
      {"a list", whole("201 Created", "[]"), ErrorClass::kUnknown},
      {"text", whole("201 Created", "fine"), ErrorClass::kUnknown},
      {"no body", whole("201 Created", ""), ErrorClass::kUnknown},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", ErrorClass::kUnknown},
  };
  for (const auto& reply : replies) {
    ScriptedServer server({[&](Peer& peer) {
                             peer.read_request();
                             peer.write_text(reply.text);
                           },
                           [&](Peer& peer) {
                             peer.read_request();
                             peer.write_text(reply.text);
                           }});
    talk_to(server);
    const auto created = call(engine->create_network(NetworkSpec{.name = "n"}));
    ASSERT_FALSE(created) << reply.what;
    EXPECT_EQ(created.error().error_class, reply.on_create)
        << reply.what << ": " << created.error().message;
    const auto listed = call(engine->inspect_network(id));
    ASSERT_FALSE(listed) << reply.what;
    EXPECT_EQ(listed.error().error_class, ErrorClass::kTransient) << reply.what;
  }
}

TEST_F(HttpEngineTest, AReplyAboveTheLimitIsRefusedWithTheLimit) {
  ScriptedServer server({[](Peer& peer) {
    peer.read_request();
    peer.write_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string piece(1 << 16, ' ');
    for (int i = 0; i < 1000; ++i)
      peer.write_text("10000\r\n" + piece + "\r\n");
  }});
  talk_to(server, std::chrono::seconds(10));
  const auto listed = call(engine->list_networks(""));
  ASSERT_FALSE(listed);
  EXPECT_THAT(listed.error().message, HasSubstr("larger than 8388608 bytes"));
  EXPECT_THAT(listed.error().hint, HasSubstr("docker network prune"));
}

TEST_F(HttpEngineTest, AReplyThatDripsIsGivenUp) {
  std::atomic<bool> given_up = false;
  std::atomic<int> drops = 0;
  constexpr int kMost = 800;
  ScriptedServer server({[&](Peer& peer) {
    peer.read_request();
    peer.write_text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (; drops < kMost && !given_up; ++drops) {
      peer.write_text(" ");
      wait(50);
    }
  }});
  talk_to(server, milliseconds(300));
  const auto listed = call(engine->list_networks(""));
  given_up = true;
  ASSERT_FALSE(listed);
  EXPECT_LT(drops, kMost) << "it was waited for";
}

}  // namespace
}  // namespace fairlead::docker
