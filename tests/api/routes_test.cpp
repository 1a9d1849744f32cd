// What each path answers, to whom; no sockets.
#include "api/routes.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>

#include "api/address.h"
#include "base/log.h"
#include "tests/support/fake_view.h"

namespace fairlead::api {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Routes : public testing::Test {
 protected:
  Response run(const Request& request, std::span<const Route> table = routes()) {
    const Context context{view, commands, *metrics, log};
    boost::asio::io_context io;
    Response out;
    boost::asio::co_spawn(io, answer(context, table, request),
                          [&out](const std::exception_ptr& failed, Answer given) {
                            EXPECT_FALSE(failed);
                            out = std::move(given.response);
                          });
    io.run();
    return out;
  }
  Response ask(const std::string& method, const std::string& target, bool local = true,
               bool host_ours = true) {
    Request request;
    request.method = method;
    request.target = target;
    request.local = local;
    request.host_ours = host_ours;
    if (local) request.who = Identity{1001, 100, 42};
    return run(request);
  }
  json::value get(const std::string& target) {
    const auto response = ask("GET", target);
    EXPECT_EQ(response.status, 200) << target << "\n" << response.body;
    boost::system::error_code bad;
    auto value = json::parse(response.body, bad);
    EXPECT_FALSE(bad) << response.body;
    return value;
  }

  VirtualClock clock;
  std::vector<LogRecord> logged;
  Logger log{clock, [this](const LogRecord& record) { logged.push_back(record); }};
  test::FakeView view = test::populated_view();
  test::FakeCommands commands;
  std::unique_ptr<metrics::Metrics> metrics = metrics::make_metrics(view, log, {"1", "c", "cc"});
};

// The last place where a password of a URL can be hidden, whoever said it.
TEST_F(Routes, HidePasswordsInEveryText) {
  auto& shop = view.app_rows.at("shop");
  shop.conditions.at(0).message = "at https://bob:c4n4ry@h/";
  shop.drift.at(0).actual = "bob:c4n4ry@h";
  shop.containers.at(0).error = "redis://:c4n4ry@h";
  shop.last_plan = {"replace: url is bob:c4n4ry@h"};
  for (const char* path : {"/api/v1/apps", "/api/v1/apps/shop", "/api/v1/apps/shop/drift"})
    EXPECT_THAT(ask("GET", path).body, Not(HasSubstr("c4n4ry"))) << path;
  EXPECT_EQ(get("/api/v1/apps/shop").at_pointer("/conditions/0/message"), "at https://bob:***@h/");
}

TEST_F(Routes, ShowAnAppWithEverythingThatExplainsIt) {
  const auto shop = get("/api/v1/apps/shop");
  EXPECT_EQ(shop.at("name"), "shop");
  EXPECT_EQ(shop.at("sync"), "OutOfSync");
  EXPECT_EQ(shop.at_pointer("/conditions/0/reason"), "SubnetOverlap");
  EXPECT_EQ(shop.at_pointer("/drift/0/field"), "networks.front.aliases");
  EXPECT_EQ(shop.at_pointer("/containers/0/name"), "shop-web-1");
  EXPECT_EQ(get("/api/v1/apps").at("items").as_array().size(), 2u);
  EXPECT_EQ(get("/api/v1/apps/shop/drift").at("items").as_array().size(), 2u);
  EXPECT_EQ(get("/api/v1/networks").at_pointer("/items/0/app"), "shop");
  EXPECT_EQ(get("/api/v1/files").at("items").as_array().size(), 2u);
}

TEST_F(Routes, TakeAnEncodedKey) {
  EXPECT_EQ(get("/api/v1/apps/network%2Fedge").at("kind"), "Network");
}

TEST_F(Routes, SayNotFoundWithANextStep) {
  const auto response = ask("GET", "/api/v1/apps/nothing");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("fairlead get apps"));
  EXPECT_EQ(ask("GET", "/api/v1/apps/nothing/plan").status, 404);
  EXPECT_EQ(ask("GET", "/nowhere").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/apps/a/b/c/d").status, 404);
}

TEST_F(Routes, ServeOnlyMonitoringToTheNetwork) {
  for (const char* path : {"/metrics", "/healthz", "/readyz"})
    EXPECT_EQ(ask("GET", path, false, false).status, 200) << path;
  for (const auto& route : routes()) {
    if (route.access != Access::kLocal) continue;
    std::string path = route.pattern;
    if (const auto at = path.find("{name}"); at != std::string::npos) path.replace(at, 6, "shop");
    EXPECT_EQ(ask(route.method, path, false, true).status, 403) << path;
    EXPECT_EQ(ask(route.method, path, false, false).status, 421) << path << ": DNS rebinding";
  }
  EXPECT_THAT(commands.reconciled, IsEmpty());
  EXPECT_THAT(commands.pruned, IsEmpty());
}

TEST_F(Routes, AnswerAWrongMethodWithTheRightOne) {
  const auto response = ask("DELETE", "/api/v1/apps");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.allow, "GET, HEAD");
  EXPECT_EQ(ask("GET", "/api/v1/prune?app=shop").status, 405) << "a link must not prune";
  EXPECT_EQ(ask("HEAD", "/metrics").status, 200);
}

