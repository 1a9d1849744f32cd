// Streams, waiting handlers and who asks, over real sockets.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/un.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <list>

#include "api/client.h"
#include "api/follow.h"
#include "tests/api/serving.h"

namespace fairlead::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

// A connection to the Unix socket that a test has in its hands.
class Local {
 public:
  explicit Local(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    timeval tick{0, 20'000};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
  }
  ~Local() { close(fd_); }
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;

  Local& say(const std::string& text) {
    EXPECT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    return *this;
  }
  // True once `text` has come.
  bool hears(const std::string& text, milliseconds limit = seconds(20)) {
    return until(limit, [&] { return heard.find(text) != std::string::npos; });
  }
  bool ends(milliseconds limit = seconds(20)) {
    return until(limit, [this] { return ended_; });
  }

  std::string heard;

 private:
  template <typename Condition>
  bool until(milliseconds limit, Condition reached) {
    const auto end = steady_clock::now() + limit;
    while (!reached()) {
      if (ended_ || steady_clock::now() > end) return false;
      char buffer[4096];
      const auto got = recv(fd_, buffer, sizeof buffer, 0);
      if (got > 0) heard.append(buffer, static_cast<std::size_t>(got));
      ended_ = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    }
    return true;
  }

  int fd_;
  bool ended_ = false;
};

class StreamTest : public ServerTest {
 protected:
  void record(const std::string& message) {
    on_loop([&] {
      controller::EventRecord event;
      event.sequence = ++sequence;
      event.message = message;
      view.event_rows.push_back(event);
      view.change_rows.news();
    });
  }
  bool eventually(const std::function<bool()>& condition) const {
    const auto end = steady_clock::now() + seconds(20);
    while (!condition()) {
      if (steady_clock::now() > end) return false;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return true;
  }
  bool healthy() const {
    return exchange("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .starts_with("HTTP/1.1 200");
  }
  Reply ask(const std::string& method, const Target& target, const std::string& body = {}) const {
    const auto reply = request(options.socket_path, method, target, body);
    EXPECT_TRUE(reply) << reply.error().message;
    return reply.value_or(Reply{});
  }

  std::uint64_t sequence = 0;
};

constexpr const char* kFollow = "/api/v1/events?follow=true";

TEST_F(StreamTest, BringsEachEventAsItIsRecorded) {
  serve();
  record("before");
  Local reader(options.socket_path);
  reader.say(get(kFollow));
  ASSERT_TRUE(reader.hears("before"));
  EXPECT_THAT(reader.heard,
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Type: text/event-stream\r\n"),
                    HasSubstr("Transfer-Encoding: chunked\r\n"), HasSubstr("retry: 2000\n\n"),
                    HasSubstr("-1\nevent: recorded\n")));
  for (const char* message : {"one", "two", "three"}) {
    record(message);
    EXPECT_TRUE(reader.hears(message));
  }
}

TEST_F(StreamTest, GoesOnWhereALostConnectionWas) {
  serve();
  record("alpha");
  record("second");
  const auto id = position_id(view, 1);
  Local reader(options.socket_path);
  reader.say(get(std::string(kFollow) + "&last=0", "Last-Event-ID: " + id + "\r\n"));
  EXPECT_TRUE(reader.hears("second"));
  EXPECT_THAT(reader.heard, Not(HasSubstr("alpha")));
  on_loop([&] { view.forgotten = 1, view.event_rows.pop_front(); });
  Local late(options.socket_path);
  late.say(get(kFollow, "Last-Event-ID: 0\r\n"));
  EXPECT_TRUE(late.hears("second"));
  EXPECT_THAT(late.heard, HasSubstr("event: gap\ndata: {\"message\""));
  Local wrong(options.socket_path);
  wrong.say(get(kFollow, "Last-Event-ID: tomorrow\r\n"));
  EXPECT_TRUE(wrong.hears("sequence number"));
  EXPECT_THAT(wrong.heard, StartsWith("HTTP/1.1 400"));
}

TEST_F(StreamTest, OutlivesTheIdleDeadlineWhenItIsQuiet) {
  options.idle_deadline = milliseconds(200);
  options.heartbeat = seconds(60);
  serve();
  Local reader(options.socket_path);
  ASSERT_TRUE(reader.say(get(kFollow)).hears("retry"));
  EXPECT_FALSE(reader.ends(milliseconds(1000)));
  record("late");
  EXPECT_TRUE(reader.hears("late"));
}

TEST_F(StreamTest, SaysThatItIsAlive) {
  options.heartbeat = milliseconds(100);
  serve();
  Local reader(options.socket_path);
  EXPECT_TRUE(reader.say(get(kFollow)).hears("\n: alive\n\n"));
  const auto once = reader.heard.size();
  EXPECT_FALSE(reader.hears("nothing else", milliseconds(500)));
  EXPECT_GT(reader.heard.size(), once + 10) << "again and again";
}

TEST_F(StreamTest, GivesItsPlaceBackWhenTheClientVanishes) {
  options.max_streams = 1;
  serve();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(eventually([this] {
      Local reader(options.socket_path);
      reader.say(get(kFollow)).hears("\r\n\r\n");
      return reader.heard.starts_with("HTTP/1.1 200");
    })) << "long before a heartbeat, or a write that fails";
  }
}

TEST_F(StreamTest, LeavesRoomForCommandsAndHealth) {
  options.max_connections = 64;
  options.max_streams = 32;
  serve();
  std::list<Local> readers;
  int served = 0;
  int refused = 0;
  for (int i = 0; i < 64; ++i) {
    auto& reader = readers.emplace_back(options.socket_path);
    ASSERT_TRUE(reader.say(get(kFollow)).hears("\r\n\r\n"));
    served += reader.heard.starts_with("HTTP/1.1 200") ? 1 : 0;
    refused += reader.heard.starts_with("HTTP/1.1 503") ? 1 : 0;
  }
  EXPECT_EQ(served, 32);
  EXPECT_EQ(refused, 32);
  EXPECT_THAT(readers.back().heard, HasSubstr("too many streams"));
  EXPECT_TRUE(healthy());
  // All places of the socket are held: 32 streams, and 32 that were refused and stay.
  EXPECT_EQ(ask("GET", Target::of("healthz")).status, 200);
  EXPECT_EQ(ask("GET", Target::of("api", "v1", "apps")).status, 503);
  for (int i = 0; i < 32; ++i)
    readers.pop_back();
  EXPECT_TRUE(
      eventually([this] { return ask("GET", Target::of("api", "v1", "apps")).status == 200; }));
  record("to all");
  for (auto& reader : readers)
    EXPECT_TRUE(reader.hears("to all"));
}

TEST_F(StreamTest, EndsForAReaderThatNeverReads) {
  options.idle_deadline = milliseconds(300);
  serve();
  Local reader(options.socket_path);
  ASSERT_TRUE(reader.say(get(kFollow)).hears("retry"));
  const auto begin = steady_clock::now();
  for (int i = 0; i < 1000; ++i)
    record(std::string(4000, 'x'));
  EXPECT_TRUE(healthy());
  EXPECT_TRUE(eventually([this] {
    bool said = false;
    on_loop([&] {
      said = std::ranges::find(logged, "stream ended: its reader does not read") != logged.end();
    });
    return said;
  }));
  EXPECT_LT(steady_clock::now() - begin, seconds(15));
  EXPECT_TRUE(reader.ends());
  EXPECT_LT(reader.heard.size(), 1'000'000u) << "what the kernel held, not four megabytes";
}

TEST_F(StreamTest, EndsAtOnceWhenTheServerStops) {
  serve();
  Local reader(options.socket_path);
  ASSERT_TRUE(reader.say(get(kFollow)).hears("retry"));
  Local watcher(options.socket_path);
  ASSERT_TRUE(watcher.say(get("/api/v1/apps?watch=true")).hears("BOOKMARK"));
  const auto begin = steady_clock::now();
  on_loop([this] { server->stop(); });
  EXPECT_TRUE(reader.ends(seconds(5)));
  EXPECT_TRUE(watcher.ends(seconds(5)));
  EXPECT_LT(steady_clock::now() - begin, seconds(2));
  // The view may go now: nothing looks at it any more.
  on_loop([this] { view.change_rows.news(); });
}

TEST_F(StreamTest, IsNotChunkedForAnOldClientAndEmptyForAHead) {
  serve();
  record("told");
  Local old(options.socket_path);
  ASSERT_TRUE(old.say("GET " + std::string(kFollow) + " HTTP/1.0\r\n\r\n").hears("told"));
  EXPECT_THAT(old.heard, Not(HasSubstr("chunked")));
  EXPECT_THAT(old.heard, HasSubstr("\r\n\r\nretry: 2000\n\nid: "));
  Local head(options.socket_path);
  ASSERT_TRUE(head.say("HEAD " + std::string(kFollow) + " HTTP/1.1\r\nHost: x\r\n\r\n").ends());
  EXPECT_THAT(head.heard, AllOf(HasSubstr("text/event-stream"), Not(HasSubstr("told"))));
}

TEST_F(StreamTest, IsForTheUnixSocketOnly) {
  serve();
  EXPECT_THAT(exchange(get(kFollow, "Connection: close\r\n")), StartsWith("HTTP/1.1 403"));
}

// ---- Handlers ----

Task<Response> tell_who(const Call& call) {
  const auto& who = call.request.who;
  Response response;
  response.body = who ? std::to_string(who->uid) + " " + std::to_string(who->gid) + " " +
                            std::to_string(who->pid)
                      : "nobody";
  co_return response;
}

Task<Response> sleep_long(const Call& call) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  timer.expires_after(milliseconds(call.target.parameter("ms") == "300" ? 300 : 60'000));
  co_await timer.async_wait(boost::asio::use_awaitable);
  Response response;
  response.body = "slept";
  co_return response;
}

Task<Response> measure(const Call& call) {
  Response response;
  response.body = std::to_string(call.request.body.size());
  co_return response;
}

constexpr Route kTable[] = {
    {"GET", "/who", "", Access::kPublic, "", tell_who},
    {"GET", "/sleep", "ms", Access::kLocal, "", sleep_long},
    {"POST", "/measure", "", Access::kLocal, "", measure, true},
    {"GET", "/healthz", "", Access::kMonitoring, "", tell_who},
};

TEST_F(StreamTest, KnowsWhoAsksOverTheSocketAndNobodyOverTcp) {
  table = kTable;
  serve();
  EXPECT_EQ(
      ask("GET", Target::of("who")).body,
      std::to_string(getuid()) + " " + std::to_string(getgid()) + " " + std::to_string(getpid()));
  EXPECT_THAT(exchange("GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              HasSubstr("\r\n\r\nnobody"));
}

TEST_F(StreamTest, PassesWhoCommandedOn) {
  serve();
  EXPECT_EQ(ask("POST", Target::of("api", "v1", "reconcile").with("app", "shop")).status, 202);
  on_loop([this] {
    EXPECT_EQ(commands.asked_by, "uid " + std::to_string(getuid()));
    EXPECT_THAT(logged, Contains("command received"));
  });
}

TEST_F(StreamTest, TakesABodyUpToItsLimit) {
  table = kTable;
  serve();
  EXPECT_EQ(ask("POST", Target::of("measure"), std::string(4096, 'x')).body, "4096");
  const auto large = ask("POST", Target::of("measure"), std::string(4097, 'x'));
  EXPECT_EQ(large.status, 413);
  EXPECT_THAT(large.body, HasSubstr("too large"));
  EXPECT_EQ(ask("POST", Target::of("measure")).body, "0");
}

TEST_F(StreamTest, WaitsForAHandlerWithoutKeepingOthers) {
  table = kTable;
  serve();
  Local sleeper(options.socket_path);
  sleeper.say(get("/sleep?ms=300"));
  EXPECT_TRUE(healthy());
  EXPECT_THAT(sleeper.heard, Not(HasSubstr("slept")));
  EXPECT_TRUE(sleeper.hears("slept"));
}

TEST_F(StreamTest, EndsAWaitingHandlerWhenTheServerStops) {
  table = kTable;
  serve();
  Local sleeper(options.socket_path);
  sleeper.say(get("/sleep"));
  EXPECT_FALSE(sleeper.ends(milliseconds(200)));
  on_loop([this] { server->stop(); });
  EXPECT_TRUE(sleeper.ends(seconds(5)));
}

// ---- The command line's side ----

class FollowTest : public StreamTest {
 protected:
  Following following() const {
    Following out;
    out.socket_path = options.socket_path;
    out.target = Target::of("api", "v1", "events").with("follow", "true");
    out.take = [](const SentEvent&) { return true; };
    return out;
  }
  Reply refusal;
};

TEST_F(FollowTest, GivesEventsUntilThatIsEnough) {
  serve();
  record("one");
  record("two");
  auto all = following();
  std::vector<std::string> ids;
  all.take = [&](const SentEvent& event) {
    EXPECT_EQ(event.type, "recorded");
    ids.push_back(event.id);
    return ids.size() < 2;
  };
  const auto ended = follow(all, refusal);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(*ended, Followed::kEnough);
  EXPECT_THAT(ids, testing::ElementsAre(position_id(view, 1), position_id(view, 2)));
  all.last_event_id = ids[0];
  ids = {""};
  EXPECT_EQ(follow(all, refusal), Followed::kEnough);
  EXPECT_THAT(ids, testing::ElementsAre("", position_id(view, 2)));
}

TEST_F(FollowTest, EndsWithTheReaderOfItsOutputThoughNothingHappens) {
  serve();
  int pipe[2];
  ASSERT_EQ(pipe2(pipe, O_CLOEXEC), 0);
  auto quiet = following();
  quiet.output = pipe[1];
  std::thread reader([&] {
    std::this_thread::sleep_for(milliseconds(200));
    close(pipe[0]);
  });
  const auto begin = steady_clock::now();
  const auto ended = follow(quiet, refusal);
  EXPECT_LT(steady_clock::now() - begin, seconds(5));
  EXPECT_EQ(ended, Followed::kReaderGone);
  reader.join();
  close(pipe[1]);
}

TEST_F(FollowTest, GoesOnWhereTheOutputIsAFile) {
  serve();
  record("one");
  auto filed = following();
  filed.output = open((folder / "out").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  filed.take = [](const SentEvent&) { return false; };
  EXPECT_EQ(follow(filed, refusal), Followed::kEnough);
  close(filed.output);
}

TEST_F(FollowTest, SaysThatTheDaemonHasGone) {
  serve();
  std::thread end([this] {
    std::this_thread::sleep_for(milliseconds(200));
    on_loop([this] { server->stop(); });
  });
  const auto ended = follow(following(), refusal);
  end.join();
  ASSERT_FALSE(ended);
  EXPECT_THAT(ended.error().message, HasSubstr("hung up"));
}

TEST_F(FollowTest, SendsNothingThatIsMoreThanOneRequest) {
  serve();
  auto hostile = following();
  hostile.last_event_id = "1\r\nX: y";
  EXPECT_FALSE(follow(hostile, refusal));
  hostile.last_event_id = "";
  hostile.target = Target::of("api", "..", "v1");
  EXPECT_FALSE(follow(hostile, refusal));
  EXPECT_FALSE(request(options.socket_path, "GET / HTTP/1.1\r\n\r\nGET", Target::of("who")));
}

TEST_F(FollowTest, HandsOverARefusal) {
  serve();
  auto wrong = following();
  wrong.target = wrong.target.with("last", "many");
  EXPECT_EQ(follow(wrong, refusal), Followed::kRefused);
  EXPECT_EQ(refusal.status, 400);
  EXPECT_THAT(refusal.body, HasSubstr("number of events"));
  wrong.socket_path = "/nonexistent/fairlead.sock";
  const auto nobody = follow(wrong, refusal);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().reason, Reason::kNotFound);
}

}  // namespace
}  // namespace fairlead::api
