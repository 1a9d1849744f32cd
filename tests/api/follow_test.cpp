// The two streams as what they say, pulled by hand: no sockets.
#include "api/follow.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/sent_events.h"
#include "tests/support/fake_view.h"

namespace fairlead::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Streams : public testing::Test {
 protected:
  void record(const std::string& app, std::string message = "m") {
    controller::EventRecord event;
    event.sequence = ++sequence;
    event.app = app;
    event.message = std::move(message);
    view.event_rows.push_back(event);
    view.change_rows.news();
  }
  void forget(std::size_t events) {
    for (std::size_t i = 0; i < events; ++i) {
      view.forgotten = view.event_rows.front().sequence;
      view.event_rows.pop_front();
    }
  }
  void put(const std::string& app) {
    view.app_rows[app].name = app;
    view.change_rows.changed(app);
  }
  void remove(const std::string& app) {
    view.app_rows.erase(app);
    view.change_rows.gone(app);
  }

  // All that there is: "recorded 3", "ADDED shop", "gap".
  std::vector<std::string> drain(Source& source) {
    std::vector<std::string> out;
    SentEventReader reader;
    for (auto piece = source.take(); !piece.empty(); piece = source.take()) {
      ++pieces;
      largest = std::max(largest, piece.size());
      const auto fed = reader.feed(piece, [&](const SentEvent& event) {
        if (!event.id.empty()) last_id = event.id;
        const auto data = boost::json::parse(event.data).as_object();
        const auto* number = data.if_contains("sequence");
        const auto* key = data.if_contains("key");
        const auto* said = data.if_contains("message");
        out.push_back(event.type + (number != nullptr ? " " + boost::json::serialize(*number)
                                    : key != nullptr  ? " " + std::string(key->as_string())
                                                      : ""));
        if (event.type == "gap") gap = said->as_string();
      });
      EXPECT_TRUE(fed);
    }
    return out;
  }
  std::optional<Position> after(const std::string& id) { return parse_position(view, id); }

  test::FakeView view;
  std::uint64_t sequence = 0;
  std::string last_id, gap;
  std::size_t pieces = 0, largest = 0;
};

TEST_F(Streams, OfEventsTellEachOnceAsItComes) {
  record("shop");
  record("other");
  const auto source = follow_events(view, {});
  EXPECT_THAT(drain(*source), ElementsAre("recorded 1", "recorded 2"));
  EXPECT_THAT(drain(*source), IsEmpty());
  record("shop");
  view.event_rows.pop_front();  // a repeat of the first takes its place
  EXPECT_THAT(drain(*source), ElementsAre("recorded 3"));
}

TEST_F(Streams, OfEventsBeginWhereTheyAreAsked) {
  for (const char* app : {"shop", "other", "shop", "other", "shop"})
    record(app);
  const auto from = [this](EventQuery query) {
    return drain(*follow_events(view, std::move(query)));
  };
  EXPECT_THAT(from({"shop", {}, {}}), ElementsAre("recorded 1", "recorded 3", "recorded 5"));
  EXPECT_THAT(from({"shop", {}, 2}), ElementsAre("recorded 3", "recorded 5"));
  EXPECT_THAT(from({{}, {}, 0}), IsEmpty());
  EXPECT_THAT(from({{}, after("4"), {}}), ElementsAre("recorded 5"));
  EXPECT_THAT(from({{}, after(position_id(view, 3)), {}}), ElementsAre("recorded 4", "recorded 5"));
  EXPECT_THAT(from({{}, after("5"), {}}), IsEmpty());
}

TEST_F(Streams, OfEventsSayWhatTheyHaveMissed) {
  for (int i = 0; i < 6; ++i)
    record("shop");
  forget(3);
  const auto from = [this](const std::string& id) {
    return drain(*follow_events(view, {{}, after(id), {}}));
  };
  EXPECT_THAT(from("3"), ElementsAre("recorded 4", "recorded 5", "recorded 6")) << "nothing missed";
  EXPECT_THAT(from("2"), ElementsAre("gap", "recorded 4", "recorded 5", "recorded 6"));
  EXPECT_THAT(gap, HasSubstr("after number 2 are no longer kept"));
  EXPECT_THAT(from("77"), ElementsAre("gap", "recorded 4", "recorded 5", "recorded 6"));
  EXPECT_THAT(from("1-5"), ElementsAre("gap", "recorded 4", "recorded 5", "recorded 6"))
      << "the fifth event of another daemon";
  EXPECT_THAT(gap, HasSubstr("started again"));
  EXPECT_THAT(drain(*follow_events(view, {})),
              ElementsAre("recorded 4", "recorded 5", "recorded 6"))
      << "who has named no place has missed nothing";
}

