// One encoding for every request, and what a server makes of a target.
#include "base/target.h"

#include <gmock/gmock.h>

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string all_bytes() {
  std::string text;
  for (int c = 0; c < 256; ++c)
    text += static_cast<char>(c);
  return text;
}

TEST(Target, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(Target::of("a/b", "c d").text(), "/a%2Fb/c%20d");
  EXPECT_EQ(Target::of("aZ09-_.~").text(), "/aZ09-_.~");
  EXPECT_EQ(Target::of("x").with("k&", "a=b&c#\r\n\x7F\xFF").text(),
            "/x?k%26=a%3Db%26c%23%0D%0A%7F%FF");
  EXPECT_EQ(Target::of("images").add_path("team/app").with("a", "1").with("b", "+").text(),
            "/images/team/app?a=1&b=%2B");
  EXPECT_EQ(Target::of("info").with("a", "").under("v1.41").text(), "/v1.41/info?a=");
}

TEST(Target, IsOneWordWhateverItHolds) {
  EXPECT_TRUE(is_one_word(Target::of(all_bytes()).with(all_bytes(), all_bytes()).text()));
}

TEST(Target, IsNoneThatLeadsElsewhere) {
  for (const char* part : {"", ".", ".."}) {
    EXPECT_FALSE(Target::of("containers", part, "json").valid()) << part;
    EXPECT_FALSE(Target::of("x").under(part).valid()) << part;
  }
  EXPECT_FALSE(Target::of("images").add_path("a//b").valid());
  EXPECT_FALSE(Target::of("images").add_path("../b").valid());
}

TEST(Target, IsReadAsItWasWritten) {
  const std::string bytes = all_bytes();
  const auto read = parse_target(Target::of("apps", bytes).with("q", bytes).with(bytes, "").text());
  ASSERT_TRUE(read);
  EXPECT_THAT(read->segments, ElementsAre("apps", bytes));
  EXPECT_THAT(read->query, ElementsAre(Pair("q", bytes), Pair(bytes, "")));
}

TEST(ParsedTarget, SplitsBeforeItDecodes) {
  const auto read = parse_target("/api/network%2Fedge?app=a+b%2Bc&app=&verbose&x=%26=");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->segments, ElementsAre("api", "network/edge"));
  EXPECT_THAT(read->parameters("app"), ElementsAre("a b+c", ""));
  EXPECT_EQ(read->parameter("app"), "a b+c");
  EXPECT_EQ(read->parameter("verbose"), "");
  EXPECT_EQ(read->parameter("x"), "&=");
  EXPECT_EQ(read->parameter("y"), std::nullopt);
  EXPECT_THAT(parse_target("/")->segments, IsEmpty());
}

// A path of dots is no other path here: it names nothing.
TEST(ParsedTarget, LeavesDotsAndEmptySegmentsAsTheyAre) {
  EXPECT_THAT(parse_target("/a/../b")->segments, ElementsAre("a", "..", "b"));
  EXPECT_THAT(parse_target("/a//b")->segments, ElementsAre("a", "", "b"));
  EXPECT_THAT(parse_target("/a/")->segments, ElementsAre("a", ""));
}

TEST(ParsedTarget, IsNoneOfWhatIsNoTarget) {
  for (const char* text : {"", "no-slash", "/%zz", "/%", "/%1", "/a b", "/a#b", "/\n", "/\x7F",
                           "http://evil/", "*", "/a?b=%", "?a=b"})
    EXPECT_FALSE(parse_target(text)) << text;
  EXPECT_FALSE(parse_target("/" + std::string(2 << 20, 'a')));
}

}  // namespace
}  // namespace fairlead