TEST_F(Routes, PassCommandsOnAndTheirRefusalsBack) {
  EXPECT_EQ(ask("POST", "/api/v1/reconcile?app=shop").status, 202);
  EXPECT_EQ(ask("POST", "/api/v1/reconcile").status, 202);
  EXPECT_THAT(commands.reconciled, ElementsAre("shop", ""));
  EXPECT_EQ(ask("POST", "/api/v1/prune?app=a&app=b").status, 202);
  EXPECT_THAT(commands.pruned, ElementsAre("a", "b"));
  EXPECT_EQ(ask("POST", "/api/v1/prune").status, 400) << "consent is given by name";
  commands.refusal = Error{ErrorClass::kBlocked, Reason::kPruneBlocked, "not gone", "remove it"};
  const auto refused = ask("POST", "/api/v1/prune?app=a");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("PruneBlocked"));
}

TEST_F(Routes, GiveEventsAfterASequenceNumber) {
  for (std::uint64_t i = 1; i <= 3; ++i) {
    controller::EventRecord event;
    event.sequence = i;
    event.app = i == 2 ? "other" : "shop";
    event.reason = "R";
    view.event_rows.push_back(event);
  }
  EXPECT_EQ(get("/api/v1/events").at("items").as_array().size(), 3u);
  EXPECT_EQ(get("/api/v1/events?after=2").at("items").as_array().size(), 1u);
  EXPECT_EQ(get("/api/v1/events?app=shop").at("items").as_array().size(), 2u);
  EXPECT_EQ(ask("GET", "/api/v1/events?after=-1").status, 400);
}

TEST_F(Routes, HealthIsTheLoopAndReadinessTheView) {
  EXPECT_EQ(ask("GET", "/readyz").body, "ok\n");
  view.turning = false;
  EXPECT_EQ(ask("GET", "/healthz").status, 503);
  view.turning = true;
  view.engine_status.up = false;
  view.engine_status.last_error = "connection refused";
  EXPECT_EQ(ask("GET", "/healthz").status, 200) << "a dead engine is no reason for a restart";
  const auto unready = ask("GET", "/readyz");
  EXPECT_EQ(unready.status, 503);
  EXPECT_THAT(unready.body, HasSubstr("connection refused"));
  EXPECT_THAT(ask("GET", "/readyz?verbose").body, HasSubstr("[+]"));
}

TEST_F(Routes, RefuseTargetsThatCannotBeRead) {
  for (const char* target : {"", "no-slash", "/%zz", "/api/v1/apps/%", "http://evil/"})
    EXPECT_GE(ask("GET", target).status, 400) << target;
}

TEST_F(Routes, KeepJsonWholeWhateverTheEngineSays) {
  view.app_rows["shop"].containers[0].error = "bad \xFF byte \x1b[2J \"quote\"";
  EXPECT_THAT(get("/api/v1/apps/shop").at_pointer("/containers/0/error").as_string().c_str(),
              HasSubstr("bad \xEF\xBF\xBD byte"));
}

// A misspelt word must not mean "all".
TEST_F(Routes, RefuseParametersAndValuesThatMeanNothing) {
  struct Bad {
    const char* method;
    const char* target;
    const char* allowed;
  };
  const Bad all[] = {
      {"GET", "/api/v1/events?folow=true", "app, after, last, follow"},
      {"GET", "/api/v1/events?follow=yes", "true or false"},
      {"GET", "/api/v1/events?after=x", "sequence number"},
      {"GET", "/api/v1/events?after=1-2-3", "sequence number"},
      {"GET", "/api/v1/events?after=99999999999999999999", "sequence number"},
      {"GET", "/api/v1/events?last=-1", "number of events"},
      {"GET", "/api/v1/apps?watch=2", "true or false"},
      {"GET", "/api/v1/apps?after=2", "watch=true"},
      {"GET", "/api/v1/apps?watch=true&after=", "sequence number"},
      {"GET", "/api/v1/apps/shop/plan?app=shop", "takes none"},
      {"POST", "/api/v1/reconcile?name=shop", "takes app"},
  };
  for (const auto& [method, target, allowed] : all) {
    const auto response = ask(method, target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body, HasSubstr(allowed)) << target;
  }
  EXPECT_THAT(commands.reconciled, IsEmpty());
  EXPECT_EQ(ask("GET", "/metrics?debug=1", false, false).status, 200) << "a scraper's own";
}

TEST_F(Routes, RefuseABodyThatNobodyReads) {
  Request request;
  request.method = "POST";
  request.target = "/api/v1/reconcile";
  request.local = true;
  request.body = R"({"app": "shop"})";
  EXPECT_EQ(run(request).status, 400);
  EXPECT_THAT(commands.reconciled, IsEmpty()) << "all, where one was meant";
}

