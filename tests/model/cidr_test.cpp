#include <gmock/gmock.h>

#include "model/cidr.h"

namespace fairlead::model {
namespace {

TEST(Cidr, IsAnAddressAndBitsAndNothingElse) {
  for (const char* text : {"10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "::/0", "FD00::/48"})
    EXPECT_TRUE(parse_cidr(text)) << text;
  for (const char* text :
       {"", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/-1",
        "10.0.0.0/8x", "10.0.0/8", "10.0.0.0/4294967304", "fd00::/4294967304", "nonsense"})
    EXPECT_FALSE(parse_cidr(text)) << text;
}

TEST(Cidr, KnowsBitsBehindThePrefix) {
  EXPECT_FALSE(has_host_bits(*parse_cidr("10.0.0.0/8")));
  EXPECT_TRUE(has_host_bits(*parse_cidr("10.0.0.1/8")));
  EXPECT_FALSE(has_host_bits(*parse_cidr("10.0.0.1/32")));
  EXPECT_FALSE(has_host_bits(*parse_cidr("fd00:0:0:1::/64")));
  EXPECT_TRUE(has_host_bits(*parse_cidr("fd00:0:0:1::/63")));
}

TEST(Cidr, ContainsAddressesAndBlocksOfItsFamily) {
  const auto block = *parse_cidr("10.1.0.0/16");
  EXPECT_TRUE(contains(block, *parse_address("10.1.255.255")));
  EXPECT_FALSE(contains(block, *parse_address("10.2.0.0")));
  EXPECT_FALSE(contains(*parse_cidr("0.0.0.0/0"), *parse_address("::1")));
  EXPECT_FALSE(contains(*parse_cidr("::/0"), *parse_address("10.0.0.1")));
  EXPECT_TRUE(contains(block, *parse_cidr("10.1.2.0/24")));
  EXPECT_TRUE(contains(block, block));
  EXPECT_FALSE(contains(block, *parse_cidr("10.0.0.0/8")));
  EXPECT_FALSE(contains(*parse_cidr("0.0.0.0/0"), *parse_cidr("::/0")));
  EXPECT_TRUE(contains(*parse_cidr("fd00::/47"), *parse_address("fd00:0:1::1")));
}

TEST(Cidr, OverlapsByPrefixAndFamily) {
  EXPECT_TRUE(overlap("10.0.0.0/8", "10.1.2.0/24"));
  EXPECT_TRUE(overlap("10.1.2.0/24", "10.0.0.0/8"));
  EXPECT_TRUE(overlap("fd00::/48", "fd00:0:0:1::/64"));
  EXPECT_FALSE(overlap("10.1.2.0/24", "10.1.3.0/24"));
  EXPECT_FALSE(overlap("0.0.0.0/0", "::/0"));
  EXPECT_FALSE(overlap("nonsense", "10.0.0.0/8"));
}

// An engine's word, whatever it is, is read and never trusted: 99999999999 is no number of bits.
TEST(Cidr, CountsTheAddressesThatContainersCanHave) {
  EXPECT_EQ(usable_addresses("10.0.0.0/24"), 253u);
  EXPECT_EQ(usable_addresses("10.0.0.0/30"), 1u);
  EXPECT_EQ(usable_addresses("0.0.0.0/0"), 4'294'967'293u);
  for (const char* text : {"10.0.0.0/31", "fd00::/64", "", "10.0.0.0/99999999999", "10.0.0.0/a"})
    EXPECT_EQ(usable_addresses(text), 0u) << text;
}

TEST(Address, IsWrittenAsTheEngineWritesIt) {
  EXPECT_EQ(canonical_address("FD00:0::0001"), "fd00::1");
  EXPECT_EQ(canonical_address("fd00:0:0::/64"), "fd00::/64");
  EXPECT_EQ(canonical_address("172.30.0.0/24"), "172.30.0.0/24");
  EXPECT_EQ(canonical_address("02:42:AC:11:00:02"), "02:42:ac:11:00:02");
  EXPECT_EQ(canonical_address("fd00::9%eth0"), "fd00::9%eth0");
  EXPECT_EQ(canonical_address(""), "");
}

}  // namespace
}  // namespace fairlead::model
