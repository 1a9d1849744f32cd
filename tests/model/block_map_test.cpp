#include "model/block_map.h"

#include <gmock/gmock.h>

#include <random>
#include <string>

namespace fairlead::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

Cidr block(const std::string& text) {
  return parse_cidr(text).value();
}

TEST(BlockMap, FindsBlocksAroundWithinAndEqual) {
  BlockMap<std::string> map;
  for (const std::string each :
       {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16", "fd00::/8"})
    map.insert(block(each), each);
  EXPECT_THAT(map.overlapping(block("10.1.0.0/16")),
              ElementsAre("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24"));
  EXPECT_THAT(map.overlapping(block("fd00:1::/64")), ElementsAre("fd00::/8"));
  EXPECT_THAT(map.overlapping(block("11.0.0.0/8")), IsEmpty());
  EXPECT_THAT(map.overlapping(block("0.0.0.0/0")),
              ElementsAre("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16"));
}

TEST(BlockMap, HostBitsDoNotMatterAndOneOfEqualValuesGoes) {
  BlockMap<int> map;
  map.insert(block("10.1.2.3/16"), 1);
  map.insert(block("10.1.0.0/16"), 1);
  map.insert(block("10.1.0.0/16"), 2);
  map.erase(block("10.1.9.9/16"), 1);
  EXPECT_THAT(map.overlapping(block("10.1.0.0/24")), ElementsAre(1, 2));
  map.erase(block("10.1.0.0/16"), 7);
  EXPECT_THAT(map.overlapping(block("10.1.0.0/24")), ElementsAre(1, 2));
}

// Against overlap(), of few bits, so that most of them meet.
TEST(BlockMap, FindsWhatOverlapFinds) {
  std::mt19937 random(7);
  const auto any = [&random] {
    const auto byte = [&random] { return std::to_string((random() % 4) * 64); };
    if (random() % 4 == 0)
      return "fd" + std::string(random() % 2 == 0 ? "00" : "80") + "::/" +
             std::to_string(random() % 129);
    return byte() + "." + byte() + "." + byte() + ".0/" + std::to_string(random() % 33);
  };
  for (int round = 0; round < 50; ++round) {
    BlockMap<std::string> map;
    std::vector<std::string> all;
    for (int i = 0; i < 40; ++i) {
      all.push_back(any());
      map.insert(block(all.back()), all.back());
      if (i % 5 == 4) {
        map.erase(block(all.front()), all.front());
        all.erase(all.begin());
      }
    }
    for (int i = 0; i < 40; ++i) {
      const auto wanted = any();
      std::vector<std::string> expected;
      for (const auto& each : all)
        if (overlap(each, wanted)) expected.push_back(each);
      EXPECT_THAT(map.overlapping(block(wanted)), UnorderedElementsAreArray(expected)) << wanted;
    }
  }
}

}  // namespace
}  // namespace fairlead::model
