#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace fairlead {
namespace {

TEST(Random, TheSystemGivesNoNumberTwice) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(random.next());
  EXPECT_EQ(seen.size(), 1000u) << "64 bits do not meet by chance";
}

TEST(Random, AHexTextHasAllDigitsAndNoOthers) {
  SystemRandom random;
  const auto text = random.hex(4096);
  EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 16u);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
}

}  // namespace
}  // namespace fairlead
