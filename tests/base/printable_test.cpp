#include "base/printable.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("plain: äöü → 日本 😀"), "plain: äöü → 日本 😀");
  EXPECT_EQ(printable("\x1b[2J"), "\\u001b[2J");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(printable("\x7f"), "\\u007f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\u009b2J");  // C1: CSI
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\u202eb");  // right-to-left override
  EXPECT_EQ(printable("a\xe2\x81\xa6"
                      "b"),
            "a\\u2066b");  // isolate
  EXPECT_EQ(printable("a\xe2\x80\xa8"
                      "b"),
            "a\\u2028b");  // line separator
  EXPECT_EQ(printable("a\xe2\x80\x8b"
                      "b"),
            "a\\u200bb");                                        // no width
  EXPECT_EQ(printable("a\xf3\xa0\x81\x81"), "a\\udb40\\udc41");  // a tag
  EXPECT_EQ(printable("\xff"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\u0000b");
}

TEST(Printable, KeepsSerialisedTextsWhatTheyAre) {
  EXPECT_EQ(printable("a: \"\\n\xc2\x85\"\nb: 1\n", Escape::kYaml), "a: \"\\n\\u0085\"\nb: 1\n");
  EXPECT_EQ(printable("\"\xf3\xa0\x81\x81\"", Escape::kYaml), "\"\\U000e0041\"");
  EXPECT_EQ(printable("\"\xf3\xa0\x81\x81\"", Escape::kJson), "\"\\udb40\\udc41\"");
  EXPECT_EQ(printable("a\"b\\c", Escape::kQuoted), "a\\\"b\\\\c");
}

TEST(Printable, HidesPasswordsBeforeHosts) {
  EXPECT_EQ(without_passwords("Get https://bob:hunter2@r.example/v2/: no"),
            "Get https://bob:***@r.example/v2/: no");
  EXPECT_EQ(without_passwords("`bob:hunter2@r.example/x`"), "`bob:***@r.example/x`");
  EXPECT_EQ(without_passwords("a:b@c d:e@f"), "a:***@c d:***@f");
  EXPECT_EQ(without_passwords("redis://:pa:ss@w@h/0"), "redis://:***@h/0");
  const std::string digest = "r.example:5000/app:1@sha256:" + std::string(64, 'a');
  EXPECT_EQ(without_passwords(digest), digest);
  EXPECT_EQ(without_passwords("mail bob@example"), "mail bob@example");
  EXPECT_EQ(without_passwords("NAME, NAME:TAG or HOST:PORT/NAME, and @DIGEST behind it"),
            "NAME, NAME:TAG or HOST:PORT/NAME, and @DIGEST behind it");
  EXPECT_EQ(without_passwords(""), "");
}

TEST(Printable, HidesPasswordsOfUrlsUpToTheLastAtSign) {
  for (const char* password : {"pa,ss(WORDSEK", "pa;ss", "a{b}<c>", "p@a,s@s", "(", "a:b,c"})
    EXPECT_EQ(without_passwords("`postgres://joe:" + std::string(password) + "@db` no"),
              "`postgres://joe:***@db` no")
        << password;
  EXPECT_EQ(without_passwords("amqp://a:b@h1,amqp://c:d@h2/x"),
            "amqp://a:***@h1,amqp://c:***@h2/x");
  EXPECT_EQ(without_passwords("see https://r.example:5000/v2/ (mail bob@example)"),
            "see https://r.example:5000/v2/ (mail bob@example)");
  EXPECT_EQ(without_passwords("\"redis://:a,b@h\" 'c:d@e'"), "\"redis://:***@h\" 'c:***@e'");
}

TEST(Printable, ShortensBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc… (4 bytes)");
  EXPECT_EQ(shortened("aää", 2), "a… (5 bytes)");
}

}  // namespace
}  // namespace fairlead