TEST_F(Streams, OfEventsDropTheOldestForASlowReader) {
  const auto source = follow_events(view, {});
  record("shop");
  EXPECT_THAT(drain(*source), ElementsAre("recorded 1"));
  for (int i = 0; i < 10; ++i)
    record("shop");
  forget(9);
  EXPECT_THAT(drain(*source), ElementsAre("gap", "recorded 10", "recorded 11"));
}

TEST_F(Streams, ComeInPiecesOfABoundedSize) {
  for (int i = 0; i < 1000; ++i) {
    record("shop", std::string(2000, 'x'));
    put("app" + std::to_string(i));
  }
  EXPECT_EQ(drain(*follow_events(view, {})).size(), 1000u);
  EXPECT_GT(pieces, 20u);
  EXPECT_LT(largest, kPieceBytes + 4000);
  const auto watch = watch_apps(view, {});
  EXPECT_EQ(drain(*watch).size(), 1001u);
  for (int i = 0; i < 1000; ++i)
    put("app" + std::to_string(i));
  EXPECT_EQ(drain(*watch).size(), 1000u);
  EXPECT_LT(largest, kPieceBytes + 4000);
}

TEST_F(Streams, OfAppsTellWhatThereIsAndThenWhatChanges) {
  put("a");
  put("network/edge");
  const auto source = watch_apps(view, {});
  EXPECT_THAT(drain(*source), ElementsAre("ADDED a", "ADDED network/edge", "BOOKMARK"));
  EXPECT_THAT(drain(*source), IsEmpty());
  put("b");
  put("a");
  put("a");
  remove("network/edge");
  put("brief");
  remove("brief");
  EXPECT_THAT(drain(*source), ElementsAre("ADDED b", "MODIFIED a", "DELETED network/edge"));
}

TEST_F(Streams, OfAppsGoOnWhereAReaderWas) {
  put("a");
  put("b");
  drain(*watch_apps(view, {}));
  const auto seen = last_id;
  EXPECT_THAT(drain(*watch_apps(view, after(seen))), IsEmpty());
  put("c");
  remove("a");
  EXPECT_THAT(drain(*watch_apps(view, after(seen))), ElementsAre("ADDED c", "DELETED a"));
  EXPECT_THAT(drain(*watch_apps(view, after("1-2"))),
              ElementsAre("gap", "ADDED b", "ADDED c", "BOOKMARK"))
      << "another daemon's";
  for (std::size_t i = 0; i <= controller::Changes::kGoneKept; ++i) {
    put("x");
    remove("x");
    put("x" + std::to_string(i));
    remove("x" + std::to_string(i));
  }
  EXPECT_THAT(drain(*watch_apps(view, after(seen))),
              ElementsAre("gap", "ADDED b", "ADDED c", "BOOKMARK"));
  EXPECT_THAT(gap, HasSubstr("no longer known"));
}

TEST_F(Streams, OfAppsStartAnewForAReaderThatSleptTooLong) {
  put("a");
  const auto source = watch_apps(view, {});
  drain(*source);
  for (std::size_t i = 0; i <= controller::Changes::kGoneKept; ++i) {
    put("x" + std::to_string(i));
    remove("x" + std::to_string(i));
  }
  put("b");
  EXPECT_THAT(drain(*source), ElementsAre("gap", "ADDED a", "ADDED b", "BOOKMARK"));
  put("b");
  EXPECT_THAT(drain(*source), ElementsAre("MODIFIED b"));
}

TEST_F(Streams, WakeWhoWaitsForThem) {
  int woken = 0;
  auto source = follow_events(view, {});
  source->start([&woken] { ++woken; });
  record("shop");
  put("a");
  EXPECT_EQ(woken, 2);
  source.reset();
  record("shop");
  EXPECT_EQ(woken, 2);
}

TEST_F(Streams, ReadIdsAndNothingElse) {
  EXPECT_EQ(after("12")->number, 12u);
  EXPECT_TRUE(after("12")->ours);
  EXPECT_EQ(after(position_id(view, 12))->number, 12u);
  EXPECT_TRUE(after(position_id(view, 12))->ours);
  EXPECT_FALSE(after("5-12")->ours);
  for (const char* text : {"", "-", "1-", "-1", "x", "1-x", "1 ", "+1", "1-2-3", "0x1"})
    EXPECT_FALSE(after(text)) << text;
}

}  // namespace
}  // namespace fairlead::api
