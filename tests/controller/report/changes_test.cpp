// What changed since when: one number is all that a reader keeps.
#include "controller/report/changes.h"

#include <gmock/gmock.h>

#include "controller/report/status_board.h"

namespace fairlead::controller {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "+a", "~a", "-a": appeared, changed, gone.
std::vector<std::string> since(const Changes& changes, std::uint64_t revision) {
  const auto page = changes.since(revision, 1000);
  if (!page) return {"unknown"};
  std::vector<std::string> out;
  for (const auto& change : page->changes)
    out.push_back((!change.there ? "-" : change.appeared ? "+" : "~") + change.key);
  return out;
}

TEST(Changes, TellEachReaderWhatItHasNotSeen) {
  Changes changes;
  changes.changed("a");
  changes.changed("b");
  const auto seen = changes.revision();
  EXPECT_THAT(since(changes, 0), ElementsAre("+a", "+b"));
  EXPECT_THAT(since(changes, seen), IsEmpty());
  changes.changed("a");
  changes.changed("c");
  changes.changed("a");
  EXPECT_THAT(since(changes, seen), ElementsAre("+c", "~a")) << "each once, with its last change";
  EXPECT_THAT(since(changes, 0), ElementsAre("+b", "+c", "+a"));
}

TEST(Changes, TellOfTheGoneOnlyToThoseWhoKnewThem) {
  Changes changes;
  changes.changed("a");
  const auto knows_a = changes.revision();
  changes.changed("b");
  changes.gone("b");
  changes.gone("a");
  changes.gone("never");
  EXPECT_THAT(since(changes, knows_a), ElementsAre("-a"));
  EXPECT_THAT(since(changes, 0), IsEmpty());
  const auto knows_it_went = changes.revision();
  changes.changed("a");
  EXPECT_THAT(since(changes, knows_it_went), ElementsAre("+a"));
}

TEST(Changes, GoOnWhereAPageEnded) {
  Changes changes;
  for (const char* key : {"a", "b", "c", "d", "e"})
    changes.changed(key);
  std::vector<std::string> read;
  std::uint64_t at = 0;
  for (auto page = changes.since(at, 2); !page->changes.empty(); page = changes.since(at, 2)) {
    EXPECT_LE(page->changes.size(), 2u);
    for (const auto& change : page->changes)
      read.push_back(change.key);
    at = page->upto;
  }
  EXPECT_THAT(read, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_EQ(at, changes.revision());
}

TEST(Changes, SayWhenTheyNoLongerKnow) {
  Changes changes;
  changes.changed("stays");
  const auto early = changes.revision();
  for (std::size_t i = 0; i < Changes::kGoneKept; ++i) {
    changes.changed("x" + std::to_string(i));
    changes.gone("x" + std::to_string(i));
  }
  EXPECT_THAT(since(changes, early), IsEmpty());
  changes.changed("one more");
  changes.gone("one more");
  EXPECT_THAT(since(changes, early), ElementsAre("unknown"));
  EXPECT_THAT(since(changes, changes.revision() + 1), ElementsAre("unknown")) << "another daemon's";
  EXPECT_THAT(since(changes, changes.revision()), IsEmpty());
}

TEST(Changes, CallTheirListenersUntilTheseGo) {
  Changes changes;
  int calls = 0;
  auto listener = std::make_shared<const Changes::Listener>([&calls] { ++calls; });
  changes.listen(listener);
  changes.changed("a");
  changes.news();
  changes.gone("a");
  EXPECT_EQ(calls, 3);
  listener.reset();
  changes.changed("a");
  EXPECT_EQ(calls, 3);
}

TEST(StatusBoard, CountsWhatAReaderSeesAsAChange) {
  StatusBoard board;
  {
    const auto edit = board.edit("shop");
  }
  EXPECT_THAT(since(board.changes(), 0), ElementsAre("+shop")) << "a row is there once it is made";
  const auto seen = board.changes().revision();
  {
    const auto edit = board.edit("shop");
    edit.status().last_success = WallTime(std::chrono::seconds(7));
  }
  EXPECT_THAT(since(board.changes(), seen), IsEmpty()) << "looked at again, and nothing is new";
  {
    const auto edit = board.edit("shop");
    edit.status().containers.emplace_back().restarts = 1;
  }
  EXPECT_THAT(since(board.changes(), seen), ElementsAre("~shop"));
  board.erase("shop");
  EXPECT_THAT(since(board.changes(), seen), ElementsAre("-shop"));
  EXPECT_THAT(board.rows(), IsEmpty());
}

}  // namespace
}  // namespace fairlead::controller
