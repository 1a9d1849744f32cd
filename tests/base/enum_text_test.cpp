#include "base/enum_text.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

enum class Colour { kRed, kGreen, kBlue2 };
using enum Colour;

constexpr EnumText<Colour> kColours[] = {{kRed, "red"}, {kGreen, "green"}, {kBlue2, "blue"}};
static_assert(covers(kColours));
static_assert(enum_count<Colour>() == 3);

// Each of these is a mistake that must not compile where `covers` is asserted.
constexpr EnumText<Colour> kOneIsMissing[] = {{kRed, "red"}, {kBlue2, "blue"}};
constexpr EnumText<Colour> kTheLastIsMissing[] = {{kRed, "red"}, {kGreen, "green"}};
constexpr EnumText<Colour> kInAnotherOrder[] = {{kGreen, "green"}, {kRed, "red"}, {kBlue2, "blue"}};
constexpr EnumText<Colour> kTwoOfOneWord[] = {{kRed, "red"}, {kGreen, "red"}, {kBlue2, "blue"}};
constexpr EnumText<Colour> kOneTooMany[] = {
    {kRed, "red"}, {kGreen, "green"}, {kBlue2, "blue"}, {kBlue2, "b"}};
static_assert(!covers(kOneIsMissing));
static_assert(!covers(kTheLastIsMissing));
static_assert(!covers(kInAnotherOrder));
static_assert(!covers(kTwoOfOneWord));
static_assert(!covers(kOneTooMany));

TEST(EnumText, IsReadInBothDirections) {
  for (const auto& [colour, text] : kColours) {
    EXPECT_EQ(text_of(kColours, colour), text);
    EXPECT_EQ(value_of(kColours, text), colour);
  }
  EXPECT_EQ(value_of(kColours, "Red"), std::nullopt);
  EXPECT_EQ(value_of(kColours, ""), std::nullopt);
}

TEST(EnumText, NamesTheChoices) {
  EXPECT_EQ(choices_of(kColours), "red, green or blue");
}

}  // namespace
}  // namespace fairlead
