#include "controller/record/entries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace fairlead::controller {
namespace {

using Found = std::vector<InventoryEntry>;

TEST(Entries, FindWhatALookAtAllWouldFind) {
  Entries entries;
  std::set<InventoryEntry> all;
  std::mt19937 random(7);
  const auto one_of = [&random](std::vector<std::string> texts) {
    return texts[random() % texts.size()];
  };
  for (int i = 0; i < 5000; ++i) {
    const InventoryEntry entry{static_cast<Kind>(random() % 3), one_of({"shop", "shop2", "other"}),
                               one_of({"web", ""}), one_of({"shop-web-1", "shop_default", "x"}),
                               one_of({"", "", "c1", "c2", "x"})};
    if (random() % 2 == 0) {
      EXPECT_EQ(entries.insert(entry), all.insert(entry).second);
    } else {
      EXPECT_EQ(entries.erase(entry), all.erase(entry) == 1);
    }
    ASSERT_EQ(entries.all(), all);
    const auto where = [&all](auto fits) {
      Found found;
      std::ranges::copy_if(all, std::back_inserter(found), fits);
      return found;
    };
    const auto same_id = [&entry](const auto& each) {
      return each.kind == entry.kind && !entry.id.empty() && each.id == entry.id;
    };
    ASSERT_EQ(entries.with_id(entry.kind, entry.id), where(same_id));
    ASSERT_EQ(entries.knows(entry.kind, entry.id), !where(same_id).empty());
    ASSERT_EQ(entries.intents(entry.kind, entry.name), where([&entry](const auto& each) {
                return each.kind == entry.kind && each.name == entry.name && each.id.empty();
              }));
    ASSERT_EQ(entries.of(entry.kind, entry.app), where([&entry](const auto& each) {
                return each.kind == entry.kind && each.app == entry.app;
              }));
    std::set<std::string> apps;
    for (const auto& each : all) {
      if (each.kind != Kind::kVolume) apps.insert(each.app);
    }
    ASSERT_EQ(entries.apps(), apps);
    ASSERT_EQ(entries.has_objects(entry.app), apps.contains(entry.app));
  }
}

}  // namespace
}  // namespace fairlead::controller
