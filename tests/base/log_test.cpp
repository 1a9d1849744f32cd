#include "base/log.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

LogRecord record(std::vector<LogField> fields) {
  return {LogLevel::kWarn, WallTime(std::chrono::milliseconds(1'795'400'047'412)),
          "container removed", std::move(fields)};
}

TEST(Log, WritesLogfmtWithQuotesOnlyWhereNeeded) {
  const auto line = format_record(
      record(
          {{"app", "shop"}, {"have", "a b"}, {"n", 3}, {"took", 0.25}, {"ok", true}, {"id", ""}}),
      LogFormat::kLogfmt, false, true);
  EXPECT_EQ(
      line,
      "ts=2026-11-23T02:14:07.412Z level=warn msg=\"container removed\" app=shop have=\"a b\" "
      "n=3 took=0.25 ok=true id=\"\"");
}

TEST(Log, WritesJsonThatKeepsTypes) {
  EXPECT_EQ(format_record(record({{"app", "shop"}, {"n", -3}, {"ok", false}}), LogFormat::kJson,
                          false, true),
            R"({"ts":"2026-11-23T02:14:07.412Z","level":"warn","msg":"container removed",)"
            R"("app":"shop","n":-3,"ok":false})");
}

TEST(Log, WritesTextForPeople) {
  EXPECT_EQ(format_record(record({{"app", "shop"}}), LogFormat::kText, false, true),
            "02:14:07.412 warn  container removed app=shop");
  EXPECT_NE(format_record(record({}), LogFormat::kText, true, false).find("\033["),
            std::string::npos);
}

// Engine text is hostile (F114): no value may start a new line or move the cursor.
TEST(Log, EscapesControlCharactersInEveryFormat) {
  for (const auto format : {LogFormat::kText, LogFormat::kLogfmt, LogFormat::kJson}) {
    const auto line = format_record(record({{"error", "a\nlevel=error msg=\"forged\"\x1b[2J\x7f"}}),
                                    format, false, false);
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
    EXPECT_EQ(line.find('\x7f'), std::string::npos) << line;
    EXPECT_NE(line.find("\\u001b[2J"), std::string::npos) << line;
  }
}

// One bad byte would make a JSON log unreadable to its collector.
TEST(Log, ReplacesBytesThatAreNotUtf8) {
  for (const auto format : {LogFormat::kText, LogFormat::kLogfmt, LogFormat::kJson}) {
    const auto line =
        format_record(record({{"file", "caf\xc3\xa9-\xff.yaml"}}), format, false, false);
    EXPECT_NE(line.find("caf\xc3\xa9-\xef\xbf\xbd.yaml"), std::string::npos) << line;
  }
}

TEST(Log, LeavesOutWhatIsBelowItsLevelAndCountsTheRest) {
  VirtualClock clock;
  int lines = 0;
  Logger log(clock, [&lines](const LogRecord&) { ++lines; }, LogLevel::kWarn);
  log.info("quiet");
  log.warn("said");
  log.error("said");
  EXPECT_EQ(lines, 2);
  EXPECT_EQ(log.written(LogLevel::kInfo), 0u);
  EXPECT_EQ(log.written(LogLevel::kWarn), 1u);
  EXPECT_EQ(log.written(LogLevel::kError), 1u);
}

TEST(Log, KnowsItsLevelsAndFormatsByName) {
  LogLevel level{};
  LogFormat format{};
  EXPECT_TRUE(parse_log_level("debug", level));
  EXPECT_EQ(level, LogLevel::kDebug);
  EXPECT_TRUE(parse_log_format("json", format));
  EXPECT_EQ(format, LogFormat::kJson);
  EXPECT_FALSE(parse_log_level("loud", level));
  EXPECT_FALSE(parse_log_format("xml", format));
}

}  // namespace
}  // namespace fairlead