TEST_F(Routes, SayWhoCommanded) {
  ask("POST", "/api/v1/reconcile?app=shop");
  EXPECT_EQ(commands.asked_by, "uid 1001");
  ask("POST", "/api/v1/prune?app=gone");
  EXPECT_EQ(commands.asked_by, "uid 1001");
  ask("POST", "/api/v1/prune");
  ask("GET", "/api/v1/apps");
  std::vector<std::string> lines;
  for (const auto& record : logged) {
    if (record.message != "command received") continue;
    EXPECT_EQ(record.level, LogLevel::kInfo);
    lines.emplace_back();
    for (const auto& field : record.fields) {
      const auto* number = std::get_if<std::int64_t>(&field.value);
      lines.back() +=
          std::string(field.key) + "=" +
          (number != nullptr ? std::to_string(*number) : std::get<std::string>(field.value)) + " ";
    }
  }
  EXPECT_THAT(lines, ElementsAre("path=/api/v1/reconcile?app=shop uid=1001 pid=42 status=202 ",
                                 "path=/api/v1/prune?app=gone uid=1001 pid=42 status=202 ",
                                 "path=/api/v1/prune uid=1001 pid=42 status=400 "));
}

TEST_F(Routes, ListThemselves) {
  const auto listed = get("/api/v1").at("items").as_array();
  ASSERT_EQ(listed.size(), routes().size());
  for (std::size_t i = 0; i < listed.size(); ++i) {
    EXPECT_EQ(listed[i].at("path"), routes()[i].pattern);
    EXPECT_NE(listed[i].at("about").as_string(), "");
    EXPECT_THAT(ask("GET", "/").body, HasSubstr(routes()[i].pattern));
  }
}

TEST_F(Routes, GiveTheLastEventsOfAnApp) {
  for (std::uint64_t i = 1; i <= 6; ++i) {
    controller::EventRecord event;
    event.sequence = i;
    event.app = i % 2 == 0 ? "other" : "shop";
    view.event_rows.push_back(event);
  }
  const auto last = get("/api/v1/events?app=shop&last=2").at("items").as_array();
  ASSERT_EQ(last.size(), 2u);
  EXPECT_EQ(last[0].at("sequence"), 3);
  EXPECT_EQ(last[1].at("sequence"), 5);
  EXPECT_EQ(get("/api/v1/events?last=0").at("items").as_array().size(), 0u);
  EXPECT_EQ(get("/api/v1/events?last=100").at("items").as_array().size(), 6u);
  EXPECT_EQ(get("/api/v1/events?after=5&last=3").at("items").as_array().size(), 1u);
}

Task<Response> echo(const Call& call) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  timer.expires_after(std::chrono::milliseconds(1));
  co_await timer.async_wait(boost::asio::use_awaitable);
  Response response;
  response.status = 201;
  response.body = call.name + ": " + call.request.body;
  co_return response;
}

Task<Response> fault(const Call&) {
  throw std::runtime_error("out of ideas");
  co_return Response();
}

TEST_F(Routes, MayWaitTakeABodyAndFail) {
  const Route table[] = {
      {"POST", "/echo/{name}", "", Access::kLocal, "says it again", echo, true},
      {"GET", "/fault", "", Access::kLocal, "fails", fault},
  };
  Request request;
  request.method = "POST";
  request.target = "/echo/me";
  request.local = true;
  request.body = "hello";
  const auto echoed = run(request, table);
  EXPECT_EQ(echoed.status, 201);
  EXPECT_EQ(echoed.body, "me: hello");
  request.method = "GET";
  request.target = "/fault";
  request.body.clear();
  const auto failed = run(request, table);
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("out of ideas"));
}

TEST(Address, ReadsListenAddresses) {
  EXPECT_EQ(parse_listen("127.0.0.1:9478")->port, 9478);
  EXPECT_EQ(parse_listen("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_listen(":80")->host, "0.0.0.0");
  for (const char* bad :
       {"", "9478", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "name.example:1", "127.0.0.1:x"})
    EXPECT_FALSE(parse_listen(bad)) << bad;
}

TEST(Address, AnswersOnlyToItsOwnNames) {
  for (const char* ours : {"localhost", "localhost:9478", "127.0.0.1:9478", "[::1]:9478"})
    EXPECT_TRUE(host_is_ours(ours, "127.0.0.1", "127.0.0.1")) << ours;
  EXPECT_TRUE(host_is_ours("10.0.0.5:9478", "0.0.0.0", "10.0.0.5"));
  for (const char* foreign : {"evil.example", "evil.example:9478", "localhost.evil.example", ""})
    EXPECT_FALSE(host_is_ours(foreign, "127.0.0.1", "127.0.0.1")) << foreign;
}

}  // namespace
}  // namespace fairlead::api
