#include "base/time_text.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(TimeText, WritesRfc3339) {
  EXPECT_EQ(to_rfc3339(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(WallTime(std::chrono::milliseconds(1'795'400'047'412))),
            "2026-11-23T02:14:07.412Z");
}

TEST(TimeText, ReadsWhatTheEngineWrites) {
  const WallTime base = WallTime(seconds(1'795'400'047));
  EXPECT_EQ(from_rfc3339("2026-11-23T02:14:07Z"), base);
  EXPECT_EQ(from_rfc3339("2026-11-23T02:14:07.123456789Z"), base + Duration(123'456'789));
  EXPECT_EQ(from_rfc3339("2026-11-23T03:14:07+01:00"), base);
  EXPECT_EQ(from_rfc3339("2026-11-22T21:44:07-04:30"), base);
  EXPECT_EQ(from_rfc3339("0001-01-01T00:00:00Z"), WallTime{}) << "never started";
  EXPECT_EQ(from_rfc3339("9999-12-31T23:59:59Z"), WallTime{});
}

TEST(TimeText, ReadsNothingFromNonsense) {
  for (const char* text :
       {"", "soon", "2026-11-23", "2026-1x-23T02:14:07Z", "                    "})
    EXPECT_EQ(from_rfc3339(text), WallTime{}) << text;
}

TEST(TimeText, WritesAgesAsKubectlDoes) {
  EXPECT_EQ(to_age(seconds(0)), "0s");
  EXPECT_EQ(to_age(seconds(119)), "119s");
  EXPECT_EQ(to_age(seconds(200)), "3m20s");
  EXPECT_EQ(to_age(seconds(3599)), "59m");
  EXPECT_EQ(to_age(hours(5)), "5h");
  EXPECT_EQ(to_age(hours(49)), "2d");
  EXPECT_EQ(to_age(seconds(-5)), "0s");
}

}  // namespace
}  // namespace fairlead
