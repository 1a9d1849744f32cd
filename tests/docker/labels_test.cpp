#include "docker/labels.h"

#include <gmock/gmock.h>

namespace fairlead::docker {
namespace {

using testing::Pointee;

const StringMap kBoth = {{"a", "1"}, {"b", "2"}};

TEST(Labels, AreFoundByTheirKey) {
  const Labels labels(kBoth);
  EXPECT_THAT(labels.find("b"), Pointee(std::string("2")));
  for (const char* missing : {"", "A", "aa", "c"})
    EXPECT_EQ(labels.find(missing), nullptr) << missing;
  EXPECT_THROW((void)labels.at("c"), std::out_of_range);
  EXPECT_EQ(labels.map(), kBoth);
  EXPECT_EQ(Labels().find("a"), nullptr);
  EXPECT_EQ(Labels().map(), StringMap());
}

TEST(Labels, AreThereOnceHoweverManyHaveThem) {
  const Labels labels(kBoth);
  const Labels copy = labels;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(&copy.at("a"), &labels.at("a"));
}

TEST(Labels, OfACopyAreItsOwnOnceItChangesThem) {
  const Labels labels(kBoth);
  auto copy = labels;
  copy["a"] = "other";
  copy["0"] = "new";
  copy.erase("b");
  copy.erase("c");
  EXPECT_EQ(copy.map(), (StringMap{{"0", "new"}, {"a", "other"}}));
  EXPECT_EQ(labels.map(), kBoth);
}

TEST(Labels, AreEqualByWhatTheySay) {
  EXPECT_EQ(Labels(kBoth), Labels(kBoth));
  EXPECT_NE(Labels(kBoth), Labels({{"a", "1"}}));
  EXPECT_NE(Labels(kBoth), Labels());
  auto emptied = Labels({{"a", "1"}});
  emptied.erase("a");
  EXPECT_EQ(emptied, Labels());
  EXPECT_TRUE(emptied.empty());
  Labels made;
  made["b"] = "2";
  made["a"] = "1";
  EXPECT_EQ(made, Labels(kBoth));
}

}  // namespace
}  // namespace fairlead::docker
