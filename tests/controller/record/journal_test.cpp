#include "controller/record/journal.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

namespace fairlead::controller {
namespace {

using testing::HasSubstr;

boost::json::object change(const std::string& text) {
  return boost::json::parse(text).as_object();
}

const std::string kDocument = journal_document(change(R"({"format":1})"));
const std::string kFirstLine = journal_line(1, change(R"({"engine":"E\n1"})"));
const std::string kSecondLine = journal_line(2, change(R"({"files":{"a":null}})"));

std::string problem(const std::string& bytes) {
  const auto text = read_journal(bytes);
  return text ? "none" : text.error().message;
}

TEST(Journal, ReadsWhatItWrites) {
  const std::string bytes = kDocument + kFirstLine + kSecondLine;
  const auto text = read_journal(bytes);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->document, change(R"({"format":1})"));
  ASSERT_EQ(text->changes.size(), 2u);
  EXPECT_EQ(boost::json::parse(std::string(text->changes[0])).at("engine"), "E\n1");
  EXPECT_EQ(text->document_size, kDocument.size());
  EXPECT_EQ(text->changes_size, kFirstLine.size() + kSecondLine.size());
  EXPECT_EQ(text->torn, 0u);
  EXPECT_TRUE(text->appendable);
}

TEST(Journal, IsLinesOfJson) {
  EXPECT_EQ(kSecondLine,
            "{\"sum\":\"75446730930147997f4ce98536bf4134\",\"n\":2,\"files\":{\"a\":null}}\n");
  EXPECT_EQ(journal_line(12, {}).substr(42), "\"n\":12}\n");
}

TEST(Journal, ADocumentAloneInAnyLayoutIsOneToo) {
  for (const std::string bytes : {"{\"format\":1}", "{\n  \"format\": 1\n}\n\n"}) {
    const auto text = read_journal(bytes);
    ASSERT_TRUE(text) << bytes;
    EXPECT_EQ(text->document, change(R"({"format":1})"));
    EXPECT_TRUE(text->changes.empty());
    EXPECT_EQ(text->appendable, bytes.ends_with('\n'));
  }
}

TEST(Journal, TheLastLineCountsWholeOrNotAtAll) {
  for (std::size_t size = 0; size < kSecondLine.size(); ++size) {
    for (const bool filled : {false, true}) {
      // What a power loss leaves may have its length, and nothing in place of a part of it.
      const std::string last = filled ? std::string(kSecondLine.size() - size, '\0') +
                                            kSecondLine.substr(kSecondLine.size() - size)
                                      : kSecondLine.substr(0, size);
      const std::string bytes = kDocument + kFirstLine + last;
      const auto text = read_journal(bytes);
      ASSERT_TRUE(text) << bytes;
      EXPECT_EQ(text->changes.size(), 1u);
      EXPECT_EQ(text->torn, last.size());
      EXPECT_EQ(text->appendable, last.empty());
    }
  }
}

// Each bit of all that was on disk before the last write was begun.
TEST(Journal, DamageBeforeTheLastLineIsNoEndOfAWrite) {
  const std::string bytes = kDocument + kFirstLine + kSecondLine;
  for (std::size_t at = kDocument.size(); at < bytes.size() - kSecondLine.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string hurt = bytes;
      hurt[at] = static_cast<char>(hurt[at] ^ (1 << bit));
      EXPECT_THAT(problem(hurt), HasSubstr("change 1 does not match its sum")) << hurt;
    }
  }
}

TEST(Journal, ALineInAnothersPlaceIsDamage) {
  EXPECT_THAT(problem(kDocument + kSecondLine), HasSubstr("change 1 is not the one"));
  EXPECT_THAT(problem(kDocument + kFirstLine + kFirstLine), HasSubstr("change 2 is not the one"));
  EXPECT_THAT(problem(kDocument + kFirstLine + journal_line(20, {})), HasSubstr("change 2 is not"));
  EXPECT_THAT(problem(kDocument + kFirstLine + kDocument + kSecondLine),
              HasSubstr("change 2 does not"));
}

TEST(Journal, SaysWhatTheDocumentIsNot) {
  EXPECT_THAT(problem(""), HasSubstr("empty"));
  EXPECT_THAT(problem("\n \n"), HasSubstr("empty"));
  EXPECT_THAT(problem("[]"), HasSubstr("not an object"));
  EXPECT_THAT(problem("{\"format\":"), HasSubstr("incomplete"));
  EXPECT_THAT(problem("{\"format\":1} " + kFirstLine), HasSubstr("text after the end"));
  EXPECT_NE(problem(kFirstLine.substr(3)), "none");
}

}  // namespace
}  // namespace fairlead::controller
