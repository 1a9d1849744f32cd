#include "watch/files.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace fairlead::watch {
namespace {

using testing::ElementsAre;

File file_with(const std::string& bytes) {
  return {std::make_shared<const std::string>(bytes), "digest of " + bytes, "", {}};
}

std::map<std::string, std::string> content(const Files& files) {
  std::map<std::string, std::string> all;
  for (const auto& [name, file] : files)
    all.emplace(name, *file.bytes);
  return all;
}

std::set<std::string> differences(const Files& a, const Files& b) {
  std::set<std::string> names;
  Files::compare(a, b, [&names](const std::string& name) {
    EXPECT_TRUE(names.insert(name).second) << name << " told twice";
  });
  return names;
}

std::set<std::string> differences(const std::map<std::string, std::string>& a,
                                  const std::map<std::string, std::string>& b) {
  std::set<std::string> names;
  for (const auto& [name, bytes] : a)
    if (!b.contains(name) || b.at(name) != bytes) names.insert(name);
  for (const auto& [name, bytes] : b)
    if (!a.contains(name)) names.insert(name);
  return names;
}

TEST(Files, HoldAndCompareWhatAMapDoesWhateverIsSharedWithCopies) {
  std::mt19937 random(41);
  Files files;
  std::map<std::string, std::string> model;
  Files old;
  std::map<std::string, std::string> old_model;
  for (int step = 0; step < 20'000; ++step) {
    const std::string name = "f" + std::to_string(random() % 700);
    if (random() % 3 == 0) {
      EXPECT_EQ(files.erase(name), model.erase(name) > 0);
    } else {
      const std::string bytes = std::to_string(random() % 3);
      files.put(name, file_with(bytes));
      model[name] = bytes;
    }
    ASSERT_EQ(files.size(), model.size());
    ASSERT_EQ(files.contains(name), model.contains(name));
    if (step % 50 != 0) continue;
    ASSERT_EQ(content(files), model);
    ASSERT_EQ(content(old), old_model) << "a copy has changed";
    ASSERT_EQ(differences(old, files), differences(old_model, model));
    ASSERT_EQ(differences(files, old), differences(old_model, model));
    old = files;
    old_model = model;
  }
}

TEST(Files, CanBecomeEmptyAndBeFilledAgain) {
  Files files;
  EXPECT_EQ(files.find("a"), nullptr);
  EXPECT_FALSE(files.erase("a"));
  files.put("b", file_with("1"));
  files.put("a", file_with("1"));
  EXPECT_TRUE(files.erase("a") && files.erase("b") && files.empty());
  EXPECT_EQ(files.begin(), files.end());
  files.put("c", file_with("2"));
  EXPECT_EQ(*files.at("c").bytes, "2");
  EXPECT_THAT(differences(Files{}, files), ElementsAre("c"));
}

TEST(Files, AnErrorIsAnotherVersion) {
  Files good;
  good.put("a", file_with("1"));
  Files bad = good;
  File broken = good.at("a");
  broken.error = "can't be read now";
  bad.put("a", broken);
  EXPECT_THAT(differences(good, bad), ElementsAre("a"));
  EXPECT_EQ(good.at("a").error, "");
}

}  // namespace
}  // namespace fairlead::watch
