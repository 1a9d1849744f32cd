#include "base/time_text.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace fairlead {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Two digits at `at`, or -1.
int two_digits(const std::string& text, std::size_t at) {
  if (at + 1 >= text.size()) return -1;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : -100; };
  const int value = digit(text[at]) * 10 + digit(text[at + 1]);
  return value < 0 ? -1 : value;
}

}  // namespace

// By hand: GCC 12 has no std::format.
std::string to_rfc3339(WallTime time) {
  const auto since_epoch = duration_cast<milliseconds>(time.time_since_epoch()).count();
  const std::time_t whole = static_cast<std::time_t>(since_epoch / 1000);
  std::tm utc{};
  gmtime_r(&whole, &utc);
  std::array<char, 96> text{};  // what the compiler thinks a year may need
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>(since_epoch % 1000));
  return text.data();
}

WallTime from_rfc3339(const std::string& text) {
  std::tm utc{};
  // The shortest that is whole: seconds, and a Z or the beginning of an offset.
  if (text.size() < 20) return {};
  utc.tm_year = two_digits(text, 0) * 100 + two_digits(text, 2) - 1900;
  utc.tm_mon = two_digits(text, 5) - 1;
  utc.tm_mday = two_digits(text, 8);
  utc.tm_hour = two_digits(text, 11);
  utc.tm_min = two_digits(text, 14);
  utc.tm_sec = two_digits(text, 17);
  if (utc.tm_mon < 0 || utc.tm_mday < 0 || utc.tm_hour < 0 || utc.tm_min < 0 || utc.tm_sec < 0) {
    return {};
  }
  std::int64_t nanoseconds = 0;
  std::size_t at = 19;
  if (text[at] == '.') {
    // Ends at 0 after nine digits: what comes then adds nothing.
    std::int64_t unit = 100'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      nanoseconds += (text[at] - '0') * unit;
    }
  }
  std::int64_t offset = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    offset = two_digits(text, at + 1) * 3600 + two_digits(text, at + 4) * 60;
    if (text[at] == '-') offset = -offset;
  }
  // timegm() takes any day and hour, and carries what is too much: engines write none of that.
  const std::int64_t whole = timegm(&utc) - offset;
  constexpr std::int64_t kMost = duration_cast<seconds>(WallTime::max().time_since_epoch()).count();
  if (whole >= kMost || whole <= -kMost) return {};
  return WallTime(seconds(whole)) + Duration(nanoseconds);
}

std::string to_age(Duration duration) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const auto total = duration_cast<seconds>(duration).count();
  if (total < 0) return "0s";
  if (total < 2 * kMinute) return std::to_string(total) + "s";
  if (total < 10 * kMinute) {
    return std::to_string(total / kMinute) + "m" + std::to_string(total % kMinute) + "s";
  }
  if (total < 3 * kHour) return std::to_string(total / kMinute) + "m";
  if (total < 2 * kDay) return std::to_string(total / kHour) + "h";
  return std::to_string(total / kDay) + "d";
}

}  // namespace fairlead
