// The text of a stream: what is written is what is read, wherever the pieces end.
#include "api/sent_events.h"

#include <gmock/gmock.h>

#include <vector>

namespace fairlead::api {
namespace {

using testing::ElementsAre;

struct Reading {
  std::vector<std::string> events;
  SentEventReader reader;
  Status feed(std::string_view bytes) {
    return reader.feed(bytes, [this](const SentEvent& event) {
      events.push_back(event.id + "|" + event.type + "|" + event.data);
    });
  }
};

TEST(SentEvents, AreReadWhereverAPieceEnds) {
  const std::string text = std::string(kRetryLine) + sent_text({"1-7", "ADDED", R"({"a": 1})"}) +
                           kHeartbeat + sent_text({"", "", "two\nlines\n"}) +
                           "id:2\nevent:gap\ndata\n\nevent: nothing without data\n\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Reading reading;
    ASSERT_TRUE(reading.feed(std::string_view(text).substr(0, cut)));
    ASSERT_TRUE(reading.feed(std::string_view(text).substr(cut)));
    EXPECT_THAT(reading.events, ElementsAre(R"(1-7|ADDED|{"a": 1})", "||two\nlines\n", "2|gap|"))
        << cut;
  }
}

TEST(SentEvents, WithoutEndAreRefused) {
  Reading reading;
  const std::string piece(std::size_t{1} << 20, 'x');
  Status fed;
  for (int i = 0; i < 80 && fed; ++i)
    fed = reading.feed(piece);
  EXPECT_FALSE(fed);
}

}  // namespace
}  // namespace fairlead::api
